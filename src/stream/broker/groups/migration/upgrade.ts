import { decodeSubscription } from '../../../protocol/consumer-protocol.ts'
import { KafkaRefusal } from '../../kafka-refusal.ts'
import type { ClassicGroup } from '../classic/group.ts'
import { metadataOf, refusedJoin, refusedSync, type ClassicMember } from '../classic/member.ts'
import { wholeConsumerGroup } from '../consumer/edit.ts'
import { createConsumerGroup, putMember, type ConsumerGroup } from '../consumer/group.ts'
import { newConsumerMember, type ConsumerMember } from '../consumer/member.ts'
import type { TopicPartitions } from '../consumer/partitions.ts'
import { keepAlive } from '../consumer/session.ts'
import { answer, type Step } from '../step.ts'
import { partitionsOfBytes } from './assignment-bytes.ts'

/**
 * The first member of the consumer protocol comes to a group of the classic one: its members stay, with what they hold, and the group
 * goes on in the consumer protocol. `work` is what the new member asks of it; when that is refused, nothing has changed.
 */
export function upgrade<T>(classic: ClassicGroup, step: Step, work: (group: ConsumerGroup) => T): T {
  const group = consumerGroupOf(classic, step)
  const result = work(group)
  for (const member of group.members.values()) if (member.classic) keepAlive(group, member, step)
  step.changes.splice(0, Infinity, ...wholeConsumerGroup(group, step.at))
  refuseWaiting(classic, step)
  step.become = group
  return result
}

function consumerGroupOf(classic: ClassicGroup, step: Step): ConsumerGroup {
  const { groupId, generationId, protocolType, members } = classic
  if (protocolType !== 'consumer') throw notConsumers(groupId)
  const group = createConsumerGroup(groupId)
  group.epoch = group.assignmentEpoch = generationId
  try {
    for (const member of members.values()) putMember(group, consumerMemberOf(classic, member, step))
  } catch {
    throw notConsumers(groupId)
  }
  return group
}

function consumerMemberOf(classic: ClassicGroup, member: ClassicMember, { topics }: Step): ConsumerMember {
  // Before the first generation is complete no protocol was chosen.
  const protocolName = classic.protocolName ?? member.protocols[0]?.name ?? ''
  const { topics: topicNames, rackId } = decodeSubscription(metadataOf(member, protocolName))
  const held = partitionsOfBytes(member.assignment, topics)
  const epoch = classic.generationId
  return {
    ...newConsumerMember(member.memberId),
    instanceId: member.instanceId,
    rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    topicNames: [...new Set(topicNames)].toSorted(),
    epoch,
    previousEpoch: epoch,
    assigned: new Map(held.map(({ topicId, partitions }) => [topicId, since(epoch, partitions)])),
    target: new Map(held.map(({ topicId, partitions }) => [topicId, new Set(partitions)])),
    classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
  }
}

function since(epoch: number, partitions: TopicPartitions['partitions']): ReadonlyMap<number, number> {
  return new Map(partitions.map((partition) => [partition, epoch]))
}

/** They join again, and find the group of the other protocol. */
function refuseWaiting({ members }: ClassicGroup, step: Step): void {
  for (const { memberId, joining, syncing } of members.values()) {
    if (joining) answer(step, joining, refusedJoin('REBALANCE_IN_PROGRESS', memberId))
    if (syncing) answer(step, syncing, refusedSync('REBALANCE_IN_PROGRESS'))
  }
}

function notConsumers(groupId: string): KafkaRefusal {
  return new KafkaRefusal('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`)
}
