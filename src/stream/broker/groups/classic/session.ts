import type { KafkaErrorName } from '../../../protocol/errors.ts'
import type { Step } from '../step.ts'
import { identityError, memberError, type ClassicGroup, type MemberName } from './group.ts'
import type { ClassicMember } from './member.ts'
import { awaitSync, completeIfAllJoined, dismiss, dismissUnsynced, endJoin, keepAlive, rebalance } from './rebalance.ts'

export function heartbeat(group: ClassicGroup, name: MemberName, step: Step): KafkaErrorName {
  const error = memberError(group, name)
  if (error) return error
  keepAlive(group.members.get(name.memberId)!, step)
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

export interface LeavingMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** One answer each; the others are told once. */
export function leave(group: ClassicGroup, leaving: readonly LeavingMember[], step: Step): KafkaErrorName[] {
  const before = group.members.size
  const errors = leaving.map((member) => leaveOne(group, member, step))
  if (group.members.size < before) rebalance(group, step)
  else completeIfAllJoined(group, step)
  return errors
}

function leaveOne(group: ClassicGroup, { memberId, groupInstanceId }: LeavingMember, step: Step): KafkaErrorName {
  if (group.promised.delete(memberId)) return 'NONE'
  // An administrator names the instance alone.
  const id = memberId === '' && groupInstanceId !== null ? (group.instances.get(groupInstanceId) ?? '') : memberId
  const error = identityError(group, id, groupInstanceId)
  if (error) return error
  dismiss(group, group.members.get(id)!, step)
  return 'NONE'
}

/** Whether an offset commit of this member and generation is taken. */
export function commitError(
  group: ClassicGroup,
  name: MemberName,
  inTransaction: boolean,
  step: Step,
): KafkaErrorName | undefined {
  const { memberId, groupInstanceId, generationId } = name
  if (generationId < 0 && group.state === 'Empty') return undefined
  if (generationId < 0 && memberId === '' && groupInstanceId === null)
    // Consumers that assign themselves commit without a membership, as long as nobody else is in. Old transactional ones say nothing.
    return inTransaction ? undefined : 'UNKNOWN_MEMBER_ID'
  const error = memberError(group, name)
  if (error || inTransaction) return error
  if (group.state === 'CompletingRebalance') return 'REBALANCE_IN_PROGRESS'
  keepAlive(group.members.get(memberId)!, step)
  return undefined
}

/** Whose time is over. Sets the deadlines that are left. */
export function expireClassic(group: ClassicGroup, step: Step): void {
  for (const [memberId, deadline] of group.promised)
    if (deadline <= step.now) {
      group.promised.delete(memberId)
      completeIfAllJoined(group, step)
    }
  for (const member of [...group.members.values()]) if (member.deadline <= step.now) expireMember(group, member, step)
  if (group.joinDeadline <= step.now) endJoin(group, step)
  if (group.syncDeadline <= step.now) dismissUnsynced(group, step)
  step.wakeAt = Math.min(step.wakeAt, nextDeadline(group))
}

function expireMember(group: ClassicGroup, member: ClassicMember, step: Step): void {
  member.deadline = Infinity
  if (group.members.get(member.memberId) !== member) return
  // Who waits cannot send heartbeats; it has a session again when it is answered.
  if (!member.isNew && (member.joining || member.syncing)) return
  dismiss(group, member, step)
  rebalance(group, step)
}

function nextDeadline(group: ClassicGroup): number {
  let next = Math.min(group.joinDeadline, group.syncDeadline)
  for (const deadline of group.promised.values()) next = Math.min(next, deadline)
  for (const { deadline } of group.members.values()) next = Math.min(next, deadline)
  return next
}

/** After a start: each member has its whole session again, and a generation that was told is completed. */
export function wakeClassic(group: ClassicGroup, step: Step): void {
  for (const member of group.members.values()) keepAlive(member, step)
  if (group.state === 'CompletingRebalance') awaitSync(group, step)
}

/** Whoever waits hears that the log is going. */
export function closeClassic(group: ClassicGroup, step: Step): void {
  for (const member of [...group.members.values()]) dismiss(group, member, step, 'COORDINATOR_NOT_AVAILABLE')
}
