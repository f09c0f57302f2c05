import type { Clock } from '../../../kernel/clock.ts'
import type { StateLog } from '../storage/state-log.ts'
import type { GroupChange } from './group-change.ts'
import type { CommittedOffset, LiveOffset, OffsetChange, OffsetPlace, OffsetTable } from './offset-table.ts'
import type { EndChange, PendingOffsets } from './pending-offsets.ts'

/** What groups committed; changes are durable when a call resolves. */
export interface CommittedOffsets {
  groups(): readonly string[]
  has(group: string): boolean
  get(place: OffsetPlace): CommittedOffset | undefined
  of(group: string): readonly LiveOffset[]
  commit(group: string, entries: readonly CommitEntry[]): Promise<void>
  forget(places: (entry: LiveOffset) => boolean): Promise<void>
  /** As a part of a producer's transaction: seen by nobody before `endTransaction`. */
  commitPending(group: string, producerId: number, entries: readonly CommitEntry[]): Promise<void>
  /** All that is pending of the producer's transaction is committed at once, or gone. */
  endTransaction(group: string, producerId: number, isCommit: boolean): Promise<void>
  /** Whether an open transaction is about to commit another offset. */
  isPending(place: OffsetPlace): boolean
  forgetPending(group: string): Promise<void>
  /** Whose transactions are open, and in which groups. */
  pendingTransactions(): readonly { readonly group: string; readonly producerId: number }[]
}

export interface CommitEntry {
  readonly topic: string
  readonly partition: number
  readonly committed: CommittedOffset
}

export function createCommittedOffsets(
  log: StateLog<GroupChange>,
  table: OffsetTable,
  pending: PendingOffsets,
  clock: Clock,
): CommittedOffsets {
  const append = (changes: readonly OffsetChange[]): Promise<void> =>
    log.append(changes, () =>
      changes.forEach((change) => {
        table.apply(change)
        pending.overtake(change)
      }),
    )

  function endTransaction(group: string, producerId: number, isCommit: boolean): Promise<void> {
    const at = clock.now()
    const end: EndChange = { kind: 'end', group, producerId, at }
    const offsets = isCommit ? pending.of(group, producerId) : []
    const changes = offsets.map(({ topic, partition, committed }) =>
      offsetChange(group, topic, partition, committed, at),
    )
    return log.append([...changes, end], () => {
      for (const change of changes) table.apply(change)
      pending.apply(end)
    })
  }

  return {
    groups: () => table.groups(),
    has: (group) => table.has(group),
    get: (place) => table.get(place),
    of: (group) => table.of(group),
    commit: (group, entries) =>
      append(
        entries.map(({ topic, partition, committed }) => offsetChange(group, topic, partition, committed, clock.now())),
      ),
    async forget(places) {
      // What is on its way to the disk is no entry yet, and would outlive this.
      await log.settled()
      const gone = table.all().filter(places)
      await append(gone.map((entry) => ({ ...entry, committed: null, at: clock.now() })))
    },
    commitPending(group, producerId, entries) {
      const changes = entries.map((entry) => ({
        ...entry,
        kind: 'pending' as const,
        group,
        producerId,
        at: clock.now(),
      }))
      return log.append(changes, () => changes.forEach((change) => pending.apply(change)))
    },
    endTransaction,
    isPending: (place) => pending.isPending(place),
    pendingTransactions: () => pending.transactions(),
    async forgetPending(group) {
      await log.settled()
      for (const producerId of pending.producers(group)) await endTransaction(group, producerId, false)
    },
  }
}

function offsetChange(
  group: string,
  topic: string,
  partition: number,
  committed: CommittedOffset,
  at: number,
): OffsetChange {
  return { kind: 'offset', group, topic, partition, committed, at }
}
