import type { Registry } from 'prom-client'
import type { PartitionView } from '../topics/partition.ts'
import type { Topic } from '../topics/topic.ts'
import { registerFamily, type MetricFamily, type Sample } from './register-family.ts'
import type { TopicFigures } from './topic-figures.ts'

/** So many topics, and partitions of them, have series of their own; those that were there first. The others are counted. */
export const seriesTopicsMax = 1000
export const seriesPartitionsMax = 10_000

export interface TopicSource {
  all(): readonly Topic[]
}

/** Series of topics and partitions, labelled as Kafka's exporters do. */
export function registerTopicSeries(registry: Registry, topics: TopicSource, figures: TopicFigures): void {
  const shown = (): readonly Topic[] => topics.all().slice(0, seriesTopicsMax)
  const byTopic = (family: Omit<MetricFamily, 'read'>, value: (topic: Topic) => number): void =>
    registerFamily(registry, {
      ...family,
      read: () => shown().map((topic) => ({ labels: { topic: topic.name }, value: value(topic) })),
    })
  const counter = (name: string, help: string, value: (topic: Topic) => number): void =>
    byTopic({ name, help, type: 'counter' }, value)
  const gauge = (name: string, help: string, value: (topic: Topic) => number): void =>
    byTopic({ name, help, type: 'gauge' }, value)
  counter('weir_topic_produced_bytes_total', 'Bytes of batches appended to a topic', ({ id }) => figures.of(id).bytesIn)
  counter('weir_topic_produced_records_total', 'Records appended to a topic', ({ id }) => figures.of(id).recordsIn)
  counter(
    'weir_topic_fetched_bytes_total',
    'Bytes of batches fetched from a topic',
    ({ id }) => figures.of(id).bytesOut,
  )
  counter(
    'weir_topic_fetched_records_total',
    'Records fetched from a topic, in whole batches',
    ({ id }) => figures.of(id).recordsOut,
  )
  gauge('weir_topic_log_bytes', 'What a topic takes on the disk', (topic) => sumOf(topic, ({ bytes }) => bytes))
  gauge('weir_topic_segments', 'Segment files of a topic', (topic) => sumOf(topic, ({ segmentCount }) => segmentCount))
  gauge('weir_topic_partitions', 'Partitions of a topic', ({ partitions }) => partitions.length)
  const byPartition = (name: string, help: string, value: (view: PartitionView) => number): void =>
    registerFamily(registry, { name, help, type: 'gauge', read: () => partitionSamples(shown(), value) })
  byPartition('weir_partition_start_offset', 'First offset that a partition has', ({ startOffset }) => startOffset)
  byPartition('weir_partition_end_offset', 'Offset after the last durable record', ({ endOffset }) => endOffset)
  registerFamily(registry, {
    name: 'weir_log_troubled_partitions',
    help: 'Partitions that are damaged or cannot be written',
    type: 'gauge',
    read: () => [{ labels: {}, value: troubledOf(topics.all()) }],
  })
  registerFamily(registry, {
    name: 'weir_topics_without_series',
    help: `Topics beyond the ${seriesTopicsMax} that have series of their own`,
    type: 'gauge',
    read: () => [{ labels: {}, value: Math.max(0, topics.all().length - seriesTopicsMax) }],
  })
  registerFamily(registry, {
    name: 'weir_partitions_without_series',
    help: `Partitions beyond the ${seriesPartitionsMax} that have series of their own`,
    type: 'gauge',
    read: () => [{ labels: {}, value: Math.max(0, partitionsOf(topics.all()) - partitionsShown(shown())) }],
  })
}

function sumOf({ partitions }: Topic, value: (view: PartitionView) => number): number {
  return partitions.reduce((sum, { view }) => sum + value(view), 0)
}

function partitionSamples(topics: readonly Topic[], value: (view: PartitionView) => number): Sample[] {
  const samples: Sample[] = []
  for (const { name, partitions } of topics)
    for (const { index, view } of partitions) {
      if (samples.length >= seriesPartitionsMax) return samples
      samples.push({ labels: { topic: name, partition: index }, value: value(view) })
    }
  return samples
}

/** What is not open has no trouble that anybody knows of. */
function troubledOf(topics: readonly Topic[]): number {
  let count = 0
  for (const { partitions } of topics) for (const { opened } of partitions) if (opened?.trouble !== undefined) count++
  return count
}

function partitionsOf(topics: readonly Topic[]): number {
  return topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
}

function partitionsShown(topics: readonly Topic[]): number {
  return Math.min(seriesPartitionsMax, partitionsOf(topics))
}
