import type { ChangeForm } from '../storage/change-batches.ts'
import type { OffsetChange } from './offset-table.ts'

/** Whatever is written down about groups. Each kind has its own memory, which keeps the last change of each key. */
export type GroupChange = OffsetChange

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
]

export const groupChangeForm: ChangeForm<GroupChange> = {
  stored: (change) => Buffer.from(JSON.stringify(storedOffset(change))),
  read: (text, at) => offsetChangeOf(JSON.parse(text) as StoredOffset, at),
}

function storedOffset({ group, topic, partition, committed }: OffsetChange): StoredOffset {
  if (!committed) return [group, topic, partition, null, -1, null]
  const { offset, leaderEpoch, metadata, topicId } = committed
  const stored = [group, topic, partition, offset, leaderEpoch, metadata] as const
  return topicId === undefined ? stored : [...stored, topicId]
}

function offsetChangeOf(stored: StoredOffset, at: number): OffsetChange {
  const [group, topic, partition, offset, leaderEpoch, metadata, topicId] = stored
  const committed =
    offset === null ? null : { offset, leaderEpoch, metadata, ...(topicId === undefined ? {} : { topicId }) }
  return { kind: 'offset', group, topic, partition, committed, at }
}
