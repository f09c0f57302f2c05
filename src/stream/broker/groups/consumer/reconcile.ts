import { samePartitions, intersects, type Holding, type TopicPartitions } from './partitions.ts'
import { isReconciled, type ConsumerMember } from './member.ts'

export interface ReconcileInputs {
  readonly assignmentEpoch: number
  /** Whether nobody holds the partition. */
  readonly isFree: (topicId: string, partition: number) => boolean
  /** What the member says that it holds; null when it says nothing. */
  readonly owned: readonly TopicPartitions[] | null
}

/** Leads a member one step towards its target; the same member when there is nothing to do. */
export function reconcile(member: ConsumerMember, inputs: ReconcileInputs): ConsumerMember {
  if (isReconciled(member, inputs.assignmentEpoch)) return member
  const moved = step(member, inputs)
  return isSame(member, moved) ? member : moved
}

function step(member: ConsumerMember, inputs: ReconcileInputs): ConsumerMember {
  if (member.state !== 'UnrevokedPartitions') return towards(member, member.epoch, inputs)
  // Until it no longer reports what it was to give up.
  if (stillOwns(member.revoking, inputs)) return member
  return towards(member, member.epoch + 1, inputs)
}

function stillOwns(revoking: Holding, { owned }: ReconcileInputs): boolean {
  return owned === null || intersects(revoking, owned)
}

function towards(member: ConsumerMember, epoch: number, inputs: ReconcileInputs): ConsumerMember {
  const { assignmentEpoch } = inputs
  const { kept, toRevoke, toAssign, isWaiting } = difference(member, inputs)
  const moved = { ...member, previousEpoch: member.epoch }
  if (toRevoke.size > 0 && stillOwns(toRevoke, inputs))
    return { ...moved, epoch, state: 'UnrevokedPartitions', assigned: kept, revoking: toRevoke }
  return {
    ...moved,
    epoch: assignmentEpoch,
    state: isWaiting ? 'UnreleasedPartitions' : 'Stable',
    assigned: withAssigned(kept, toAssign, assignmentEpoch),
    revoking: new Map(),
  }
}

interface Difference {
  readonly kept: Holding
  readonly toRevoke: Holding
  readonly toAssign: ReadonlyMap<string, readonly number[]>
  /** Something of the target is still held by others. */
  readonly isWaiting: boolean
}

function difference({ assigned, target }: ConsumerMember, { isFree }: ReconcileInputs): Difference {
  const kept = new Map<string, Map<number, number>>()
  const toRevoke = new Map<string, Map<number, number>>()
  const toAssign = new Map<string, number[]>()
  let isWaiting = false
  for (const [topicId, ones] of assigned)
    for (const [partition, epoch] of ones)
      at(target.get(topicId)?.has(partition) ? kept : toRevoke, topicId).set(partition, epoch)
  for (const [topicId, ones] of target)
    for (const partition of ones) {
      if (kept.get(topicId)?.has(partition)) continue
      if (!isFree(topicId, partition)) isWaiting = true
      else push(toAssign, topicId, partition)
    }
  return { kept, toRevoke, toAssign, isWaiting }
}

function withAssigned(kept: Holding, toAssign: Difference['toAssign'], epoch: number): Holding {
  if (toAssign.size === 0) return kept
  const assigned = new Map([...kept].map(([topicId, ones]) => [topicId, new Map(ones)]))
  for (const [topicId, ones] of toAssign) for (const partition of ones) at(assigned, topicId).set(partition, epoch)
  return assigned
}

function at(holding: Map<string, Map<number, number>>, topicId: string): Map<number, number> {
  const known = holding.get(topicId)
  if (known) return known
  const made = new Map<number, number>()
  holding.set(topicId, made)
  return made
}

function isSame(left: ConsumerMember, right: ConsumerMember): boolean {
  return (
    left.epoch === right.epoch &&
    left.previousEpoch === right.previousEpoch &&
    left.state === right.state &&
    samePartitions(left.assigned, right.assigned) &&
    samePartitions(left.revoking, right.revoking)
  )
}

function push(lists: Map<string, number[]>, topicId: string, partition: number): void {
  const known = lists.get(topicId)
  if (known) known.push(partition)
  else lists.set(topicId, [partition])
}
