import type { Ledger } from '../../../delivery/ledger/ledger.ts'
import type { DeliveryChildConfig } from '../../children/child-methods.ts'
import type { LedgerHop } from '../../operations.ts'

/** One delivery's ledger as people see it: its partitions, and their sum. */
export function hopOf({ delivery, topic, table }: DeliveryChildConfig, ledger: Ledger): LedgerHop {
  const { entries, committedAtMs, snapshotId, isAsCommitted } = ledger
  const sum = (of: (entry: Ledger['entries'][number]) => string): bigint =>
    entries.reduce((total, entry) => total + BigInt(of(entry)), 0n)
  const unknown = entries.some(({ pending }) => pending === null)
  const pending = unknown ? null : sum((entry) => entry.pending!)
  const [read, delivered, rejected] = [
    sum((entry) => entry.read),
    sum((entry) => entry.delivered),
    sum((entry) => entry.rejected),
  ]
  return {
    delivery,
    from: topic,
    to: table,
    in: String(read + (pending ?? 0n)),
    delivered: String(delivered),
    rejected: String(rejected),
    pending: pending === null ? null : String(pending),
    holds: !isAsCommitted ? false : unknown ? null : entries.every(addsUp),
    isAsCommitted,
    lastCommitAt: committedAtMs === null ? null : new Date(committedAtMs).toISOString(),
    snapshotId,
    partitions: entries,
  }
}

function addsUp({ read, delivered, rejected }: Ledger['entries'][number]): boolean {
  return BigInt(read) === BigInt(delivered) + BigInt(rejected)
}
