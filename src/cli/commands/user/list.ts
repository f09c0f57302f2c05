import type { Command } from '../../command.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'

export const userList: Command = {
  name: 'user list',
  summary: 'list the users that may log in to the Kafka port',
  options: kafkaOptions,
  examples: ['weir user list'],
  run: (call) =>
    withKafka(call, async ({ users }) => {
      const all = await users.list()
      call.output.answer(all, () =>
        all.length === 0
          ? 'There are no users. Make one with weir user set NAME.'
          : all.map(({ name, mechanisms }) => `${name}  ${mechanisms.join(', ')}`).join('\n'),
      )
    }),
}
