import { zeroUuid } from '../../protocol/field.ts'
import type { ChangeForm } from '../storage/change-batches.ts'
import type { ClassicChange } from './classic/change.ts'
import type { ConsumerGroupChange, ConsumerMemberChange } from './consumer/change.ts'
import type { SettingsChange } from './group-settings.ts'
import type { OffsetChange } from './offset-table.ts'
import type { EndChange, PendingChange } from './pending-offsets.ts'

/** Whatever is written down about groups. Each kind has its own memory, which keeps the last change of each key. */
export type GroupChange = OffsetChange | PendingChange | EndChange | GroupStateChange | SettingsChange

/** What changes a group itself. */
export type GroupStateChange = ClassicChange | ConsumerGroupChange | ConsumerMemberChange

/** As an offset lies in the log: an array, and the record's timestamp as its time. A null offset takes the entry away. */
type StoredOffset = readonly [
  group: string,
  topic: string,
  partition: number,
  offset: number | null,
  leaderEpoch: number,
  metadata: string | null,
  /** Left out by logs that were written before topics were told apart by their id. */
  topicId?: string,
  expiresAt?: number,
]

/** All other kinds: an object with their kind, as they are, but for the time. */
type StoredState = Omit<Exclude<GroupChange, OffsetChange>, 'at'>

export const groupChangeForm: ChangeForm<GroupChange> = {
  stored: (change) =>
    Buffer.from(JSON.stringify(change.kind === 'offset' ? storedOffset(change) : { ...change, at: undefined })),
  read(text, at) {
    const stored = JSON.parse(text) as StoredOffset | StoredState
    return 'kind' in stored ? ({ ...stored, at } as GroupChange) : offsetChangeOf(stored, at)
  },
}

function storedOffset({ group, topic, partition, committed }: OffsetChange): StoredOffset {
  if (!committed) return [group, topic, partition, null, -1, null]
  const { offset, leaderEpoch, metadata, topicId, expiresAt } = committed
  const stored = [group, topic, partition, offset, leaderEpoch, metadata] as const
  if (expiresAt !== undefined) return [...stored, topicId ?? zeroUuid, expiresAt]
  return topicId === undefined ? stored : [...stored, topicId]
}

function offsetChangeOf(stored: StoredOffset, at: number): OffsetChange {
  const [group, topic, partition, offset, leaderEpoch, metadata, topicId, expiresAt] = stored
  const extras = { ...(topicId === undefined ? {} : { topicId }), ...(expiresAt === undefined ? {} : { expiresAt }) }
  const committed = offset === null ? null : { offset, leaderEpoch, metadata, ...extras }
  return { kind: 'offset', group, topic, partition, committed, at }
}
