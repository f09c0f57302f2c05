import type { Clock } from '../../../kernel/clock.ts'
import type { StateLog } from '../storage/state-log.ts'
import type { GroupChange } from './group-change.ts'
import type { CommittedOffset, LiveOffset, OffsetChange, OffsetPlace, OffsetTable } from './offset-table.ts'

/** What groups committed; changes are durable when a call resolves. */
export interface CommittedOffsets {
  groups(): readonly string[]
  has(group: string): boolean
  get(place: OffsetPlace): CommittedOffset | undefined
  of(group: string): readonly LiveOffset[]
  commit(group: string, entries: readonly CommitEntry[]): Promise<void>
  forget(places: (entry: LiveOffset) => boolean): Promise<void>
}

export interface CommitEntry {
  readonly topic: string
  readonly partition: number
  readonly committed: CommittedOffset
}

export function createCommittedOffsets(log: StateLog<GroupChange>, table: OffsetTable, clock: Clock): CommittedOffsets {
  const append = (changes: readonly OffsetChange[]): Promise<void> =>
    log.append(changes, () => changes.forEach((change) => table.apply(change)))
  return {
    groups: () => table.groups(),
    has: (group) => table.has(group),
    get: (place) => table.get(place),
    of: (group) => table.of(group),
    commit: (group, entries) =>
      append(
        entries.map(({ topic, partition, committed }) => ({
          kind: 'offset',
          group,
          topic,
          partition,
          committed,
          at: clock.now(),
        })),
      ),
    async forget(places) {
      // What is on its way to the disk is no entry yet, and would outlive this.
      await log.settled()
      const gone = table.all().filter(places)
      await append(gone.map((entry) => ({ ...entry, committed: null, at: clock.now() })))
    },
  }
}
