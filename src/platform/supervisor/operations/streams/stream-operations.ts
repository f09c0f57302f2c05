import type { KafkaClient, TopicDescription } from '../../../../stream/client/kafka-client.ts'
import { unlessUnsupported } from '../../../../stream/client/optional.ts'
import type { ValueReader } from '../../../../stream/registry/decode/value-reader.ts'
import type { StreamFigures, StreamOperations, StreamPartition, StreamRate } from '../../../stream-api/streams.ts'
import type { LogProcess } from '../../log-process.ts'
import { existingTopic } from './existing-topic.ts'

/** What the log tells besides what Kafka has words for; undefined while it does not run, or where another Kafka stands in for it. */
export type OwnLog = () => LogProcess['channel']

/** Streams for people to look at and to configure: by the Kafka protocol, and with the figures of the own log where there is one. */
export function createStreamOperations(
  client: () => Promise<KafkaClient>,
  ownLog: OwnLog,
  values: ValueReader,
): StreamOperations {
  async function figures(names: readonly string[]): Promise<ReadonlyMap<string, StreamFigures>> {
    const log = ownLog()
    if (!log) return figuresByKafka(await client(), names)
    const [topics, moving] = await Promise.all([log.call('topics', { names }), log.call('rates', null)])
    const rates = new Map(moving.map(({ topic, ...rate }) => [topic, rate]))
    return new Map(
      topics.map(({ topic, id, partitions, records, bytes, segments, troubles }) => [
        topic,
        {
          name: topic,
          id,
          partitions,
          records: String(records),
          bytes: String(bytes),
          segments,
          rate: rates.get(topic) ?? still,
          troubles,
        },
      ]),
    )
  }

  return {
    figures,
    async names(prefix) {
      const topics = await (await client()).topics.describe()
      return topics.flatMap(({ name }) => (name.startsWith(prefix) ? [name] : [])).toSorted()
    },
    async describe(name) {
      const { id, partitions } = await existingTopic(await client(), name)
      const found = (await figures([name])).get(name)
      // Made a moment ago, or deleted: the log and its client may differ for a moment.
      return found ?? { name, id, partitions: partitions.length, records: '0', ...unknownFigures }
    },
    async partitions(name, from, limit) {
      const kafka = await client()
      const topic = await existingTopic(kafka, name)
      return partitionsOf(kafka, ownLog(), topic, from, limit)
    },
    async configs(name) {
      const kafka = await client()
      await existingTopic(kafka, name)
      return kafka.topics.configs(name)
    },
    async configure(name, changes, dryRun) {
      const kafka = await client()
      await existingTopic(kafka, name)
      await kafka.topics.alterConfigs(name, changes, { validateOnly: dryRun })
    },
    subjects: (name) => values.subjects(name),
    async acls(name) {
      const kafka = await client()
      await existingTopic(kafka, name)
      const filter = { resourceType: 'topic', resource: name, pattern: 'match' } as const
      return (await unlessUnsupported(kafka.acls.list(filter))) ?? null
    },
  }
}

const still: StreamRate = { recordsIn: 0, bytesIn: 0, recordsOut: 0, bytesOut: 0 }
const unknownFigures = { bytes: null, segments: null, rate: null, troubles: [] }

async function figuresByKafka(
  kafka: KafkaClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, StreamFigures>> {
  const topics = await kafka.topics.describe(names)
  const there = topics.map(({ name }) => name)
  const [starts, ends, sizes] = await Promise.all([
    kafka.offsets.listTopics(there, 'start'),
    kafka.offsets.listTopics(there, 'end'),
    unlessUnsupported(kafka.topics.sizes(there)),
  ])
  return new Map(
    topics.map(({ name, id, partitions }) => {
      const records = String(sumOf(ends.get(name)) - sumOf(starts.get(name)))
      const bytes = sizes ? String(sumOf(sizes.get(name))) : null
      return [name, { ...unknownFigures, name, id, partitions: partitions.length, records, bytes }]
    }),
  )
}

function sumOf(values: ReadonlyMap<number, number> | undefined): number {
  return [...(values?.values() ?? [])].reduce((sum, value) => sum + value, 0)
}

async function partitionsOf(
  kafka: KafkaClient,
  log: LogProcess['channel'],
  { name, partitions }: TopicDescription,
  from: number,
  limit: number,
): Promise<readonly StreamPartition[]> {
  const shown = partitions.slice(from, from + limit)
  const wanted = shown.map(({ partition }) => partition)
  const [starts, ends, stableEnds, own, sizes] = await Promise.all([
    kafka.offsets.list(name, 'start', wanted),
    kafka.offsets.list(name, 'end', wanted),
    kafka.offsets.list(name, 'stable end', wanted),
    log?.call('partitions', { topic: name, from, count: limit }),
    log ? undefined : unlessUnsupported(kafka.topics.sizes([name])),
  ])
  const figures = new Map(own?.map((one) => [one.partition, one]))
  return shown.map(({ partition, leader, leaderEpoch }) => {
    const known = figures.get(partition)
    const bytes = known?.bytes ?? sizes?.get(name)?.get(partition)
    return {
      partition,
      start: String(starts.get(partition)),
      end: String(ends.get(partition)),
      stableEnd: String(stableEnds.get(partition)),
      bytes: bytes === undefined ? null : String(bytes),
      segments: known?.segments ?? null,
      leader,
      leaderEpoch,
      trouble: known?.trouble ?? null,
    }
  })
}
