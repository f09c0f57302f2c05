import { decodeSubscription } from '../../../protocol/consumer-protocol.ts'
import type { KafkaErrorName } from '../../../protocol/errors.ts'
import { KafkaRefusal } from '../../kafka-refusal.ts'
import type { MemberName } from '../classic/group.ts'
import { join } from '../classic/join.ts'
import {
  copied,
  refusedJoin,
  refusedSync,
  type JoinAnswer,
  type JoinRequest,
  type SyncAnswer,
} from '../classic/member.ts'
import type { LeavingMember } from '../classic/session.ts'
import type { SyncRequest } from '../classic/sync.ts'
import { advance, lookAtTopics } from '../consumer/advance.ts'
import { editGroup } from '../consumer/edit.ts'
import { isFree, type ConsumerGroup } from '../consumer/group.ts'
import { checkRoom } from '../consumer/heartbeat.ts'
import { memberNamed, staticMember } from '../consumer/identity.ts'
import { newConsumerMember, subscribesAlike, type ClassicSide, type ConsumerMember } from '../consumer/member.ts'
import { fence } from '../consumer/leave.ts'
import { keepAlive } from '../consumer/session.ts'
import type { Caller } from '../caller.ts'
import { answer, deadlineIn, type Step } from '../step.ts'
import { assignmentBytes, byId } from './assignment-bytes.ts'
import { downgrade, isLastOfItsKind } from './downgrade.ts'

/**
 * A member that speaks the classic protocol in a consumer group (KIP-848): the log assigns to it as to the others. It learns by
 * REBALANCE_IN_PROGRESS that there is something to do, says in JoinGroup what it still holds, and is given its part by SyncGroup.
 */
export function joinConsumerGroup(
  group: ConsumerGroup,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  const memberId = request.memberId === '' ? step.newId() : request.memberId
  checkRoom(group, memberId, step)
  if (!takesProtocols(group, request)) return answer(step, caller, refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId))
  const mustAsk = request.memberId === '' && request.groupInstanceId === null && request.mustKnowId
  if (mustAsk) return answer(step, caller, refusedJoin('MEMBER_ID_REQUIRED', memberId))
  const { former, replaced } = whoIs(group, memberId, request)
  // The last one of the consumer protocol comes back in the classic one.
  if (replaced && isLastOfItsKind(group, replaced)) return joinDowngraded(group, replaced, request, caller, step)
  const member = put(group, former, replaced, request, step)
  group.joins.delete(memberId)
  group.syncs.set(memberId, deadlineIn(step, member.rebalanceTimeoutMs))
  keepAlive(group, member, step)
  answer(step, caller, {
    error: 'NONE',
    generationId: member.epoch,
    protocolType: 'consumer',
    protocolName: request.protocols[0]!.name,
    leader: '',
    memberId,
    members: [],
  })
}

function joinDowngraded(
  group: ConsumerGroup,
  replaced: ConsumerMember,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  downgrade(group, replaced, step)
  if (step.become?.kind === 'classic') join(step.become, request, caller, step)
}

function takesProtocols({ members }: ConsumerGroup, { protocolType, protocols }: JoinRequest): boolean {
  if (protocolType !== 'consumer' || protocols.length === 0) return false
  const others = [...members.values()].flatMap(({ classic }) => (classic ? [classic] : []))
  return protocols.some(({ name }) => others.every((other) => other.protocols.some((known) => known.name === name)))
}

function whoIs(
  group: ConsumerGroup,
  memberId: string,
  { memberId: named, groupInstanceId }: JoinRequest,
): { readonly former: ConsumerMember; readonly replaced?: ConsumerMember } {
  if (groupInstanceId === null) return { former: group.members.get(memberId) ?? newConsumerMember(memberId) }
  if (named !== '') return { former: staticMember(group, groupInstanceId, memberId) }
  const known = group.members.get(group.instances.get(groupInstanceId) ?? '')
  if (!known) return { former: newConsumerMember(memberId) }
  return { former: { ...known, memberId, epoch: 0, previousEpoch: 0 }, replaced: known }
}

function put(
  group: ConsumerGroup,
  former: ConsumerMember,
  replaced: ConsumerMember | undefined,
  request: JoinRequest,
  step: Step,
): ConsumerMember {
  const { ownedPartitions, ...subscription } = subscriptionOf(request)
  const isNew = !group.members.has(former.memberId) && !replaced
  const edit = editGroup(group, step)
  if (replaced) edit.take(replaced)
  const classic: ClassicSide = { sessionTimeoutMs: request.sessionTimeoutMs, protocols: copied(request.protocols) }
  const asked: ConsumerMember = {
    ...former,
    instanceId: request.groupInstanceId,
    rackId: subscription.rackId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    topicNames: [...new Set(subscription.topics)].toSorted(),
    topicRegex: '',
    assignor: null,
    classic,
  }
  edit.put(asked)
  if (isNew || !subscribesAlike(former, asked)) edit.bump()
  const member = advance(group, former.memberId, byId(ownedPartitions, step.topics), edit, step)
  edit.done()
  return member
}

