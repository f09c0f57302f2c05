import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { BegunReplay, ReplayRequest } from '../../../stream/replay/begin-replay.ts'
import type { ReplayResult } from '../../../stream/replay/replay.ts'
import type { Command, CommandCall } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { filterOption, filterOptions } from '../../stream/filter-option.ts'
import { partitionOption } from '../../stream/partition-option.ts'
import { placeOption } from '../../stream/place-option.ts'
import { compressions } from '../../stream/produce-settings.ts'
import { showReplay } from '../../stream/replay-progress.ts'
import { isOfProject, kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { createStream, mustExist } from '../../stream-names.ts'
import { connectWeir } from '../../weir-client.ts'

export const streamReplay: Command = {
  name: 'stream replay',
  summary:
    'copy a range of a stream into another one, with keys, headers and timestamps; goes on where it was interrupted',
  arguments: [
    { name: 'from', description: 'the stream to copy from', required: true },
    { name: 'to', description: 'the stream to copy into', required: true },
  ],
  options: [
    {
      flags: '--from <place>',
      description:
        'where to begin: beginning, an offset, -10 (the last ten of each partition), "10 minutes ago" or an ISO time',
      default: 'beginning',
    },
    { flags: '--until <place>', description: 'where to end, as --from', default: 'where the stream ends now' },
    { flags: '-p, --partition <numbers>', description: 'only these partitions: 0, 0,2 or 0-3', repeatable: true },
    ...filterOptions,
    {
      flags: '--partitioning <way>',
      description: 'same: each record keeps its partition; key: by key, as producers do',
      default: 'same where both have as many partitions, else key',
    },
    { flags: '-z, --compression <codec>', description: compressions.join(', '), default: 'that of the first batch' },
    { flags: '--create', description: 'make the other stream when there is none, with as many partitions' },
    { flags: '--name <text>', description: 'by which the replay is found again; made of what it copies without it' },
    { flags: '--again', description: 'forget that it was done, or begun, and copy all of it once more' },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream replay orders orders-fixed --create',
    'weir stream replay orders retry --from "1 hour ago" --grep timeout',
    'weir stream replay orders copy --from 1200 --until 1300 --partition 0',
  ],
  run: (call) =>
    withKafka(call, async (client) => {
      const begun = await begin(client, call)
      const { isDone } = await import('../../../stream/replay/replay-state.ts')
      if (isDone(begun.state)) return begun.resumed ? answerDone(call, begun) : answerEmpty(call, begun)
      return run(client, call, begun)
    }),
}

async function begin(client: KafkaClient, call: CommandCall): Promise<BegunReplay> {
  const [from, to] = call.arguments as readonly [string, string]
  await mustExist(client, from)
  const [source] = await client.topics.describe([from])
  if (call.options['create'] === true) await create(client, call, to, source!.partitions.length)
  else await mustExist(client, to, '--create makes it.')
  const { beginReplay } = await import('../../../stream/replay/begin-replay.ts')
  return beginReplay(client, requestOf(call, from, to, source!.partitions.length))
}

async function create(client: KafkaClient, call: CommandCall, stream: string, partitions: number): Promise<void> {
  if (isOfProject(call)) await createStream(client, connectWeir(call.directory), stream, partitions)
  else await client.topics.create([{ name: stream, partitions }])
}

function requestOf(call: CommandCall, from: string, to: string, partitions: number): ReplayRequest {
  const { options, lists } = call
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined)
  const filter = filterOption(call)
  const partitioning = text('partitioning')
  if (partitioning !== undefined && partitioning !== 'same' && partitioning !== 'key')
    throw new WeirError('WEIR-2009', `--partitioning takes same or key, not "${partitioning}"`)
  const codec = text('compression')
  const compression = compressions.find((known) => known === codec)
  if (codec !== undefined && compression === undefined)
    throw new WeirError('WEIR-2009', `--compression takes ${compressions.join(', ')}, not "${codec}"`)
  const said = [options['from'], options['until'], lists['partition'], filter, partitioning]
  return {
    from,
    to,
    name: text('name'),
    said: JSON.stringify(said),
    partitions: partitionOption(lists['partition'], from, partitions),
    begin: placeOption('--from', options['from']) ?? 'start',
    end: placeOption('--until', options['until']) ?? 'end',
    filter,
    partitioning,
    compression,
    again: options['again'] === true,
  }
}

function answerDone({ output }: CommandCall, { replay: { name, from, to } }: BegunReplay): void {
  output.answer(
    { name, done: true, copied: 0, alreadyDone: true },
    () =>
      `This replay of ${from} into ${to} was done before: nothing is copied twice. --again copies all of it once more.`,
  )
}

function answerEmpty({ output, options }: CommandCall, { replay: { name, from, to, range } }: BegunReplay): void {
  const said = [['--from', options['from']] as const, ['--until', options['until']] as const]
  const places = said.flatMap(([flag, place]) => (typeof place === 'string' ? [`${flag} ${place}`] : []))
  const ends = [...range].map(([partition, { until }]) => `${partition}: ${until}`).join(', ')
  output.answer(
    { name, done: true, copied: 0, alreadyDone: false },
    () =>
      `0 records of ${from} are in ${to}: there is nothing ${places.length > 0 ? `in ${places.join(' ')}` : 'to copy'}. The range ends, by partition, at ${ends}.`,
  )
}

/** Ctrl-C ends it with what was read written and its place known; a second one ends it at once, which loses nothing either. */
async function run(client: KafkaClient, { output }: CommandCall, begun: BegunReplay): Promise<number> {
  const { replay, state, resumed } = begun
  if (resumed) output.note(`The replay ${replay.name} goes on where it was interrupted.`)
  const { replayStream } = await import('../../../stream/replay/replay-stream.ts')
  const stop = new AbortController()
  const onInterrupt = (): void => (stop.signal.aborted ? process.exit(130) : stop.abort())
  process.on('SIGINT', onInterrupt)
  const progress = await showReplay(output, replay)
  try {
    const result = await replayStream(client, replay, state, { signal: stop.signal, onProgress: progress.show })
    progress.end()
    output.answer({ name: replay.name, ...result }, () => textOf(begun, result))
    return result.done ? 0 : 130
  } finally {
    progress.end()
    process.off('SIGINT', onInterrupt)
  }
}

function textOf({ replay: { from, to } }: BegunReplay, { done, copied, found, position, total }: ReplayResult): string {
  const records = `${formatCount(copied)} ${copied === 1 ? 'record' : 'records'} of ${from}`
  const before = found > 0 ? `, and ${formatCount(found)} were there from before` : ''
  if (done) return `${records} are in ${to}, durable${before}.`
  return `Interrupted: ${records} are in ${to}${before}, ${formatCount(total - position)} offsets are left. The same command goes on.`
}
