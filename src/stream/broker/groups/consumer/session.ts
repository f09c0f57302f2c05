import { deadlineIn, type Step } from '../step.ts'
import { indexMembers, type ConsumerGroup } from './group.ts'
import { fence } from './leave.ts'
import type { ConsumerMember } from './member.ts'

/** After a start: each member has its whole session again, and its time to give up what was taken from it. */
export function wakeConsumer(group: ConsumerGroup, step: Step): void {
  indexMembers(group)
  for (const member of group.members.values()) {
    const { memberId, state, epoch, rebalanceTimeoutMs } = member
    keepAlive(group, member, step)
    if (state === 'UnrevokedPartitions' && !member.classic)
      group.revocations.set(memberId, { epoch, deadline: deadlineIn(step, rebalanceTimeoutMs) })
  }
}

/** Whose time is over. Sets the deadlines that are left. */
export function expireConsumer(group: ConsumerGroup, step: Step): void {
  for (const [memberId, deadline] of [...group.sessions]) if (deadline <= step.now) fenceLate(group, memberId, step)
  for (const waits of [group.joins, group.syncs])
    for (const [memberId, deadline] of [...waits]) if (deadline <= step.now) fenceLate(group, memberId, step)
  for (const [memberId, { epoch, deadline }] of [...group.revocations]) {
    if (deadline > step.now) continue
    group.revocations.delete(memberId)
    if (group.members.get(memberId)?.epoch === epoch) fenceLate(group, memberId, step)
  }
  for (const waits of [group.sessions, group.joins, group.syncs])
    for (const deadline of waits.values()) step.wakeAt = Math.min(step.wakeAt, deadline)
  for (const { deadline } of group.revocations.values()) step.wakeAt = Math.min(step.wakeAt, deadline)
}

export function keepAlive(group: ConsumerGroup, { memberId, classic }: ConsumerMember, step: Step): void {
  const sessionTimeoutMs = classic?.sessionTimeoutMs ?? step.limits.consumerSessionTimeoutMs
  group.sessions.set(memberId, deadlineIn(step, sessionTimeoutMs))
}

function fenceLate(group: ConsumerGroup, memberId: string, step: Step): void {
  group.sessions.delete(memberId)
  const member = group.members.get(memberId)
  // Of the other protocol by now: whoever is left has a session there.
  if (member && !step.become) fence(group, member, step)
}
