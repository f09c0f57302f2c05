import type { Bar, Benchmark, Figure } from '../benchmark.ts'
import { cpuOf, javaTool, withBoth, type Broker, type KafkaFlush } from './brokers.ts'

/** Kafka's own load tools, with the settings that they come with: batches of 16 KB, many small requests. */
interface Rates {
  readonly produce: number
  readonly cpu: number
  /** Milliseconds, of a producer that sends 10 MB/s. */
  readonly p50: number
  readonly p99: number
}

const loads = [1, 12].flatMap((partitions) => [1024, 100].map((recordBytes) => ({ partitions, recordBytes })))
type Load = (typeof loads)[number]
/** Each run starts four JVMs. */
const pairsMax = 3
const floodBytes = 60e6
const steadySeconds = 8
const steadyBytesPerSecond = 10e6
const warmUp = { partitions: 12, recordBytes: 1024 }

export const javaClients: Benchmark = {
  name: 'java',
  question: "Kafka's own producer-perf with its defaults, against both brokers",
  async run({ pairs, say }) {
    const figures: Figure[] = []
    for (const flush of ['as it ships', 'with a flush before the ack'] as const)
      await withBoth(flush, async (brokers) => {
        for (const broker of brokers) await measure(broker, warmUp, 'warm-up')
        for (const load of loads) figures.push(...(await compare(brokers, load, flush, Math.min(pairs, pairsMax), say)))
      })
    return figures
  },
}

async function compare(
  brokers: readonly [Broker, Broker],
  load: Load,
  flush: KafkaFlush,
  pairs: number,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const what = `Java client, ${load.recordBytes === 100 ? '100 B' : '1 KB'}, ${load.partitions} partition${load.partitions > 1 ? 's' : ''}`
  const measured: readonly [Rates[], Rates[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++)
    for (const [at, broker] of brokers.entries()) {
      const rates = await measure(broker, load, `java-${load.partitions}-${load.recordBytes}-${pair}`)
      measured[at]!.push(rates)
      say(
        `${broker.name.padEnd(5)} ${what}: ${rates.produce.toFixed(1)} MB/s, ${rates.cpu.toFixed(2)} CPU s per 100 MB; at 10 MB/s p50 ${rates.p50} ms, p99 ${rates.p99} ms`,
      )
    }
  const figure = (name: string, unit: string, of: keyof Rates, bar: Bar): Figure => ({
    name: `${name}, ${what}`,
    unit,
    ours: measured[0].map((rates) => rates[of]),
    reference: measured[1].map((rates) => rates[of]),
    referenceName: `Apache Kafka 4 ${flush}`,
    bar,
  })
  const most: Bar = { kind: 'ratio', at: 'most', value: 1, text: 'at most 1x' }
  const least = flush === 'as it ships' ? 1 : 2
  return [
    figure('produce', 'MB/s', 'produce', { kind: 'ratio', at: 'least', value: least, text: `at least ${least}x` }),
    figure('broker CPU per 100 MB', 's', 'cpu', most),
    figure('ack at 10 MB/s, p50', 'ms', 'p50', most),
    figure('ack at 10 MB/s, p99', 'ms', 'p99', most),
  ]
}

async function measure(broker: Broker, load: Load, topic: string): Promise<Rates> {
  const server = ['--bootstrap-server', broker.bootstrap]
  await javaTool('topics', ...server, '--create', '--topic', topic, '--partitions', String(load.partitions))
  const records = Math.floor(floodBytes / load.recordBytes)
  const { result: flood, seconds } = await cpuOf(broker, () => send(broker, load, topic, records, -1))
  const perSecond = Math.floor(steadyBytesPerSecond / load.recordBytes)
  const steady = await send(broker, load, topic, perSecond * steadySeconds, perSecond)
  await javaTool('topics', ...server, '--delete', '--topic', topic)
  return {
    produce: (flood.recordsPerSecond * load.recordBytes) / 1e6,
    cpu: (seconds / (records * load.recordBytes)) * 1e8,
    p50: steady.p50,
    p99: steady.p99,
  }
}

async function send(
  { bootstrap }: Broker,
  { recordBytes }: Load,
  topic: string,
  records: number,
  recordsPerSecond: number,
): Promise<{ recordsPerSecond: number; p50: number; p99: number }> {
  const said = await javaTool(
    'producer-perf',
    ...['--topic', topic, '--num-records', String(records), '--record-size', String(recordBytes)],
    ...['--throughput', String(recordsPerSecond), '--producer-props', `bootstrap.servers=${bootstrap}`, 'acks=all'],
  )
  const line = said.trimEnd().split('\n').at(-1)!
  const numbers = /([\d.]+) records\/sec.* (\d+) ms 50th.* (\d+) ms 99th/.exec(line)
  if (!numbers) throw new Error(`producer-perf said: ${line}`)
  return { recordsPerSecond: Number(numbers[1]), p50: Number(numbers[2]), p99: Number(numbers[3]) }
}
