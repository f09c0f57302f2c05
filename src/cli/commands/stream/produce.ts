import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { Producer } from '../../../stream/client/producer.ts'
import { placed } from '../../../stream/client/record-too-large.ts'
import { isRefused } from '../../../stream/client/retry.ts'
import type { Command, CommandCall } from '../../command.ts'
import { csvRecords } from '../../csv-records.ts'
import { formatCount } from '../../output.ts'
import { openLines } from '../../stream/open-lines.ts'
import { jsonLines, plainLines, sendLines, withDefaults } from '../../stream/outgoing-lines.ts'
import { compressions, hasNoDefaults, produceSettings, type ProduceSettings } from '../../stream/produce-settings.ts'
import { isOfProject, kafkaOptions, withKafka } from '../../stream/with-kafka.ts'
import { createStream, mustExist } from '../../stream-names.ts'
import { connectWeir } from '../../weir-client.ts'

export const streamProduce: Command = {
  name: 'stream produce',
  summary: 'send lines to a stream, each a record, and wait until all are durable',
  arguments: [
    { name: 'stream', description: 'the name of the stream', required: true },
    { name: 'file', description: 'lines to send; standard input without it', required: false },
  ],
  options: [
    { flags: '--key <text>', description: 'the key of every record: all go to one partition, in order' },
    {
      flags: '-K, --key-separator <text>',
      description: String.raw`each line is a key, this text and a value; \t is a tab`,
    },
    { flags: '-H, --header <name=value>', description: 'a header of every record', repeatable: true },
    { flags: '-p, --partition <number>', description: 'all into this partition; without it by key, or in turn' },
    { flags: '--timestamp <time>', description: 'the time of every record, ISO or "10 minutes ago"; now without it' },
    { flags: '--null-marker <text>', description: 'a value that is this text is sent as null, a tombstone' },
    {
      flags: '--format <format>',
      description:
        'lines: each a value; json: each what weir stream tail --json prints, with key, headers and timestamp',
      default: 'lines',
    },
    { flags: '--keep-partitions', description: 'with json, send each record to the partition that it names' },
    {
      flags: '--csv-header <use>',
      description:
        'the first line names the columns of a CSV: send it with each record, for deliveries with csv: { header: true }, or skip it, for others',
    },
    { flags: '--acks <acks>', description: 'when a record counts as sent: all, 1 or 0', default: 'all' },
    { flags: '-z, --compression <codec>', description: compressions.join(', '), default: 'none' },
    { flags: '--create', description: 'make the stream when there is none' },
    ...kafkaOptions,
  ],
  examples: [
    'weir stream produce events < events.ndjson',
    `echo 'ada:{"id": 1}' | weir stream produce events --key-separator : --header source=shop`,
    'weir stream produce prices prices.csv --csv-header skip',
    'weir stream tail events --from beginning -e --json | weir stream produce copy --format json --create',
  ],
  async run(call) {
    const [stream, file] = call.arguments
    const settings = produceSettings(call)
    if (file === undefined && process.stdin.isTTY) call.output.note('Lines from the terminal; Ctrl-D ends them.')
    return withKafka(call, async (client) => {
      const input = file === undefined ? process.stdin : await openLines(file)
      await mustBeThere(client, call, stream!)
      const producer = await client.createProducer({
        topic: stream!,
        acks: settings.acks,
        compression: settings.compression,
        recordBytesMax: await recordBytesMaxOf(client, stream!),
        onWaiting: (reason) => call.output.note(`Not written yet, and tried again: ${asWeirError(reason).message}`),
      })
      await send(input, producer, settings)
      const { records, bytes } = await producer.flush()
      const sent = settings.acks === 'all' ? 'durable' : 'sent'
      call.output.answer(
        { stream, records, bytes },
        () => `${formatCount(records)} ${records === 1 ? 'record is' : 'records are'} in ${stream}, ${sent}.`,
      )
    })
  },
}

async function mustBeThere(client: KafkaClient, call: CommandCall, stream: string): Promise<void> {
  if (call.options['create'] !== true)
    // A producer would have the log make it, be the name mistyped, or declared and Failed.
    return mustExist(client, stream, 'weir status shows what is declared; --create makes what is not.')
  if (isOfProject(call)) await createStream(client, connectWeir(call.directory), stream)
  else await client.topics.create([{ name: stream }])
}

/** Undefined where nobody may ask for it: then the broker says it of each record. */
async function recordBytesMaxOf(client: KafkaClient, stream: string): Promise<number | undefined> {
  try {
    const configs = await client.topics.configs(stream)
    const value = configs.find(({ name }) => name === 'max.message.bytes')?.value
    return value ? Number(value) : undefined
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** Lines that are values and nothing else go as the bytes that they are. */
async function send(input: NodeJS.ReadableStream, producer: Producer, settings: ProduceSettings): Promise<void> {
  const { defaults, separator, nullMarker, format, csvHeader } = settings
  if (csvHeader !== undefined) {
    let number = 0
    for await (const value of csvRecords(input, csvHeader)) {
      number++
      try {
        await producer.send(withDefaults(defaults, { value }))
      } catch (error) {
        throw placed(`record ${number} of the CSV`, error)
      }
    }
  } else if (format === 'json') {
    await sendLines(input, jsonLines(defaults, settings.keepPartitions), (record) => producer.send(record))
  } else if (separator === undefined && nullMarker === undefined && hasNoDefaults(defaults)) {
    for await (const chunk of input) await producer.sendLines(chunk as Buffer)
  } else {
    await sendLines(input, plainLines(defaults, separator, nullMarker), (record) => producer.send(record))
  }
}
