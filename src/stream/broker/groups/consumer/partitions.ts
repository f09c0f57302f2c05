/** Partitions, by the id of their topic. No topic has none. */
export type Partitions = ReadonlyMap<string, ReadonlySet<number>>

/** Partitions that a member holds, each with the epoch at which it was given them. */
export type Holding = ReadonlyMap<string, ReadonlyMap<number, number>>

export const noPartitions: Partitions = new Map()
export const nothingHeld: Holding = new Map()

/** As they come in requests, and lie in the log. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** All of them, by topic and in order; none is in two. */
export function listed(...all: readonly (Partitions | Holding)[]): TopicPartitions[] {
  const byTopic = new Map<string, number[]>()
  for (const partitions of all)
    for (const [topicId, ones] of partitions) byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), ...ones.keys()])
  return [...byTopic].map(([topicId, ones]) => ({ topicId, partitions: ones.toSorted((a, b) => a - b) }))
}

function contains(partitions: Partitions | Holding, topicId: string, partition: number): boolean {
  return partitions.get(topicId)?.has(partition) ?? false
}

export function countOf(partitions: Partitions | Holding): number {
  let count = 0
  for (const ones of partitions.values()) count += ones.size
  return count
}

/** The epochs at which they were given are no part of it. */
export function samePartitions(left: Partitions | Holding, right: Partitions | Holding): boolean {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [topicId, ones] of left) {
    const others = right.get(topicId)
    if (others?.size !== ones.size) return false
    for (const partition of ones.keys()) if (!others.has(partition)) return false
  }
  return true
}

/** Whether any of the listed ones is among these. */
export function intersects(partitions: Partitions | Holding, owned: readonly TopicPartitions[]): boolean {
  return owned.some(({ topicId, partitions: ones }) => ones.some((one) => contains(partitions, topicId, one)))
}

/** Whether all of the listed ones are among these. */
export function includesAll(partitions: Partitions | Holding, owned: readonly TopicPartitions[]): boolean {
  return owned.every(({ topicId, partitions: ones }) => ones.every((one) => contains(partitions, topicId, one)))
}
