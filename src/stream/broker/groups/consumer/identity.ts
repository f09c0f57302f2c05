import { KafkaRefusal } from '../../kafka-refusal.ts'
import type { ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'

export function unknownMember({ groupId }: ConsumerGroup, memberId: string): KafkaRefusal {
  return new KafkaRefusal('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${groupId}.`)
}

/** Throws UNKNOWN_MEMBER_ID. */
export function memberNamed(group: ConsumerGroup, memberId: string): ConsumerMember {
  const member = group.members.get(memberId)
  if (!member) throw unknownMember(group, memberId)
  return member
}

/** Throws UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when the instance is another member by now. */
export function staticMember(group: ConsumerGroup, instanceId: string, memberId: string): ConsumerMember {
  const member = group.members.get(group.instances.get(instanceId) ?? '')
  if (!member) throw new KafkaRefusal('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`)
  if (member.memberId !== memberId)
    throw new KafkaRefusal(
      'FENCED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
    )
  return member
}
