import { assignors, defaultAssignor } from './assignors/all.ts'
import type { Edit } from './edit.ts'
import type { ConsumerGroup } from './group.ts'
import { noPartitions, samePartitions } from './partitions.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Shares the partitions out anew: each member has a target of this epoch. */
export function assignTargets(group: ConsumerGroup, subscriptions: Subscriptions, edit: Edit): void {
  const { partitionCounts, isHomogeneous } = subscriptions
  const members = [...group.members.values()]
  const assign = assignors.get(preferredAssignor(group))!
  const targets = assign({
    members: members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      topics: subscriptions.of(member),
      target: member.target,
    })),
    partitionCounts,
    isHomogeneous,
  })
  for (const member of members) {
    const target = targets.get(member.memberId) ?? noPartitions
    if (!samePartitions(target, member.target)) edit.put({ ...member, target })
  }
  group.assignmentEpoch = group.epoch
}

/** The one that most members ask for. */
export function preferredAssignor({ members }: ConsumerGroup): string {
  const votes = new Map<string, number>()
  for (const { assignor } of members.values())
    if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1)
  let best = defaultAssignor
  for (const [name, count] of votes) if (count > (votes.get(best) ?? 0)) best = name
  return best
}
