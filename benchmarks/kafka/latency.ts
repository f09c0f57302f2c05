import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'
import { quantile, type Bar, type Benchmark, type Figure } from '../benchmark.ts'
import { withBoth, type Broker } from './brokers.ts'

const bytesPerSecond = 10_000_000
const recordBytes = 1000
const tickMs = 5
const seconds = 10
/** A consumer that has just begun, and code that is cold, are not what is asked about. */
const settledAfterSeconds = 2

export const latency: Benchmark = {
  name: 'latency',
  question: 'how long from a record sent, at 10 MB/s with acks=all, to a consumer that waits for it?',
  async run({ pairs, say }) {
    const p50: readonly [number[], number[]] = [[], []]
    const p99: readonly [number[], number[]] = [[], []]
    await withBoth('as it ships', async (brokers) => {
      for (const broker of brokers) await measure(broker, 'warm-up')
      for (let pair = 0; pair < pairs; pair++)
        for (const [at, broker] of brokers.entries()) {
          const delays = await measure(broker, `latency-${pair}`)
          p50[at]!.push(quantile(delays, 0.5))
          p99[at]!.push(quantile(delays, 0.99))
          say(
            `${broker.name.padEnd(5)} p50 ${p50[at]!.at(-1)!.toFixed(1)} ms, p99 ${p99[at]!.at(-1)!.toFixed(1)} ms of ${delays.length} records`,
          )
        }
    })
    const bar: Bar = { kind: 'ratio', at: 'most', value: 1, text: 'at most 1x' }
    const figure = (name: string, [ours, reference]: readonly [number[], number[]]): Figure => ({
      name: `record sent to consumed at 10 MB/s, ${name}`,
      unit: 'ms',
      ours,
      reference,
      referenceName: 'Apache Kafka 4 as it ships',
      bar,
    })
    return [figure('p50', p50), figure('p99', p99)]
  },
}

/** Delays in milliseconds, of every record after the beginning. */
async function measure({ bootstrap }: Broker, topic: string): Promise<readonly number[]> {
  const sending = await connectKafka({ bootstrap, clientId: 'bench' })
  const reading = await connectKafka({ bootstrap, clientId: 'bench' })
  try {
    await sending.topics.create([{ name: topic, partitions: 1, replicationFactor: 1 }])
    const end = performance.now() + seconds * 1000
    const [delays] = await Promise.all([receive(reading, topic, end), send(sending, topic, end)])
    await sending.topics.delete([topic])
    return delays
  } finally {
    await sending.close()
    await reading.close()
  }
}

/** Each record begins with the time at which it was sent. */
async function send(client: KafkaClient, topic: string, end: number): Promise<void> {
  const producer = await client.createProducer({ topic, lingerMs: 0 })
  const perTick = (bytesPerSecond / recordBytes / 1000) * tickMs
  for (let next = performance.now(); next < end; next += tickMs) {
    const line = `${performance.now().toFixed(3).padStart(16)}${'x'.repeat(recordBytes - 16)}\n`
    await producer.sendLines(Buffer.from(line.repeat(perTick)))
    await pause(Math.max(0, next + tickMs - performance.now()))
  }
  await producer.close()
}

async function receive(client: KafkaClient, topic: string, end: number): Promise<readonly number[]> {
  const delays: number[] = []
  const from = end - (seconds - settledAfterSeconds) * 1000
  let offset = 0
  while (performance.now() < end) {
    const [answer] = await client.fetch({ topic, partitions: [{ partition: 0, offset }], waitMs: 500 })
    const now = performance.now()
    for (const { at, header } of batchesIn(answer!.records)) {
      offset = header.baseOffset + header.lastOffsetDelta + 1
      const records = openRecords(answer!.records, at, header)
      while (records.next())
        if (now > from)
          delays.push(now - Number(records.buffer.toString('latin1', records.valueStart, records.valueStart + 16)))
    }
  }
  return delays
}
