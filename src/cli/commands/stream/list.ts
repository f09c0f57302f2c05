import { formatSize } from '../../../kernel/units.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { tableText } from '../../table-text.ts'

export const streamList: Command = {
  name: 'stream list',
  summary: 'list the streams that the log has, declared or not, with their partitions, records and size',
  options: [
    { flags: '--prefix <text>', description: 'only those whose name begins so' },
    { flags: '--internal', description: 'those that Kafka keeps for itself too' },
    ...kafkaOptions,
  ],
  examples: ['weir stream list', 'weir stream list --prefix shop. --json', 'weir stream list --bootstrap kafka-1:9092'],
  run: (call) =>
    withKafka(call, async (client) => {
      const { prefix, internal } = call.options
      const topics = (await client.topics.describe())
        .filter((topic) => (internal === true || !topic.internal) && topic.name.startsWith(String(prefix ?? '')))
        .map(({ name, id, internal: isInternal, partitions }) => ({
          name,
          id,
          internal: isInternal,
          partitions: partitions.length,
        }))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      const figures = await figuresOf(
        client,
        topics.map(({ name }) => name),
      )
      const shown = topics.map((topic) => ({ ...topic, ...figures(topic.name) }))
      call.output.answer(shown, () => textOf(shown))
    }),
}

interface Figures {
  /** Offsets between the ends: transactions, compaction and restores leave fewer records. */
  readonly records: number
  /** null from a broker that does not tell. */
  readonly bytes: number | null
}

async function figuresOf(client: KafkaClient, names: readonly string[]): Promise<(name: string) => Figures> {
  const { unlessUnsupported } = await import('../../../stream/client/optional.ts')
  const [starts, ends, sizes] = await Promise.all([
    client.offsets.listTopics(names, 'start'),
    client.offsets.listTopics(names, 'end'),
    unlessUnsupported(client.topics.sizes(names)),
  ])
  const sum = (values: ReadonlyMap<number, number> | undefined): number =>
    [...(values?.values() ?? [])].reduce((total, value) => total + value, 0)
  return (name) => ({
    records: sum(ends.get(name)) - sum(starts.get(name)),
    bytes: sizes ? sum(sizes.get(name)) : null,
  })
}

function textOf(shown: readonly (Figures & { readonly name: string; readonly partitions: number })[]): string {
  if (shown.length === 0) return 'No stream here.'
  const columns = [
    { title: 'STREAM' },
    { title: 'PARTITIONS', align: 'right' },
    { title: 'RECORDS', align: 'right' },
    { title: 'SIZE', align: 'right' },
  ] as const
  return tableText(
    columns,
    shown.map(({ name, partitions, records, bytes }) => [
      name,
      String(partitions),
      formatCount(records),
      bytes === null ? '-' : formatSize(bytes),
    ]),
  )
}
