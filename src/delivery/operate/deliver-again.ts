import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { entryOf } from '../commit/next-state.ts'
import { countFigures } from '../ledger/row-figures.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { OperatorPorts } from './operator-ports.ts'
import { rowsByPlace } from '../ledger/rows-by-place.ts'

/**
 * The state with which a delivery begins again after a rollback (delivery.md, rule 8): that of the table as it is now, `before`.
 * WEIR-5015 while rows lie beyond it: they would come twice.
 */
export async function deliverAgain(
  { table, connection }: OperatorPorts,
  view: TableView,
  before: DeliveryState,
): Promise<DeliveryState> {
  using files = await rowsByPlace(view, connection)
  for (const { source, partition, last } of await countFigures(connection, files.rows)) {
    const next = entryOf(before, source, partition)?.next ?? '0'
    if (last >= BigInt(next))
      throw new WeirError(
        'WEIR-5015',
        `the table at ${view.location} has rows of partition ${partition} up to offset ${last}, but what is delivered again begins at ${next}`,
      )
  }
  const previous = view.state ?? null
  const entries = previous === null ? [] : await entriesSince(table, previous, before)
  return { ...before, previous, entries: [...before.entries, ...entries] }
}

/**
 * Partitions whose first delivery was rolled back keep an entry: what the stream does not have any more when they are read again
 * is then a loss that is asked about, and not the place where a new partition begins.
 */
async function entriesSince(
  table: OperatorPorts['table'],
  path: string,
  before: DeliveryState,
): Promise<readonly StateEntry[]> {
  const { entries } = await table.readState(path).catch((thrown: unknown) => {
    if (asWeirError(thrown).code === 'WEIR-5011') return before
    throw thrown
  })
  return entries
    .filter(({ source, partition }) => !entryOf(before, source, partition))
    .map((entry) => {
      // What was gone before the delivery was there, or lost before the first record was accepted; and what a restore passed over.
      const next = endOfGone(entry)
      const lost = entry.lost.filter(({ to, restored }) => restored || BigInt(to) <= BigInt(next))
      return { ...entry, next, read: '0', delivered: '0', rejected: '0', lost, skipped: [] }
    })
}

/** Where the ranges end that reach from the first offset on without a gap. */
function endOfGone({ lost }: StateEntry): string {
  return lost
    .toSorted((left, right) => (BigInt(left.from) < BigInt(right.from) ? -1 : 1))
    .reduce((end, { from, to }) => (from === end ? to : end), '0')
}
