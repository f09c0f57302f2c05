import { KafkaRefusal } from '../../kafka-refusal.ts'
import type { Step } from '../step.ts'
import { advance } from './advance.ts'
import { editGroup } from './edit.ts'
import type { ConsumerGroup } from './group.ts'
import { staticMember, unknownMember } from './identity.ts'
import { awayEpoch, newConsumerMember, subscribesAlike, type ConsumerMember } from './member.ts'
import { includesAll, listed, samePartitions, type TopicPartitions } from './partitions.ts'
import { compileRegex } from './regex/compile.ts'
import { keepAlive } from './session.ts'

/** Of a member that joins (epoch 0) or goes on. What is null stays as it was. */
export interface HeartbeatRequest {
  readonly memberId: string
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  /** -1 for as it was. */
  readonly rebalanceTimeoutMs: number
  readonly clientId: string
  readonly clientHost: string
  readonly subscribedTopicNames: readonly string[] | null
  readonly subscribedTopicRegex: string | null
  readonly serverAssignor: string | null
  /** What it holds. */
  readonly topicPartitions: readonly TopicPartitions[] | null
}

export interface HeartbeatAnswer {
  readonly memberId: string
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  /** All that the member is to hold; null when it knows. */
  readonly assignment: readonly TopicPartitions[] | null
}

/** Throws KafkaRefusal, before anything has changed, for a member that is not who it says. */
export function heartbeat(group: ConsumerGroup, request: HeartbeatRequest, step: Step): HeartbeatAnswer {
  const { memberId } = request
  checkRoom(group, memberId, step)
  const { former, replaced } = whoIs(group, request)
  knowRegex(group, request.subscribedTopicRegex)
  const isNew = !group.members.has(memberId) && !replaced
  const edit = editGroup(group, step)
  if (replaced) edit.take(replaced)
  const asked = withWishes(former, request)
  edit.put(asked)
  if (isNew || !subscribesAlike(former, asked)) edit.bump()
  const member = advance(group, memberId, request.topicPartitions, edit, step)
  edit.done()
  keepAlive(group, member, step)
  return {
    memberId,
    memberEpoch: member.epoch,
    heartbeatIntervalMs: step.limits.consumerHeartbeatIntervalMs,
    assignment: isFull(request) || !samePartitions(former.assigned, member.assigned) ? listed(member.assigned) : null,
  }
}

export function checkRoom({ members }: ConsumerGroup, memberId: string, { limits }: Step): void {
  if (members.size >= limits.membersMax && !members.has(memberId))
    throw new KafkaRefusal(
      'GROUP_MAX_SIZE_REACHED',
      `The consumer group has reached its maximum capacity of ${limits.membersMax} members.`,
    )
}

interface Known {
  /** As it was; a new one when it joins. */
  readonly former: ConsumerMember
  /** The static member whose place it takes. */
  readonly replaced?: ConsumerMember
}

function whoIs(group: ConsumerGroup, request: HeartbeatRequest): Known {
  const { memberId, instanceId, memberEpoch } = request
  if (instanceId !== null) return whoIsStatic(group, instanceId, request)
  const member = group.members.get(memberId)
  if (memberEpoch === 0) return { former: member ?? newConsumerMember(memberId) }
  if (!member) throw unknownMember(group, memberId)
  checkEpoch(member, request)
  return { former: member }
}

function whoIsStatic(group: ConsumerGroup, instanceId: string, request: HeartbeatRequest): Known {
  const { memberId, memberEpoch } = request
  const member = group.members.get(group.instances.get(instanceId) ?? '')
  if (memberEpoch !== 0) {
    checkEpoch(staticMember(group, instanceId, memberId), request)
    return { former: member! }
  }
  if (!member) return { former: group.members.get(memberId) ?? newConsumerMember(memberId) }
  // It is the same client: it was fenced, or has lost an answer.
  if (member.memberId === memberId && member.epoch !== awayEpoch) return { former: member }
  const isTaken = member.classic === null && member.epoch !== awayEpoch
  if (isTaken || (memberId !== member.memberId && group.members.has(memberId)))
    throw new KafkaRefusal(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${member.memberId} member.`,
    )
  return { former: { ...member, memberId, epoch: 0, previousEpoch: 0 }, replaced: member }
}

function checkEpoch(member: ConsumerMember, { memberEpoch, topicPartitions }: HeartbeatRequest): void {
  if (memberEpoch === member.epoch) return
  // The answer that would have told it the next epoch may have been lost.
  const lags = memberEpoch === member.previousEpoch && memberEpoch < member.epoch
  if (lags && topicPartitions !== null && includesAll(member.assigned, topicPartitions)) return
  throw new KafkaRefusal(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${memberEpoch > member.epoch ? 'greater' : 'smaller'} member epoch (${memberEpoch}) than the one known by the group coordinator (${member.epoch}). The member must abandon all its partitions and rejoin.`,
  )
}

function knowRegex({ regexes }: ConsumerGroup, regex: string | null): void {
  if (regex === null || regex === '' || regexes.has(regex)) return
  regexes.set(regex, { matches: compileRegex(regex), revision: -1, topics: [] })
}

function withWishes(former: ConsumerMember, request: HeartbeatRequest): ConsumerMember {
  const { subscribedTopicNames: names, rebalanceTimeoutMs } = request
  const wishes = {
    instanceId: request.instanceId ?? former.instanceId,
    rackId: request.rackId ?? former.rackId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? former.rebalanceTimeoutMs : rebalanceTimeoutMs,
    topicNames: names === null ? former.topicNames : [...new Set(names)].toSorted(),
    topicRegex: request.subscribedTopicRegex ?? former.topicRegex,
    assignor: request.serverAssignor ?? former.assignor,
    classic: null,
  }
  const asked = { ...former, ...wishes }
  const isSame = (Object.keys(wishes) as (keyof typeof wishes)[]).every(
    (key) => key === 'topicNames' || former[key] === asked[key],
  )
  return isSame && subscribesAlike(former, asked) ? former : asked
}

/** It says all of itself: it joins, or an answer was lost. */
function isFull({
  memberEpoch,
  rebalanceTimeoutMs,
  subscribedTopicNames,
  subscribedTopicRegex,
  topicPartitions,
}: HeartbeatRequest): boolean {
  if (memberEpoch === 0) return true
  const subscribes = subscribedTopicNames !== null || subscribedTopicRegex !== null
  return rebalanceTimeoutMs !== -1 && subscribes && topicPartitions !== null
}
