import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import type { ConfigDescription, KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { ApiResource } from '../../api-types.ts'
import type { Command, CommandCall } from '../../command.ts'
import { numberOption } from '../../number-option.ts'
import { resourcePath } from '../../resources.ts'
import { configsText } from '../../stream/config-text.ts'
import { isOfProject, kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { mustExist } from '../../stream-names.ts'
import { connectWeir } from '../../weir-client.ts'

export const streamConfigure: Command = {
  name: 'stream configure',
  summary: 'show every setting of a stream, or change some of them',
  arguments: [{ name: 'stream', description: 'the name of the stream', required: true }],
  options: [
    { flags: '--set <name=value>', description: "a setting by Kafka's name: retention.ms=86400000", repeatable: true },
    { flags: '--unset <name>', description: 'take a setting back to its default', repeatable: true },
    {
      flags: '--partitions <count>',
      description: 'make partitions until there are so many; they cannot be taken away',
    },
    { flags: '--dry-run', description: 'only say whether the log would take it' },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream configure orders',
    'weir stream configure orders --set retention.ms=86400000 --set max.message.bytes=1000000',
    'weir stream configure orders --unset retention.ms --dry-run',
  ],
  run: (call) =>
    withKafka(call, async (client) => {
      const [stream] = call.arguments
      await mustExist(client, stream!)
      const before = await client.topics.configs(stream!)
      const changes = changesOf(call, before)
      const partitions = numberOption('--partitions', call.options['partitions'])
      if (Object.keys(changes).length === 0 && partitions === undefined)
        return call.output.answer(before, () => configsText(before))
      await change(client, call, stream!, changes, partitions)
    }),
}

type Changes = Readonly<Record<string, string | null>>

/** WEIR-2009 with the nearest name for a setting that there is none of. */
function changesOf({ lists }: CommandCall, known: readonly ConfigDescription[]): Changes {
  const set = (lists['set'] ?? []).map((text): [string, string] => {
    const at = text.indexOf('=')
    if (at < 1) throw new WeirError('WEIR-2009', `--set takes name=value, not "${text}"`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
  const changes = [...set, ...(lists['unset'] ?? []).map((name): [string, null] => [name, null])]
  const names = known.map(({ name }) => name)
  for (const [name] of changes) {
    if (names.includes(name)) continue
    const near = nearestName(name, names)
    throw new WeirError(
      'WEIR-2009',
      `there is no setting "${name}".${near === undefined ? '' : ` Did you mean ${near}?`} weir stream configure STREAM shows all`,
    )
  }
  return Object.fromEntries(changes)
}

async function change(
  client: KafkaClient,
  call: CommandCall,
  stream: string,
  changes: Changes,
  partitions: number | undefined,
): Promise<void> {
  const dryRun = call.options['dryRun'] === true
  if (Object.keys(changes).length > 0) await client.topics.alterConfigs(stream, changes, { validateOnly: dryRun })
  if (partitions !== undefined && !dryRun) await client.topics.addPartitions(stream, partitions)
  const declared = isOfProject(call) ? await declaredSettings(call.directory, stream) : []
  call.output.answer({ stream, changes, partitions: partitions ?? null, dryRun }, () =>
    [
      dryRun ? 'Nothing is changed: the log would take it.' : `${stream} is changed.`,
      ...Object.keys(changes)
        .filter((name) => declared.includes(name))
        .map(
          (name) =>
            `weir.config.ts says something of ${name} too, which counts again at the next apply: change it there.`,
        ),
    ].join('\n'),
  )
}

/** Settings that the project declares of the stream, and sets at each apply. */
async function declaredSettings(directory: string, stream: string): Promise<readonly string[]> {
  const weir = connectWeir(directory)
  const found = await weir.call<ApiResource>('GET', resourcePath('stream', stream)).catch(() => undefined)
  if (found?.origin !== 'project') return []
  const config = (found.spec['config'] ?? {}) as Readonly<Record<string, string>>
  return ['retention.ms', 'retention.bytes', ...Object.keys(config)]
}
