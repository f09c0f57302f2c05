import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { Bar, Benchmark, Figure } from '../benchmark.ts'
import { peakResidentBytes, proportionalBytes } from '../process-usage.ts'
import { withBoth, type Broker } from './brokers.ts'

const idleSeconds = 5
const megabytes = 600
const recordBytes = 1000

/** Of one run each: a process has one peak. */
export const memory: Benchmark = {
  name: 'log-memory',
  question: 'what do the log and Apache Kafka 4 hold, idle and under load?',
  async run({ pairs, say }) {
    const idle: readonly [number[], number[]] = [[], []]
    const loaded: readonly [number[], number[]] = [[], []]
    // What a first start compiles is kept for those that follow.
    await withBoth('as it ships', () => Promise.resolve())
    for (let pair = 0; pair < Math.min(pairs, 3); pair++)
      await withBoth('as it ships', async (brokers) => {
        await pause(idleSeconds * 1000)
        for (const [at, { pid }] of brokers.entries()) idle[at]!.push(proportionalBytes(pid) / 1e6)
        for (const [at, broker] of brokers.entries()) {
          await load(broker)
          loaded[at]!.push(peakResidentBytes(broker.pid) / 1e6)
          say(
            `${broker.name.padEnd(5)} idle ${idle[at]!.at(-1)!.toFixed(0)} MB, under load ${loaded[at]!.at(-1)!.toFixed(0)} MB`,
          )
        }
      })
    const bar: Bar = { kind: 'ratio', at: 'most', value: 0.25, text: 'at most a quarter' }
    const figure = (name: string, [ours, reference]: readonly [number[], number[]]): Figure => ({
      name: `memory of the broker, ${name}`,
      unit: 'MB',
      ours,
      reference,
      referenceName: 'Apache Kafka 4 as it ships',
      bar,
    })
    return [figure('idle', idle), figure('most under load', loaded)]
  },
}

/** Twelve partitions, written as fast as they go while they are read. */
async function load({ bootstrap }: Broker): Promise<void> {
  const client = await connectKafka({ bootstrap, clientId: 'bench' })
  try {
    await client.topics.create([{ name: 'memory', partitions: 12, replicationFactor: 1 }])
    const producer = await client.createProducer({ topic: 'memory' })
    const lines = Buffer.from(`${'x'.repeat(recordBytes)}\n`.repeat(4000))
    for (let sent = 0; sent < megabytes * 1e6; sent += lines.length) {
      await producer.sendLines(lines)
      await client.fetch({ topic: 'memory', partitions: [{ partition: 0, offset: 0, bytesMax: 8 << 20 }] })
    }
    await producer.close()
    await client.topics.delete(['memory'])
  } finally {
    await client.close()
  }
}
