import { offsetCommitApi } from '../protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../protocol/apis/offset-fetch.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { CommittedPartition, PartitionCommit, TopicPartitions } from './kafka-groups.ts'
import { check } from './retry.ts'

/** What a group committed in these partitions, or in all; partitions without a commit are left out. */
export async function committedOffsets(
  broker: Broker,
  group: string,
  wanted: readonly TopicPartitions[] | null,
  timeoutMs: number,
): Promise<CommittedPartition[]> {
  const topics = wanted?.map(({ topic, partitions }) => ({ name: topic, partitionIndexes: partitions })) ?? null
  const request = { groupId: group, topics, groups: [{ groupId: group, topics }] }
  const { body, version } = await broker.call(offsetFetchApi, request, { timeoutMs, versions: { min: 2, max: 9 } })
  const answer = version >= 8 ? body.groups[0] : body
  check(answer?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `group ${group}`)
  return answer!.topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partitionIndex, committedOffset, metadata, errorCode }) => {
      check(errorCode, `offsets of group ${group} for topic ${name}`)
      if (committedOffset < 0) return []
      return [{ topic: name, partition: partitionIndex, offset: committedOffset, metadata: metadata ?? '' }]
    }),
  )
}

export async function commitOffsets(
  broker: Broker,
  group: string,
  offsets: readonly PartitionCommit[],
  timeoutMs: number,
): Promise<void> {
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, entries]) => ({
    name,
    partitions: entries.map(({ partition, offset, metadata = '' }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedMetadata: metadata,
    })),
  }))
  const { body } = await broker.call(offsetCommitApi, { groupId: group, topics }, { timeoutMs })
  for (const { name, partitions } of body.topics)
    for (const { partitionIndex, errorCode } of partitions)
      check(errorCode, `offset of group ${group} for partition ${partitionIndex} of topic ${name}`)
}
