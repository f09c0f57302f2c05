import type { OffsetHole } from '../../stream/offset-holes.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'
import { commitState } from './commit-state.ts'
import type { CountRows } from './count-rows.ts'
import { judgeTable } from './judge-table.ts'
import { byPlace, entryOf, firstEntry } from './next-state.ts'

export interface NewPartitions {
  readonly source: string
  readonly stream: string
  readonly adoptedUuid: string
  /** Partitions with the first offset that the log has of each, and the holes that a restore left. */
  readonly starts: readonly {
    readonly partition: number
    readonly start: number
    readonly holes: readonly OffsetHole[]
  }[]
}

/**
 * Gives partitions their entries before the first of their records is read: what retention takes from then on is a loss, also
 * when nothing of the partition was committed yet (delivery.md, rule 7).
 */
export async function beginPartitions(
  table: DeliveryTable,
  countRows: CountRows,
  { source, stream, adoptedUuid, starts }: NewPartitions,
): Promise<void> {
  await commitState(table, async (view) => {
    const { state, path } = await judgeTable(table, view, countRows, adoptedUuid)
    const entries = starts
      .filter(({ partition }) => !entryOf(state, source, partition))
      .map(({ partition, start, holes }) => ({ ...firstEntry(source, partition, start, holes), stream }))
    if (entries.length === 0) return undefined
    return { files: [], state: { ...state, previous: path, entries: [...state.entries, ...entries].toSorted(byPlace) } }
  })
}
