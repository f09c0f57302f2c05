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
      const stream = typeof call.options['stream'] === 'string' ? call.options['stream'] : null
      const { removeGroup, removeOffsets } = await import('../../../stream/groups/remove-group.ts')
      const partitions =
        stream === null ? await removeGroup(client, group!) : await removeOffsets(client, group!, stream)
      call.output.answer({ group, stream, partitions }, () =>
        stream === null
          ? `${group} is gone, with its offsets in ${partitions} partitions.`
          : `${group} has forgotten its offsets in ${partitions} partitions of ${stream}.`,
      )
    }),
}
