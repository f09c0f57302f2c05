import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../stream/client/kafka-client.ts'
import type { CommandCall, OptionDeclaration } from '../command.ts'
import { mustRun } from '../running.ts'

/** Every command that speaks Kafka takes these. */
export const kafkaOptions: readonly OptionDeclaration[] = [
  {
    flags: '--bootstrap <addresses>',
    description: 'another Kafka than that of the project: host:port, several separated by commas',
  },
]

/** The Kafka that the command is about: the one named, or that of the project, which must run. */
export async function withKafka<Result>(
  { options, directory, output }: Pick<CommandCall, 'options' | 'directory' | 'output'>,
  use: (client: KafkaClient) => Promise<Result>,
): Promise<Result> {
  const given = options['bootstrap']
  const access =
    typeof given === 'string' ? { bootstrap: given, projectDirectory: directory } : mustRun(directory).streams
  const { openKafka } = await import('../../platform/streams/open-kafka.ts')
  const onWaiting = (reason: unknown): void =>
    output.note(`Not connected yet, and tried again: ${asWeirError(reason).message}`)
  const client = await openKafka(access, { clientId: 'weir-cli', onWaiting })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** Whether the command is about the project's own streams, of which Weir knows more than a broker tells. */
export function isOfProject({ options }: Pick<CommandCall, 'options'>): boolean {
  return options['bootstrap'] === undefined
}
