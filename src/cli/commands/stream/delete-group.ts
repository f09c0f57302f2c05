import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import { isRefusal } from '../../../stream/client/retry.ts'
import { kafkaErrors } from '../../../stream/protocol/errors.ts'
import type { Command } from '../../command.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'

export const streamDeleteGroup: Command = {
  name: 'stream delete-group',
  summary: 'remove a consumer group without members, or what it committed in one stream',
  arguments: [{ name: 'group', description: 'the group', required: true }],
  options: [{ flags: '--stream <name>', description: 'forget only what it committed in this stream' }, ...kafkaOptions],
  examples: ['weir stream delete-group billing', 'weir stream delete-group billing --stream orders'],
  run: (call) =>
    withKafka(call, async (client) => {
      const [group] = call.arguments
      const { stream } = call.options
      const { describeGroupLag } = await import('../../../stream/groups/group-lag.ts')
      const found = await describeGroupLag(client, group!)
      const removed = found.partitions.filter(
        ({ topic, committed }) => committed !== null && (stream === undefined || topic === stream),
      )
      await remove(
        client,
        group!,
        typeof stream === 'string' ? stream : undefined,
        removed.map(({ partition }) => partition),
      )
      call.output.answer({ group, stream: stream ?? null, partitions: removed.length }, () =>
        stream === undefined
          ? `${group} is gone, with its offsets in ${removed.length} partitions.`
          : `${group} has forgotten its offsets in ${removed.length} partitions of ${String(stream)}.`,
      )
    }),
}

async function remove(
  { groups }: KafkaClient,
  group: string,
  stream: string | undefined,
  partitions: readonly number[],
): Promise<void> {
  try {
    if (stream === undefined) await groups.delete(group)
    else if (partitions.length > 0) await groups.deleteOffsets(group, stream, partitions)
  } catch (error) {
    const isInUse =
      isRefusal(error, kafkaErrors.NON_EMPTY_GROUP) || isRefusal(error, kafkaErrors.GROUP_SUBSCRIBED_TO_TOPIC)
    if (!isInUse) throw error
    throw new WeirError('WEIR-3122', `the group "${group}" has members that read. Stop its consumers first`, {
      cause: error,
    })
  }
}
