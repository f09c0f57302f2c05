import type { Step } from '../step.ts'
import type { ConsumerGroupChange, ConsumerMemberChange, StoredHead } from './change.ts'
import { putMember, takeMember, type ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'
import { storedMember } from './stored.ts'

/** Changes a group, and writes down what is another afterwards. */
export interface Edit {
  put(member: ConsumerMember): void
  take(member: ConsumerMember): void
  /** Something of the assignment is another: a new target is due. */
  bump(): void
  done(): void
}

export function editGroup(group: ConsumerGroup, step: Step): Edit {
  const before = headOf(group)
  const touched = new Map<string, ConsumerMember | undefined>()
  const touch = (memberId: string): void => {
    if (!touched.has(memberId)) touched.set(memberId, group.members.get(memberId))
  }
  return {
    put(member) {
      touch(member.memberId)
      putMember(group, member)
    },
    take(member) {
      touch(member.memberId)
      takeMember(group, member)
    },
    bump: () => group.epoch++,
    done() {
      if (group.members.size > 0) group.emptySince = null
      else group.emptySince ??= step.at
      if (!sameHead(before, headOf(group))) step.changes.push(headChange(group, step.at))
      for (const [memberId, former] of touched) {
        const member = group.members.get(memberId)
        if (member !== former) step.changes.push(memberChange(group, memberId, member, step.at))
      }
    },
  }
}

function headOf({ epoch, assignmentEpoch, topicsDigest, emptySince }: ConsumerGroup): StoredHead {
  return { epoch, assignmentEpoch, topics: topicsDigest, emptySince }
}

function sameHead(left: StoredHead, right: StoredHead): boolean {
  return (
    left.epoch === right.epoch &&
    left.assignmentEpoch === right.assignmentEpoch &&
    left.topics === right.topics &&
    left.emptySince === right.emptySince
  )
}

function headChange(group: ConsumerGroup, at: number): ConsumerGroupChange {
  return { kind: 'consumer', group: group.groupId, state: headOf(group), at }
}

function memberChange(
  { groupId }: ConsumerGroup,
  memberId: string,
  member: ConsumerMember | undefined,
  at: number,
): ConsumerMemberChange {
  return { kind: 'member', group: groupId, member: memberId, state: member ? storedMember(member) : null, at }
}

/** Changes from which all of the group comes back, whatever of it was written before. */
export function wholeConsumerGroup(
  group: ConsumerGroup,
  at: number,
): readonly (ConsumerGroupChange | ConsumerMemberChange)[] {
  const gone: ConsumerGroupChange = { kind: 'consumer', group: group.groupId, state: null, at }
  const members = [...group.members].map(([memberId, member]) => memberChange(group, memberId, member, at))
  return [gone, headChange(group, at), ...members]
}
