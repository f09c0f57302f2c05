import { assert } from '../../../../kernel/assert.ts'
import { isReconciled, type ConsumerMember } from './member.ts'
import type { Holding } from './partitions.ts'
import type { ResolvedRegex } from './regex/resolved.ts'

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** A group of the consumer protocol. Only this folder changes it. */
export interface ConsumerGroup {
  readonly kind: 'consumer'
  readonly groupId: string
  epoch: number
  /** The epoch that the targets of members belong to. */
  assignmentEpoch: number
  /** Milliseconds since the epoch; null while it has members. */
  emptySince: number | null
  /** What the subscribed topics were like when they were last looked at. */
  topicsDigest: string
  /** In the order in which they came. */
  readonly members: Map<string, ConsumerMember>
  /** Ids of static members by their instance. */
  readonly instances: Map<string, string>
  /** Who holds a partition, by topic: it has it, or has not shown yet that it gave it up. */
  readonly owners: Map<string, Map<number, string>>
  /** When sessions end, by member. */
  readonly sessions: Map<string, number>
  /** By when a member has to give up what was taken from it in this epoch. */
  readonly revocations: Map<string, { readonly epoch: number; readonly deadline: number }>
  /** By when a member that speaks the classic protocol has to join again, and to ask for its assignment. */
  readonly joins: Map<string, number>
  readonly syncs: Map<string, number>
  /** The topics that were seen; another number means that some have changed. */
  topicsRevision: number
  readonly regexes: Map<string, ResolvedRegex>
}

export function createConsumerGroup(groupId: string): ConsumerGroup {
  return {
    kind: 'consumer',
    groupId,
    epoch: 0,
    assignmentEpoch: 0,
    emptySince: null,
    topicsDigest: '',
    members: new Map(),
    instances: new Map(),
    owners: new Map(),
    sessions: new Map(),
    revocations: new Map(),
    joins: new Map(),
    syncs: new Map(),
    topicsRevision: -1,
    regexes: new Map(),
  }
}

export function stateOf({ members, epoch, assignmentEpoch }: ConsumerGroup): ConsumerGroupState {
  if (members.size === 0) return 'Empty'
  if (epoch > assignmentEpoch) return 'Assigning'
  for (const member of members.values()) if (!isReconciled(member, assignmentEpoch)) return 'Reconciling'
  return 'Stable'
}

export function isFree({ owners }: ConsumerGroup, topicId: string, partition: number): boolean {
  return !owners.get(topicId)?.has(partition)
}

/** Puts a member in, or in the place of what it was. */
export function putMember(group: ConsumerGroup, member: ConsumerMember): void {
  const { memberId, instanceId } = member
  const former = group.members.get(memberId)
  group.members.set(memberId, member)
  if (instanceId !== null) group.instances.set(instanceId, memberId)
  if (former?.assigned === member.assigned && former.revoking === member.revoking) return
  if (former) release(group, former)
  hold(group, member)
}

export function takeMember(group: ConsumerGroup, member: ConsumerMember): void {
  const { memberId, instanceId } = member
  release(group, member)
  group.members.delete(memberId)
  group.sessions.delete(memberId)
  group.revocations.delete(memberId)
  group.joins.delete(memberId)
  group.syncs.delete(memberId)
  if (instanceId !== null && group.instances.get(instanceId) === memberId) group.instances.delete(instanceId)
}

/** After loading: who holds what, and which instance is who. */
export function indexMembers(group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    if (member.instanceId !== null) group.instances.set(member.instanceId, member.memberId)
    hold(group, member)
  }
}

function hold({ owners, groupId }: ConsumerGroup, { memberId, assigned, revoking }: ConsumerMember): void {
  for (const [topicId, partition] of each(assigned, revoking)) {
    let byPartition = owners.get(topicId)
    if (!byPartition) owners.set(topicId, (byPartition = new Map()))
    const owner = byPartition.get(partition)
    assert(owner === undefined, `${topicId}-${partition} of group ${groupId} has one owner: ${owner}, ${memberId}`)
    byPartition.set(partition, memberId)
  }
}

function release({ owners }: ConsumerGroup, { assigned, revoking }: ConsumerMember): void {
  for (const [topicId, partition] of each(assigned, revoking)) {
    const byPartition = owners.get(topicId)
    byPartition?.delete(partition)
    if (byPartition?.size === 0) owners.delete(topicId)
  }
}

function* each(...holdings: readonly Holding[]): Generator<readonly [topicId: string, partition: number]> {
  for (const holding of holdings)
    for (const [topicId, ones] of holding) for (const partition of ones.keys()) yield [topicId, partition]
}
