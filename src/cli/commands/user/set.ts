import { text } from 'node:stream/consumers'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Command } from '../../command.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'

export const userSet: Command = {
  name: 'user set',
  summary: 'make a user of the Kafka port, or give it another password, which is asked for or read from standard input',
  arguments: [{ name: 'name', description: 'of the user', required: true }],
  options: kafkaOptions,
  examples: ['weir user set ada', 'weir user set ada < password.txt'],
  async run(call) {
    const name = call.arguments[0]!
    const password = process.stdin.isTTY ? await askPassword(name) : (await text(process.stdin)).replace(/\r?\n$/, '')
    if (password === '')
      throw new WeirError('WEIR-2009', 'the password is empty: type it, or send it by standard input')
    await withKafka(call, ({ users }) => users.set(name, password))
    call.output.answer({ user: name }, () => `${name} may log in by SCRAM-SHA-256 and SCRAM-SHA-512.`)
  },
}

async function askPassword(name: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: `Password of ${name}` })
  return isCancel(answer) ? '' : (answer ?? '')
}
