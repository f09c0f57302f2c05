import { addMember, createClassicGroup } from '../classic/group.ts'
import { chooseProtocol, type ClassicMember } from '../classic/member.ts'
import { keepAlive, prepareRebalance } from '../classic/rebalance.ts'
import { classicChange } from '../classic/stored.ts'
import type { ConsumerGroup } from '../consumer/group.ts'
import type { ConsumerMember } from '../consumer/member.ts'
import type { Step } from '../step.ts'
import { assignmentBytes } from './assignment-bytes.ts'

/** All others speak the classic protocol. */
export function isLastOfItsKind({ members }: ConsumerGroup, member: ConsumerMember): boolean {
  if (member.classic) return false
  for (const other of members.values()) if (other !== member && !other.classic) return false
  return true
}

/** The group goes on in the classic protocol without the member; all the others join again. */
export function downgrade(group: ConsumerGroup, leaving: ConsumerMember, step: Step): void {
  const classic = createClassicGroup(group.groupId)
  for (const member of group.members.values()) if (member !== leaving) addMember(classic, classicMemberOf(member, step))
  classic.protocolType = 'consumer'
  classic.protocolName = chooseProtocol(classic.members.values())
  // A kill before the next generation finds it begun: whoever comes joins it, and nobody goes on in the one before with less than all.
  classic.state = 'CompletingRebalance'
  classic.generationId = group.epoch + 1
  step.changes.push(classicChange(classic, step.at))
  classic.state = 'Stable'
  classic.generationId = group.epoch
  for (const member of classic.members.values()) keepAlive(member, step)
  step.become = classic
  prepareRebalance(classic, step)
}

function classicMemberOf(member: ConsumerMember, { topics }: Step): ClassicMember {
  const { memberId, instanceId, clientId, clientHost, rebalanceTimeoutMs, assigned } = member
  const { sessionTimeoutMs, protocols } = member.classic!
  return {
    memberId,
    instanceId,
    clientId,
    clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    protocols,
    assignment: assignmentBytes(assigned, protocols, topics),
    isNew: false,
    joining: undefined,
    syncing: undefined,
    deadline: Infinity,
  }
}
