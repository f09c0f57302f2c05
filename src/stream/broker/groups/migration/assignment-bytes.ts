import { decodeAssignment, encodeAssignment } from '../../../protocol/consumer-protocol.ts'
import type { MemberProtocol } from '../classic/member.ts'
import { listed, type Holding, type TopicPartitions } from '../consumer/partitions.ts'
import type { GroupTopics } from '../group-topics.ts'

/** As consumers of the classic protocol read it: topics by name, in the version that the member speaks. */
export function assignmentBytes(holding: Holding, protocols: readonly MemberProtocol[], topics: GroupTopics): Buffer {
  const assignedPartitions = listed(holding).flatMap(({ topicId, partitions }) => {
    const topic = topics.findById(topicId)
    return topic ? [{ topic: topic.name, partitions }] : []
  })
  const metadata = protocols[0]?.metadata
  const version = metadata && metadata.length >= 2 ? metadata.readInt16BE(0) : 0
  return encodeAssignment({ assignedPartitions, userData: null }, version)
}

/** Throws WEIR-3001 for bytes that are none. */
export function partitionsOfBytes(assignment: Buffer, topics: GroupTopics): readonly TopicPartitions[] {
  return byId(decodeAssignment(assignment).assignedPartitions, topics)
}

/** Those of topics that are gone, or were made anew with fewer, are nobody's. */
export function byId(
  named: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  topics: GroupTopics,
): readonly TopicPartitions[] {
  return named.flatMap(({ topic, partitions }) => {
    const found = topics.find(topic)
    if (!found) return []
    return [{ topicId: found.id, partitions: partitions.filter((partition) => partition < found.partitionCount) }]
  })
}
