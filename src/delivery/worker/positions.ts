import { WeirError } from '../../kernel/errors/weir-error.ts'
import { entryOf } from '../commit/next-state.ts'
import type { CountRows } from '../commit/count-rows.ts'
import type { StateInForce } from '../commit/judge-table.ts'
import { newHoles, notedHoles } from '../commit/gone-offsets.ts'
import { behindHoles, endBefore, type OffsetHole } from '../../stream/offset-holes.ts'
import type { RecordSource } from '../record-source.ts'
import type { TableView } from '../table/delivery-table.ts'

export interface Position {
  readonly partition: number
  /** In the state. */
  readonly committed: number
  /** Read up to here. */
  next: number
  /** The synced end of the log, as last heard of. */
  end: number
  /** Reading goes up to here at the moment: a transaction is open there, or it is the end. */
  stableEnd: number
  /** The stable end at the begin of the session: from there on the tail is ready (rule 13). */
  readonly readyAt: number
  /** Where reading waits for a transaction to end, and whose it is, as soon as that is known. */
  heldBy?: { readonly offset: number; readonly who: string | undefined } | undefined
  /** Offsets that the log passed over when it was restored, as far as nobody was asked about them. */
  readonly holes: readonly OffsetHole[]
  /** Those that reading passes over. */
  readonly noted: readonly OffsetHole[]
  /** The state has no entry. */
  readonly isNew: boolean
}

/**
 * Where each partition goes on. Throws WEIR-5015 for rows without an entry (rule 5), WEIR-5016 for a log that ends too early
 * (rule 6), WEIR-5012 for records that retention took (rule 7).
 */
export async function findPositions(
  source: RecordSource,
  partitions: readonly number[],
  view: TableView,
  { state }: StateInForce,
  countRows: CountRows,
): Promise<readonly Position[]> {
  const isNew = partitions.filter((partition) => !entryOf(state, source.id, partition))
  if (isNew.length > 0 && view.snapshotId !== null) {
    const rows = await countRows(view)
    const orphan = isNew.find((partition) => rows.has(`${source.id}/${partition}`))
    if (orphan !== undefined)
      throw new WeirError(
        'WEIR-5015',
        `the table at ${view.location} has rows of partition ${orphan}, but no entry in its state`,
      )
  }
  const bounds = await source.bounds(partitions)
  return bounds.map(({ partition, start, end, stableEnd = end, holes = [] }) => {
    const entry = entryOf(state, source.id, partition)
    // What the log had lost before the delivery came is no loss of it (rule 7).
    const next = entry ? Number(entry.next) : behindHoles(holes, start)
    const noted = entry ? notedHoles(entry) : []
    if (next > end) throw endsEarly(partition, next, end)
    const readable = behindHoles(noted, next)
    if (readable < start) throw lostRange(partition, readable, start)
    const position = { partition, committed: next, next, end, stableEnd }
    // Where nothing is behind a hole, nothing will be read behind it.
    const readyAt = endBefore(noted, stableEnd)
    return { ...position, readyAt, holes: newHoles(holes, entry), noted, isNew: !entry }
  })
}

export function endsEarly(partition: number, next: number, end: number): WeirError {
  return new WeirError(
    'WEIR-5016',
    `partition ${partition} of the stream ends at offset ${end}; the delivery was at ${next}`,
  )
}

export function lostRange(partition: number, from: number, to: number): WeirError {
  return new WeirError(
    'WEIR-5012',
    `offsets ${from} to ${to - 1} of partition ${partition} were removed from the stream before they were delivered`,
    { details: { partition, from: String(from), to: String(to) } },
  )
}
