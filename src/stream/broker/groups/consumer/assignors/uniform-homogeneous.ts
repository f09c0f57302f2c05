import { countOf, type Partitions } from '../partitions.ts'
import type { AssignedMember, AssignorInput } from './assignor.ts'

/**
 * All members subscribe to the same topics: each gets as many partitions as any other, or one less, whichever topics they are of. A
 * member keeps what it has, up to its quota; what is left over goes to those that have too little.
 */
export function assignEvenly({ members, partitionCounts }: AssignorInput): ReadonlyMap<string, Partitions> {
  const total = [...partitionCounts.values()].reduce((sum, count) => sum + count, 0)
  const quotas = quotasOf(members, total)
  const kept = members.map((member, index) => keep(member, quotas[index]!, partitionCounts))
  const left = leftOver(kept, partitionCounts)
  return new Map(
    members.map(({ memberId }, index) => {
      const { target, count } = kept[index]!
      for (const [topicId, partition] of take(left, quotas[index]! - count)) add(target, topicId, partition)
      return [memberId, target]
    }),
  )
}

/** One more goes to members that have it already, before others: they need not give it up. */
function quotasOf(members: readonly AssignedMember[], total: number): readonly number[] {
  const quota = Math.floor(total / members.length)
  let more = total % members.length
  const quotas = members.map(() => quota)
  for (const havingMore of [true, false])
    for (const [index, { target }] of members.entries())
      if (more > 0 && quotas[index] === quota && countOf(target) > quota === havingMore) {
        quotas[index] = quota + 1
        more--
      }
  return quotas
}

function keep(
  { target }: AssignedMember,
  quota: number,
  partitionCounts: AssignorInput['partitionCounts'],
): { readonly target: Map<string, Set<number>>; readonly count: number } {
  const kept = new Map<string, Set<number>>()
  let count = 0
  for (const [topicId, ones] of target) {
    if (!partitionCounts.has(topicId)) continue
    for (const partition of ones) {
      if (count === quota) break
      add(kept, topicId, partition)
      count++
    }
  }
  return { target: kept, count }
}

function* leftOver(
  kept: readonly { readonly target: Partitions }[],
  partitionCounts: AssignorInput['partitionCounts'],
): Generator<readonly [topicId: string, partition: number]> {
  const taken = new Map<string, Set<number>>()
  for (const { target } of kept)
    for (const [topicId, ones] of target) for (const partition of ones) add(taken, topicId, partition)
  for (const [topicId, count] of partitionCounts)
    for (let partition = 0; partition < count; partition++)
      if (!taken.get(topicId)?.has(partition)) yield [topicId, partition]
}

function* take<T>(items: Generator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken++) {
    const { value, done } = items.next()
    if (done) return
    yield value
  }
}

function add(target: Map<string, Set<number>>, topicId: string, partition: number): void {
  const known = target.get(topicId)
  if (known) known.add(partition)
  else target.set(topicId, new Set([partition]))
}
