import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { ReadRecord } from '../../../stream/reader/read-record.ts'
import type { Command, CommandCall } from '../../command.ts'
import { countOption } from '../../number-option.ts'
import { filterOption, filterOptions } from '../../stream/filter-option.ts'
import { partitionOption } from '../../stream/partition-option.ts'
import { placeOption } from '../../stream/place-option.ts'
import {
  jsonWriter,
  partsOption,
  rawWriter,
  recordFormats,
  tableTitle,
  tableWriter,
  type RecordFormat,
  type RecordWriter,
} from '../../stream/printed-record.ts'
import { kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { mustExist } from '../../stream-names.ts'

export const streamTail: Command = {
  name: 'stream tail',
  summary: 'print the records of a stream, from a place on and as they come',
  arguments: [{ name: 'stream', description: 'the name of the stream', required: true }],
  options: [
    {
      flags: '--from <place>',
      description:
        'where to begin: beginning, end, an offset, -10 (the last ten of each partition), "10 minutes ago" or an ISO time',
      default: 'end',
    },
    {
      flags: '--until <place>',
      description: 'where to end, as --from; without it the command goes on with what comes',
    },
    { flags: '-e, --exit', description: 'end where the stream ends now' },
    { flags: '-n, --lines <count>', description: 'end after this many records' },
    { flags: '-p, --partition <numbers>', description: 'only these partitions: 0, 0,2 or 0-3', repeatable: true },
    ...filterOptions,
    { flags: '--uncommitted', description: 'records of transactions that are open or were aborted too' },
    {
      flags: '--format <format>',
      description: 'raw: the value and a line break; json: a line of JSON with everything; table: for the eye',
      default: 'raw',
    },
    {
      flags: '--show <parts>',
      description: 'with raw, put before the value and separated by tabs: timestamp, partition, offset, headers, key',
    },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream tail events',
    'weir stream tail events --from "10 minutes ago" --grep error --format table',
    'weir stream tail events --from beginning --exit --json > events.ndjson',
    'weir stream tail events --from -5 --partition 0 --show key,timestamp --exit',
  ],
  run(call) {
    const recordsMax = countOption('--lines', call.options['lines']) ?? Infinity
    return withKafka(call, async (client) => {
      const [stream] = call.arguments
      const [topic] = await client.topics.describe([stream!])
      if (!topic) return mustExist(client, stream!)
      const partitions = partitionOption(call.lists['partition'], stream!, topic.partitions.length)
      await tail(client, call, stream!, partitions, recordsMax)
    })
  },
}

async function tail(
  client: KafkaClient,
  call: CommandCall,
  stream: string,
  partitions: readonly number[] | undefined,
  recordsMax: number,
): Promise<void> {
  const { options } = call
  const [{ offsetsAt, readBounds }, { readForward }, { compileFilter }] = await Promise.all([
    import('../../../stream/reader/place.ts'),
    import('../../../stream/reader/read-forward.ts'),
    import('../../../stream/reader/record-filter.ts'),
  ])
  const until = placeOption('--until', options['until']) ?? (options['exit'] === true ? 'end' : undefined)
  const isolation = options['uncommitted'] === true ? 'uncommitted' : 'committed'
  const bounds = await readBounds(client, stream, partitions, isolation)
  const print = printer(call)
  const isWanted = compileFilter(filterOption(call))
  const reading = {
    topic: stream,
    from: await offsetsAt(client, stream, placeOption('--from', options['from']) ?? 'end', bounds),
    until: until && (await offsetsAt(client, stream, until, bounds)),
    isolation,
    isWanted,
  } as const
  let shown = 0
  for await (const { records } of readForward(client, reading)) {
    const some = records.slice(0, recordsMax - shown)
    await print(some)
    shown += some.length
    if (shown >= recordsMax) return
  }
  // Silence would look like a stream without records.
  if (shown === 0) call.output.note(`No record of ${stream} ${wordsOfRange(options)}.`)
}

function wordsOfRange({ from, until, exit }: CommandCall['options']): string {
  const end = typeof until === 'string' ? until : exit === true ? 'its end' : 'the end'
  return `was found from ${typeof from === 'string' ? from : 'end'} until ${end}`
}

function printer({ options, output }: CommandCall): (records: readonly ReadRecord[]) => Promise<void> {
  const format = output.json ? 'json' : formatOption(options['format'])
  const parts = partsOption(options['show'])
  if (parts.length > 0 && format !== 'raw')
    throw new WeirError('WEIR-2009', `--show is for --format raw: ${format} has all of it`)
  const writers: Readonly<Record<RecordFormat, RecordWriter>> = {
    raw: rawWriter(parts, process.stdout.isTTY),
    json: jsonWriter,
    table: tableWriter,
  }
  if (format === 'table') output.line(tableTitle)
  return async (records) => {
    if (records.length > 0) await output.bytes(Buffer.concat(records.map(writers[format])))
  }
}

function formatOption(value: string | boolean | undefined): RecordFormat {
  if (value === undefined) return 'raw'
  const format = recordFormats.find((known) => known === value)
  if (format) return format
  const near = nearestName(String(value), recordFormats)
  throw new WeirError(
    'WEIR-2009',
    `--format takes ${recordFormats.join(', ')}, not "${String(value)}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
  )
}
