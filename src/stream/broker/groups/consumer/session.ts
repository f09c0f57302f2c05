import { deadlineIn, type Step } from '../step.ts'
import { indexMembers, type ConsumerGroup } from './group.ts'
import { fence } from './leave.ts'

/** After a start: each member has its whole session again, and its time to give up what was taken from it. */
export function wakeConsumer(group: ConsumerGroup, step: Step): void {
  indexMembers(group)
  for (const { memberId, state, epoch, rebalanceTimeoutMs } of group.members.values()) {
    group.sessions.set(memberId, deadlineIn(step, step.limits.consumerSessionTimeoutMs))
    if (state === 'UnrevokedPartitions')
      group.revocations.set(memberId, { epoch, deadline: deadlineIn(step, rebalanceTimeoutMs) })
  }
}

/** Whose time is over. Sets the deadlines that are left. */
export function expireConsumer(group: ConsumerGroup, step: Step): void {
  for (const [memberId, deadline] of [...group.sessions]) if (deadline <= step.now) fenceLate(group, memberId, step)
  for (const [memberId, { epoch, deadline }] of [...group.revocations]) {
    if (deadline > step.now) continue
    group.revocations.delete(memberId)
    if (group.members.get(memberId)?.epoch === epoch) fenceLate(group, memberId, step)
  }
  for (const deadline of group.sessions.values()) step.wakeAt = Math.min(step.wakeAt, deadline)
  for (const { deadline } of group.revocations.values()) step.wakeAt = Math.min(step.wakeAt, deadline)
}

function fenceLate(group: ConsumerGroup, memberId: string, step: Step): void {
  group.sessions.delete(memberId)
  const member = group.members.get(memberId)
  if (member) fence(group, member, step)
}
