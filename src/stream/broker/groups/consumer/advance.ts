import { deadlineIn, type Step } from '../step.ts'
import { editGroup, type Edit } from './edit.ts'
import { isFree, type ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'
import type { TopicPartitions } from './partitions.ts'
import { reconcile } from './reconcile.ts'
import { subscriptionsOf } from './subscriptions.ts'
import { assignTargets } from './target.ts'

/** A new target where one is due, and one step of the member towards it. `owned` is what it says that it holds. */
export function advance(
  group: ConsumerGroup,
  memberId: string,
  owned: readonly TopicPartitions[] | null,
  edit: Edit,
  step: Step,
): ConsumerMember {
  retarget(group, step, edit)
  return lead(group, memberId, owned, edit, step)
}

/** At the heartbeat of a member that cannot be led: others may not come for long, or there are none. */
export function lookAtTopics(group: ConsumerGroup, step: Step): void {
  const edit = editGroup(group, step)
  retarget(group, step, edit)
  edit.done()
}

/** A new target for all, when the epoch has grown or a subscribed topic came, grew or went. */
function retarget(group: ConsumerGroup, { topics }: Step, edit: Edit): void {
  if (group.epoch === group.assignmentEpoch && group.topicsRevision === topics.revision) return
  const subscriptions = subscriptionsOf(group, topics)
  group.topicsRevision = topics.revision
  if (subscriptions.digest !== group.topicsDigest) {
    group.topicsDigest = subscriptions.digest
    if (group.epoch === group.assignmentEpoch) edit.bump()
  }
  if (group.epoch > group.assignmentEpoch) assignTargets(group, subscriptions, edit)
}

/** One step towards the member's target. */
function lead(
  group: ConsumerGroup,
  memberId: string,
  owned: readonly TopicPartitions[] | null,
  edit: Edit,
  step: Step,
): ConsumerMember {
  const member = group.members.get(memberId)!
  const { assignmentEpoch } = group
  const led = reconcile(member, { assignmentEpoch, owned, isFree: (topic, one) => isFree(group, topic, one) })
  if (led === member) return member
  edit.put(led)
  const { state, epoch, rebalanceTimeoutMs } = led
  // Those of the classic protocol join again instead, and have their time for that.
  if (state === 'UnrevokedPartitions' && !led.classic)
    group.revocations.set(memberId, { epoch, deadline: deadlineIn(step, rebalanceTimeoutMs) })
  else group.revocations.delete(memberId)
  return led
}
