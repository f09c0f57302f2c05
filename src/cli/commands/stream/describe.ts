import { formatSize } from '../../../kernel/units.ts'
import type { AclBinding } from '../../../stream/client/kafka-acls.ts'
import type { ConfigDescription, KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { GroupLag } from '../../../stream/groups/group-lag.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { aclsText } from '../../stream/acl-text.ts'
import { configsText } from '../../stream/config-text.ts'
import { groupsText } from '../../stream/group-text.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { mustExist } from '../../stream-names.ts'
import { tableText } from '../../table-text.ts'

export const streamDescribe: Command = {
  name: 'stream describe',
  summary: 'show a stream: partitions with their offsets and sizes, settings, groups with their lag, ACLs',
  arguments: [{ name: 'stream', description: 'the name of the stream', required: true }],
  options: [{ flags: '--all', description: 'every setting, those at their default too' }, ...kafkaOptions],
  examples: ['weir stream describe orders', 'weir stream describe orders --json'],
  run: (call) =>
    withKafka(call, async (client) => {
      const [stream] = call.arguments
      await mustExist(client, stream!)
      const described = await describeStream(client, stream!, call.options['all'] === true)
      call.output.answer(described, () => textOf(described))
    }),
}

interface DescribedPartition {
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
  readonly start: number
  readonly end: number
  /** null from a broker that does not tell. */
  readonly bytes: number | null
}

interface DescribedStream {
  readonly stream: string
  readonly id: string
  readonly partitions: readonly DescribedPartition[]
  readonly configs: readonly ConfigDescription[]
  readonly groups: readonly GroupLag[]
  /** null where nobody asks for them, or where they cannot be seen. */
  readonly acls: readonly AclBinding[] | null
}

async function describeStream(client: KafkaClient, stream: string, all: boolean): Promise<DescribedStream> {
  const [{ unlessUnsupported }, { groupsOfTopic }, { readBounds }] = await Promise.all([
    import('../../../stream/client/optional.ts'),
    import('../../../stream/groups/stream-groups.ts'),
    import('../../../stream/reader/place.ts'),
  ])
  const [[topic], bounds, sizes, configs, groups, acls] = await Promise.all([
    client.topics.describe([stream]),
    readBounds(client, stream, undefined, 'uncommitted'),
    unlessUnsupported(client.topics.sizes([stream])),
    client.topics.configs(stream),
    groupsOfTopic(client, stream),
    unlessUnsupported(client.acls.list({ resourceType: 'topic', resource: stream, pattern: 'match' })),
  ])
  return {
    stream,
    id: topic!.id,
    partitions: topic!.partitions.map(({ partition, leader, leaderEpoch }) => ({
      partition,
      leader,
      leaderEpoch,
      start: bounds.starts.get(partition) ?? 0,
      end: bounds.ends.get(partition) ?? 0,
      bytes: sizes?.get(stream)?.get(partition) ?? null,
    })),
    configs: configs.filter(({ source }) => all || source !== 'default'),
    groups,
    acls: acls ?? null,
  }
}

function textOf({ stream, id, partitions, configs, groups, acls }: DescribedStream): string {
  const records = partitions.reduce((sum, { start, end }) => sum + end - start, 0)
  const bytes = partitions.reduce<number | null>(
    (sum, one) => (sum === null || one.bytes === null ? null : sum + one.bytes),
    0,
  )
  const size = bytes === null ? '' : `, ${formatSize(bytes)}`
  const sections = [
    `${stream}: ${partitions.length} partitions, ${formatCount(records)} records${size}, topic id ${id}`,
    partitionsText(partitions),
    configs.length === 0 ? 'Settings: all at their default.' : configsText(configs),
    groups.length === 0 ? 'No consumer group reads it.' : groupsText(groups),
    ...(acls === null ? [] : [acls.length === 0 ? 'No ACL is about it.' : aclsText(acls)]),
  ]
  return sections.join('\n\n')
}

function partitionsText(partitions: readonly DescribedPartition[]): string {
  const columns = ['PARTITION', 'LEADER', 'EPOCH', 'START', 'END', 'RECORDS', 'SIZE'].map((title) => ({
    title,
    align: 'right' as const,
  }))
  return tableText(
    columns,
    partitions.map(({ partition, leader, leaderEpoch, start, end, bytes }) => [
      String(partition),
      String(leader),
      leaderEpoch < 0 ? '-' : String(leaderEpoch),
      formatCount(start),
      formatCount(end),
      formatCount(end - start),
      bytes === null ? '-' : formatSize(bytes),
    ]),
  )
}
