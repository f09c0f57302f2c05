import type { DeliveryState } from '../../record/delivery-state.ts'
import type { TailReport } from '../engine-host.ts'
import { quoteText } from '../gate/statement.ts'

/** What of one worker's tail a query reads. */
export interface TailRows {
  readonly segments: readonly string[]
  /** SQL that holds for the rows beyond the snapshot; undefined when that is all of them, which spares reading three columns. */
  readonly condition: string | undefined
}

/**
 * The rows of each tail beyond the offsets of the snapshot's state. `stale` when a tail begins after what the snapshot holds
 * (INV-T1): rows between would be missing; and when its rows were accepted under another schema than the table has: some may not
 * fit it any more (delivery.md, rule 12). Partitions whose owner has not caught up yet are left out.
 */
export function planTail(
  tails: readonly TailReport[],
  state: DeliveryState | undefined,
  tableSchemaId: number,
): readonly TailRows[] | 'stale' {
  const next = new Map(state?.entries.map((entry) => [`${entry.source}/${entry.partition}`, BigInt(entry.next)]))
  const planned: TailRows[] = []
  for (const { source, schemaId, partitions, segments } of tails) {
    const conditions: string[] = []
    let whole = true
    for (const { partition, base, end, ready } of partitions) {
      if (!ready) {
        // Its rows may be in the segments all the same.
        whole = false
        continue
      }
      const delivered = next.get(`${source}/${partition}`)
      // A partition of which nothing was committed yet begins where its tail does.
      const from = delivered ?? BigInt(base)
      if (BigInt(base) > from) return 'stale'
      if (BigInt(base) < from) whole = false
      if (BigInt(end) > from) conditions.push(`(_source_partition = ${partition} AND _offset >= ${from})`)
    }
    const paths = segments.filter(({ rows }) => rows > 0).map(({ path }) => path)
    if (conditions.length === 0 || paths.length === 0) continue
    if (schemaId !== tableSchemaId) return 'stale'
    const condition = `_source = ${quoteText(source)} AND (${conditions.join(' OR ')})`
    planned.push({ segments: paths, condition: whole ? undefined : condition })
  }
  return planned
}
