import type { KafkaClient } from '../../../src/stream/client/kafka-client.ts'
import type { WriterTarget } from './clients/unique-writers.ts'
import { newHistory, type Copy, type History } from './history.ts'

const smallSegments = { 'internal.segment.bytes': '16384' }
/** The clock of the log jumps: what clients say of theirs is taken as it is. */
const anyTime = { 'message.timestamp.after.max.ms': '9223372036854775807' }
const kept = { ...smallSegments, ...anyTime, 'retention.ms': '-1' }

/** What is written, and what may happen to it. */
export const topics = {
  events: { partitions: 3, configs: kept },
  orders: { partitions: 2, configs: kept },
  visits: { partitions: 2, configs: { ...kept, 'message.timestamp.type': 'LogAppendTime' } },
  source: { partitions: 2, configs: kept },
  copies: { partitions: 2, configs: kept },
  /** A bit of it is flipped now and then. */
  brittle: { partitions: 1, configs: { ...kept, 'internal.segment.bytes': '4096' } },
  table: {
    partitions: 2,
    configs: { ...kept, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1', 'delete.retention.ms': '0' },
  },
  rolling: {
    partitions: 1,
    configs: { ...smallSegments, ...anyTime, 'retention.bytes': '100000', 'segment.ms': '2000' },
  },
} as const

export type TopicName = keyof typeof topics

export const copy: Copy = { from: 'source', to: 'copies', group: 'copiers' }

export function targetOf(topic: TopicName, keys?: number): WriterTarget {
  return { topic, partitions: topics[topic].partitions, ...(keys === undefined ? {} : { keys }) }
}

export function targetsOf(...names: readonly TopicName[]): readonly WriterTarget[] {
  return names.map((name) => targetOf(name))
}

export const allTopics = Object.keys(topics) as readonly TopicName[]

export function historyOfTopics(): History {
  return newHistory({ copies: [copy], rolling: new Set(['rolling']), compacted: new Set(['table']) })
}

export async function createTopics(client: KafkaClient): Promise<void> {
  await client.topics.create(allTopics.map((name) => ({ name, ...topics[name] })))
}
