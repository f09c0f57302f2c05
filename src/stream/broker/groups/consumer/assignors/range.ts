import type { Partitions } from '../partitions.ts'
import type { AssignedMember, Assignor } from './assignor.ts'

/**
 * Of each topic its subscribers, in the order of their names, get ranges of equal length, the first ones one more. So topics that have
 * the same subscribers and as many partitions are split alike, and can be joined. Static members come first, by their instance.
 */
export const assignRanges: Assignor = ({ members, partitionCounts }) => {
  const sorted = members.toSorted(byName)
  const topics = new Map<string, { readonly subscribers: number; given: number; next: number }>()
  for (const topicId of partitionCounts.keys()) {
    const subscribers = members.reduce((count, { topics: ones }) => count + (ones.has(topicId) ? 1 : 0), 0)
    topics.set(topicId, { subscribers, given: 0, next: 0 })
  }
  return new Map(
    sorted.map(({ memberId, topics: subscribed }) => {
      const target = new Map<string, Set<number>>()
      for (const topicId of subscribed) {
        const topic = topics.get(topicId)!
        const count = partitionCounts.get(topicId)!
        const length = Math.floor(count / topic.subscribers) + (topic.given++ < count % topic.subscribers ? 1 : 0)
        if (length > 0) target.set(topicId, range(topic.next, length))
        topic.next += length
      }
      return [memberId, target as Partitions]
    }),
  )
}

function range(from: number, length: number): Set<number> {
  return new Set(Array.from({ length }, (_, index) => from + index))
}

function byName(left: AssignedMember, right: AssignedMember): number {
  const [a, b] = [left.instanceId, right.instanceId]
  if (a !== null && b !== null) return compare(a, b)
  if (a !== null || b !== null) return a === null ? 1 : -1
  return compare(left.memberId, right.memberId)
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
