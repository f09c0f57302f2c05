import type { Step } from '../step.ts'
import { downgrade, isLastOfItsKind } from '../migration/downgrade.ts'
import { editGroup } from './edit.ts'
import type { ConsumerGroup } from './group.ts'
import { memberNamed, staticMember } from './identity.ts'
import { awayEpoch, type ConsumerMember } from './member.ts'
import { nothingHeld } from './partitions.ts'

export interface LeaveRequest {
  readonly memberId: string
  readonly instanceId: string | null
  /** -1 for good; -2 for a while: its partitions stay its instance's until its session ends. */
  readonly memberEpoch: number
}

/** Throws KafkaRefusal for a member that is not who it says. */
export function leave(group: ConsumerGroup, { memberId, instanceId, memberEpoch }: LeaveRequest, step: Step): void {
  const member = instanceId === null ? memberNamed(group, memberId) : staticMember(group, instanceId, memberId)
  if (instanceId !== null && memberEpoch === awayEpoch) goAway(group, member, step)
  else fence(group, member, step)
}

function goAway(group: ConsumerGroup, member: ConsumerMember, step: Step): void {
  const edit = editGroup(group, step)
  edit.put({ ...member, epoch: awayEpoch, revoking: nothingHeld })
  edit.done()
}

/** What it held goes to others, with the next target. */
export function fence(group: ConsumerGroup, member: ConsumerMember, step: Step): void {
  if (group.members.size > 1 && isLastOfItsKind(group, member)) return downgrade(group, member, step)
  const edit = editGroup(group, step)
  edit.take(member)
  edit.bump()
  edit.done()
}
