import type { Command } from '../../command.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'

export const userRemove: Command = {
  name: 'user remove',
  summary: 'take a user of the Kafka port away; its open connections last until they end, its ACLs stay',
  arguments: [{ name: 'name', description: 'of the user', required: true }],
  options: kafkaOptions,
  examples: ['weir user remove ada'],
  run: (call) =>
    withKafka(call, async ({ users }) => {
      const name = call.arguments[0]!
      const removed = await users.remove(name)
      call.output.answer({ user: name, removed }, () => (removed ? `${name} is gone.` : `There is no user ${name}.`))
    }),
}