function subscriptionOf({ protocols, memberId }: JoinRequest): ReturnType<typeof decodeSubscription> {
  try {
    return decodeSubscription(protocols[0]!.metadata)
  } catch {
    throw new KafkaRefusal('INCONSISTENT_GROUP_PROTOCOL', `Member ${memberId}'s subscription is none of a consumer.`)
  }
}

export function syncConsumerGroup(group: ConsumerGroup, request: SyncRequest, step: Step): SyncAnswer {
  const member = classicMember(group, request)
  const error = generationError(member, request) ?? protocolError(member, request)
  if (error) return refusedSync(error)
  // Who has partitions to give up has joined already, and goes on with what is left.
  if (group.epoch > member.epoch && member.state !== 'UnrevokedPartitions') {
    awaitJoin(group, member, step)
    return refusedSync('REBALANCE_IN_PROGRESS')
  }
  group.syncs.delete(member.memberId)
  keepAlive(group, member, step)
  return {
    error: 'NONE',
    protocolType: request.protocolType,
    protocolName: request.protocolName,
    assignment: assignmentBytes(member.assigned, member.classic!.protocols, step.topics),
  }
}

export function heartbeatInConsumerGroup(group: ConsumerGroup, name: MemberName, step: Step): KafkaErrorName {
  const member = classicMember(group, name)
  const error = generationError(member, name)
  if (error) return error
  keepAlive(group, member, step)
  lookAtTopics(group, step)
  if (!hasToJoin(group, group.members.get(name.memberId)!)) return 'NONE'
  awaitJoin(group, member, step)
  return 'REBALANCE_IN_PROGRESS'
}

/** There is a new target, or something to give up, or what it waits for is free. */
function hasToJoin(group: ConsumerGroup, { epoch, state, target, assigned }: ConsumerMember): boolean {
  if (epoch < group.epoch || state === 'UnrevokedPartitions') return true
  if (state === 'Stable') return false
  for (const [topicId, ones] of target)
    for (const partition of ones)
      if (!assigned.get(topicId)?.has(partition) && !isFree(group, topicId, partition)) return false
  return true
}

function awaitJoin(group: ConsumerGroup, { memberId, rebalanceTimeoutMs }: ConsumerMember, step: Step): void {
  if (!group.joins.has(memberId)) group.joins.set(memberId, deadlineIn(step, rebalanceTimeoutMs))
}

/** Members of either protocol: an administrator removes them by it. One answer each. */
export function leaveConsumerGroup(
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
  step: Step,
): readonly KafkaErrorName[] {
  const gone = new Set<ConsumerMember>()
  const errors = leaving.map((one) => {
    const found = leavingMember(group, one)
    if (typeof found === 'string') return found
    if (gone.has(found)) return 'UNKNOWN_MEMBER_ID'
    gone.add(found)
    return 'NONE'
  })
  removeAll(group, gone, step)
  return errors
}

/** One of the consumer protocol goes last: with it the group may be of the classic one. */
function removeAll(group: ConsumerGroup, gone: ReadonlySet<ConsumerMember>, step: Step): void {
  const last = [...gone].find(({ classic }) => !classic)
  const others = [...gone].filter((member) => member !== last)
  if (others.length > 0) {
    const edit = editGroup(group, step)
    for (const member of others) edit.take(member)
    edit.bump()
    edit.done()
  }
  if (last) fence(group, last, step)
}

function leavingMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: LeavingMember,
): ConsumerMember | KafkaErrorName {
  if (groupInstanceId === null) return group.members.get(memberId) ?? 'UNKNOWN_MEMBER_ID'
  const member = group.members.get(group.instances.get(groupInstanceId) ?? '')
  if (!member) return 'UNKNOWN_MEMBER_ID'
  // An administrator names the instance alone.
  return memberId === '' || memberId === member.memberId ? member : 'FENCED_INSTANCE_ID'
}

/** Throws UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
function classicMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: Pick<MemberName, 'memberId' | 'groupInstanceId'>,
): ConsumerMember {
  const member =
    groupInstanceId === null ? memberNamed(group, memberId) : staticMember(group, groupInstanceId, memberId)
  if (!member.classic)
    throw new KafkaRefusal('UNKNOWN_MEMBER_ID', `Member ${memberId} does not use the classic protocol.`)
  return member
}

function generationError({ epoch }: ConsumerMember, { generationId }: MemberName): KafkaErrorName | undefined {
  return generationId === epoch ? undefined : 'ILLEGAL_GENERATION'
}

function protocolError(
  { classic }: ConsumerMember,
  { protocolType, protocolName }: SyncRequest,
): KafkaErrorName | undefined {
  const isSame = (protocolType ?? 'consumer') === 'consumer'
  const name = classic!.protocols[0]!.name
  return isSame && (protocolName ?? name) === name ? undefined : 'INCONSISTENT_GROUP_PROTOCOL'
}
