import type { KafkaErrorName } from '../../../protocol/errors.ts'
import type { ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'

export interface CommittingMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly memberEpoch: number
}

/** Whether a commit is taken: an error for all of it, or whatever is asked of each partition. */
export type CommitCheck =
  | KafkaErrorName
  | undefined
  | ((topicId: string, partition: number) => KafkaErrorName | undefined)

/** The first version of OffsetCommit that says what is wrong with an epoch. */
const epochsSince = 9

export function checkConsumerCommit(
  group: ConsumerGroup,
  { memberId, groupInstanceId, memberEpoch }: CommittingMember,
  { apiVersion, inTransaction }: { readonly apiVersion: number; readonly inTransaction: boolean },
): CommitCheck {
  // Consumers that assign themselves commit without a membership, as long as nobody else is in. Old transactional ones say nothing.
  if (memberEpoch < 0 && group.members.size === 0) return undefined
  if (inTransaction && memberEpoch === -1 && memberId === '' && groupInstanceId === null) return undefined
  const member = group.members.get(memberId)
  if (!member) return 'UNKNOWN_MEMBER_ID'
  if (!inTransaction && !member.classic && apiVersion < epochsSince) return 'UNSUPPORTED_VERSION'
  if (memberEpoch === member.epoch) return undefined
  const stale: KafkaErrorName = member.classic || inTransaction ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH'
  if (memberEpoch > member.epoch) return stale
  // An epoch that is over is good enough for what the member has held since (KIP-1251): nobody else had it meanwhile.
  return (topicId, partition) => (memberEpoch < heldSince(member, topicId, partition) ? stale : undefined)
}

function heldSince({ assigned, revoking }: ConsumerMember, topicId: string, partition: number): number {
  return assigned.get(topicId)?.get(partition) ?? revoking.get(topicId)?.get(partition) ?? Infinity
}

/** Whether a member may read what was committed; those that say nothing of themselves may. */
export function fetchError(
  group: ConsumerGroup,
  memberId: string | null,
  memberEpoch: number,
): KafkaErrorName | undefined {
  if (memberId === null && memberEpoch < 0) return undefined
  const member = group.members.get(memberId ?? '')
  if (!member) return 'UNKNOWN_MEMBER_ID'
  if (memberEpoch === member.epoch) return undefined
  return member.classic ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH'
}
