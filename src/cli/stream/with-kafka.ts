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
  { options, directory }: Pick<CommandCall, 'options' | 'directory'>,
  use: (client: KafkaClient) => Promise<Result>,
): Promise<Result> {
  const given = options['bootstrap']
  const access =
    typeof given === 'string' ? { bootstrap: given, projectDirectory: directory } : mustRun(directory).streams
  const { openKafka } = await import('../../platform/streams/open-kafka.ts')
  const client = await openKafka(access, { clientId: 'weir-cli' })
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
