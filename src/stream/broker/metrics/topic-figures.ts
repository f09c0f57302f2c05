import type { Registry } from 'prom-client'
import type { TopicCounts } from './figures.ts'
import { registerFamily } from './register-family.ts'

/** What is counted of records, by the id of their topic. Plain numbers: a batch costs a look into a map. */
export interface TopicFigures {
  produced(topicId: string, bytes: number, records: number): void
  fetched(topicId: string, bytes: number, records: number): void
  /** Zeros for a topic of which nothing was counted. */
  of(topicId: string): TopicCounts
  /** Those of which something was counted, by id. */
  all(): Iterable<readonly [topicId: string, counts: TopicCounts]>
  /** Of all topics, those that are gone too. */
  total(): TopicCounts
  /** Forgets topics that are gone. */
  prune(topics: { readonly count: number; readonly isThere: (topicId: string) => boolean }): void
}

const nothing: TopicCounts = { bytesIn: 0, recordsIn: 0, bytesOut: 0, recordsOut: 0 }
type Counting = { -readonly [Name in keyof TopicCounts]: TopicCounts[Name] }

export function createTopicFigures(registry: Registry): TopicFigures {
  const topics = new Map<string, Counting>()
  const total: Counting = { ...nothing }
  const counting = (topicId: string): Counting => {
    let counts = topics.get(topicId)
    if (!counts) topics.set(topicId, (counts = { ...nothing }))
    return counts
  }
  const counter = (name: string, help: string, read: () => number): void =>
    registerFamily(registry, { name, help, type: 'counter', read: () => [{ labels: {}, value: read() }] })
  counter('weir_log_produced_bytes_total', 'Bytes of batches appended', () => total.bytesIn)
  counter('weir_log_produced_records_total', 'Records appended', () => total.recordsIn)
  counter('weir_log_fetched_bytes_total', 'Bytes of batches fetched', () => total.bytesOut)
  counter('weir_log_fetched_records_total', 'Records fetched, in whole batches', () => total.recordsOut)
  return {
    produced(topicId, bytes, records) {
      const counts = counting(topicId)
      counts.bytesIn += bytes
      counts.recordsIn += records
      total.bytesIn += bytes
      total.recordsIn += records
    },
    fetched(topicId, bytes, records) {
      const counts = counting(topicId)
      counts.bytesOut += bytes
      counts.recordsOut += records
      total.bytesOut += bytes
      total.recordsOut += records
    },
    of: (topicId) => topics.get(topicId) ?? nothing,
    all: () => topics,
    total: () => total,
    prune({ count, isThere }) {
      if (topics.size <= count) return
      for (const topicId of topics.keys()) if (!isThere(topicId)) topics.delete(topicId)
    },
  }
}
