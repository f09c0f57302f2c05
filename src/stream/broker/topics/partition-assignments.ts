import { KafkaRefusal } from '../kafka-refusal.ts'
import { nodeId } from '../node-id.ts'

/** Throws KafkaRefusal unless the brokers named are the one that there is. */
export function checkReplicas(topic: string, brokerIds: readonly number[]): void {
  if (brokerIds.length === 1 && brokerIds[0] === nodeId) return
  const stranger = brokerIds.find((id) => id !== nodeId)
  throw new KafkaRefusal(
    'INVALID_REPLICA_ASSIGNMENT',
    stranger === undefined
      ? `topic "${topic}" has a partition with ${brokerIds.length} replicas; it is one, on broker ${nodeId}`
      : `topic "${topic}" has a partition on broker ${stranger}; the only one is ${nodeId}`,
  )
}

/** Of a new topic: each partition once, from 0 on. */
export function checkAssignments(
  topic: string,
  assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[],
): void {
  for (const { brokerIds } of assignments) checkReplicas(topic, brokerIds)
  const numbers = assignments.map(({ partitionIndex }) => partitionIndex).toSorted((left, right) => left - right)
  if (numbers.some((number, at) => number !== at))
    throw new KafkaRefusal(
      'INVALID_REPLICA_ASSIGNMENT',
      `topic "${topic}" has partitions ${numbers.join(', ')}; they are numbered from 0 on, each once`,
    )
}
