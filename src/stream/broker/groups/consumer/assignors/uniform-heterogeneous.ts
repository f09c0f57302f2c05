import type { Partitions } from '../partitions.ts'
import type { AssignedMember, AssignorInput } from './assignor.ts'

/** Each round moves what it can; more rounds than this bring little. */
const roundsMax = 16

/**
 * Members subscribe to different topics: what each has of its topics stays, what is left over goes to the subscriber that has least, topics with
 * few subscribers first; then partitions move from those that have most to those that have least, topic by topic, until no move helps.
 */
export function assignByLoad({ members, partitionCounts }: AssignorInput): ReadonlyMap<string, Partitions> {
  const loads = members.map(() => 0)
  const topics = topicsOf(members, partitionCounts)
  for (const topic of topics) for (const owner of topic.owners) if (owner !== undefined) loads[owner]!++
  for (const topic of topics) assignLeftOver(topic, loads)
  for (let round = 0; round < roundsMax; round++) {
    const moves = topics.map((topic) => balance(topic, loads))
    if (moves.every((moved) => !moved)) break
  }
  return targetsOf(members, topics)
}

interface AssignedTopic {
  readonly topicId: string
  /** Indexes of members. */
  readonly subscribers: readonly number[]
  /** By partition: the index of the member that has it. */
  readonly owners: (number | undefined)[]
}

/** Those first that leave their subscribers the least choice. */
function topicsOf(
  members: readonly AssignedMember[],
  partitionCounts: AssignorInput['partitionCounts'],
): readonly AssignedTopic[] {
  const topics = [...partitionCounts].map(([topicId, count]) => {
    const subscribers: number[] = []
    const owners = Array.from<number | undefined>({ length: count })
    for (const [index, { topics: ones, target }] of members.entries()) {
      if (!ones.has(topicId)) continue
      subscribers.push(index)
      for (const partition of target.get(topicId) ?? []) owners[partition] = index
    }
    return { topicId, subscribers, owners }
  })
  const share = ({ subscribers, owners }: AssignedTopic): number => owners.length / subscribers.length
  return topics
    .filter(({ subscribers }) => subscribers.length > 0)
    .toSorted((left, right) => share(right) - share(left) || left.subscribers.length - right.subscribers.length)
}

function assignLeftOver({ subscribers, owners }: AssignedTopic, loads: number[]): void {
  for (const [partition, owner] of owners.entries()) {
    if (owner !== undefined) continue
    const least = leastLoaded(subscribers, loads)
    owners[partition] = least
    loads[least]!++
  }
}

/** Whether anything moved. */
function balance({ subscribers, owners }: AssignedTopic, loads: number[]): boolean {
  if (subscribers.length < 2) return false
  const owned = new Map<number, number[]>(subscribers.map((index) => [index, []]))
  for (const [partition, owner] of owners.entries()) owned.get(owner!)!.push(partition)
  let moved = false
  for (;;) {
    const least = leastLoaded(subscribers, loads)
    const most = mostLoaded(subscribers, loads, owned)
    if (most === undefined || loads[most]! - loads[least]! <= 1) return moved
    const partition = owned.get(most)!.pop()!
    owned.get(least)!.push(partition)
    owners[partition] = least
    loads[most]!--
    loads[least]!++
    moved = true
  }
}

function leastLoaded(subscribers: readonly number[], loads: readonly number[]): number {
  return subscribers.reduce((least, index) => (loads[index]! < loads[least]! ? index : least))
}

/** Of those that have something to give. */
function mostLoaded(
  subscribers: readonly number[],
  loads: readonly number[],
  owned: ReadonlyMap<number, readonly number[]>,
): number | undefined {
  let most: number | undefined
  for (const index of subscribers)
    if (owned.get(index)!.length > 0 && (most === undefined || loads[index]! >= loads[most]!)) most = index
  return most
}

function targetsOf(
  members: readonly AssignedMember[],
  topics: readonly AssignedTopic[],
): ReadonlyMap<string, Partitions> {
  const targets = members.map(() => new Map<string, Set<number>>())
  for (const { topicId, owners } of topics)
    for (const [partition, owner] of owners.entries()) {
      const target = targets[owner!]!
      const known = target.get(topicId)
      if (known) known.add(partition)
      else target.set(topicId, new Set([partition]))
    }
  return new Map(members.map(({ memberId }, index) => [memberId, targets[index]!]))
}
