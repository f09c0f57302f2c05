import { emptyState, type StateEntry } from '../../record/delivery-state.ts'
import { offsetsOutside } from '../../stream/offset-holes.ts'
import { firstEntry } from '../commit/next-state.ts'
import type { PartitionBounds, RecordSource } from '../record-source.ts'
import type { DeliveryTable, TableView } from '../table/delivery-table.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'

/**
 * What was delivered into a table, from its state file alone: cheap. With a source and its partitions, what is pending in
 * the stream as well. A table without state has an empty ledger.
 */
export async function readLedger(
  table: DeliveryTable,
  source: RecordSource | null = null,
  partitions: readonly number[] = [],
): Promise<Ledger> {
  // The state first: a commit in between makes pending too large, and never is a log that grows shorter than what was read of it.
  const view = await table.load()
  const state = view.state === undefined ? emptyState : await table.readState(view.state)
  const bounds = source ? await source.bounds(partitions).catch(() => []) : []
  const known = new Set(state.entries.filter((entry) => entry.source === source?.id).map(({ partition }) => partition))
  const untouched = source
    ? bounds
        .filter(({ partition }) => !known.has(partition))
        .map(({ partition, start, holes }) => firstEntry(source.id, partition, start, holes))
    : []
  return {
    snapshotId: view.snapshotId,
    committedAtMs: view.committedAtMs,
    isAsCommitted: isAsCommitted(view),
    entries: [...state.entries, ...untouched].map((entry) =>
      ledgerEntry(
        entry,
        entry.source === source?.id ? bounds.find(({ partition }) => partition === entry.partition) : undefined,
      ),
    ),
  }
}

/** As `judgeTable` sees it, without counting rows where no summary is left that would tell. */
function isAsCommitted({ summary, state }: TableView): boolean {
  if (summary.kind === 'named') return summary.path === state
  return summary.kind === 'broken' || state === undefined
}

function ledgerEntry(entry: StateEntry, bounds: PartitionBounds | undefined): LedgerEntry {
  const { source, partition, next, read, delivered, rejected, applied } = entry
  // What a restore passed over has no number: it is far wider than what was there.
  const counted = entry.lost.filter(({ restored }) => !restored)
  const lost = counted.reduce((sum, { from, to }) => sum + BigInt(to) - BigInt(from), 0n)
  const skipped = entry.skipped.reduce((sum, { records }) => sum + BigInt(records), 0n)
  // One that ends before `next` was put back by hand (rule 6): what it has is not what was pending.
  const isWhole = bounds !== undefined && bounds.end >= Number(next)
  const pending = isWhole ? offsetsOutside(bounds.holes ?? [], Number(next), bounds.end) : undefined
  return {
    source,
    partition,
    next,
    read,
    delivered,
    rejected,
    ...(applied ? { applied } : {}),
    lost: String(lost),
    skipped: String(skipped),
    gaps: [
      ...entry.lost.map(({ from, to, restored }) => ({
        kind: restored ? ('restored' as const) : ('lost' as const),
        from,
        to,
      })),
      ...entry.skipped.map(({ from, to }) => ({ kind: 'skipped' as const, from, to })),
    ],
    pending: pending === undefined ? null : String(pending),
  }
}
