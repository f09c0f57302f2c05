import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import { batchesIn } from '../../src/stream/protocol/records/record-cursor.ts'
import type { Bar, Benchmark, Figure } from '../benchmark.ts'
import { cpuOf, withBoth, type Broker, type KafkaFlush } from './brokers.ts'

const run = promisify(execFile)

/** What is sent, in the ways that decide what a broker has to do for it. */
export interface Load {
  readonly recordBytes: number
  readonly partitions: number
  readonly acks: 'all' | 'leader'
  /**
   * The client makes one batch and sends it again and again. Encoding records of 100 B takes a client longer than a broker takes to
   * store them, and it shares the cores: so the brokers are seen, and not the client.
   */
  readonly encoded?: 'beforehand'
}

interface Turn {
  readonly produced: { readonly bytes: number; readonly seconds: number }
  /** Of the broker, while it was produced to. */
  readonly cpuSeconds: number
  readonly consumed: { readonly bytes: number; readonly seconds: number }
}

interface Rates {
  /** MB/s, MB being 10^6 bytes of values. */
  readonly produce: number
  /** CPU seconds of the broker for 100 MB. */
  readonly cpu: number
  readonly consume: number
}

const megabytes = 200
/** Of a topic from its start to its end, one after the other: one alone takes a tenth of a second, and varies threefold with what the machine does beside it. */
const readings = 5
/**
 * The turns of one pair. Whoever comes first after topics were deleted writes into memory that the kernel has at hand, up to
 * twice as fast as the second: so each is first once, and what is compared is the sum of both turns. See `haveMemoryAtHand` too.
 */
const turns = [0, 1, 1, 0] as const
/** What the client adds at a time. */
const chunkBytes = 500_000
/** A JVM that has just started is slow: neither broker is measured cold. */
const warmUp = { recordBytes: 1000, partitions: 12, acks: 'all' } as const
const warmUpRounds = 3
const records = [{ recordBytes: 1000 }, { recordBytes: 100 }, { recordBytes: 100, encoded: 'beforehand' }] as const
const loads: readonly Load[] = records.flatMap((record) =>
  ([1, 12] as const).flatMap((partitions) =>
    (['all', 'leader'] as const).map((acks) => ({ ...record, partitions, acks })),
  ),
)
/** Of one partition, as many as our producer has. */
const inFlight = 5

export const throughput: Benchmark = {
  name: 'produce',
  question: 'durable produce and consume against Apache Kafka 4 on the same disk, the same client on both',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    for (const flush of ['as it ships', 'with a flush before the ack'] as const)
      await withBoth(flush, async (brokers) => {
        for (const broker of brokers)
          for (let round = 0; round < warmUpRounds; round++) {
            await measure(broker, warmUp, `warm-up-${round}`)
            await deleteTopic(broker, `warm-up-${round}`)
          }
        for (const load of loads) figures.push(...(await compare(brokers, load, flush, pairs, say)))
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
  const what = `${load.recordBytes === 1000 ? '1 KB' : '100 B'}${load.encoded ? ` encoded ${load.encoded}` : ''}, ${load.partitions} partition${load.partitions > 1 ? 's' : ''}, acks=${load.acks === 'all' ? 'all' : '1'}`
  const measured: readonly [Rates[], Rates[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    const ofPair: readonly [Turn[], Turn[]] = [[], []]
    for (const half of [0, 1]) {
      const topic = `${what.replaceAll(/[^\w]/g, '-')}-${pair}-${half}`
      for (const at of turns.slice(half * 2, half * 2 + 2)) {
        const broker = brokers[at]!
        const turn = await measure(broker, load, topic)
        ofPair[at].push(turn)
        say(`${broker.name.padEnd(5)} ${what}: ${described(ratesOf([turn]))}`)
      }
      // Not before: whoever comes next would have the memory that the other has just given back.
      for (const broker of brokers) await deleteTopic(broker, topic)
    }
    for (const at of [0, 1] as const) measured[at].push(ratesOf(ofPair[at]))
  }
  const figure = (name: string, unit: string, of: keyof Rates, bar: Bar): Figure => ({
    name: `${name}, ${what}`,
    unit,
    ours: measured[0].map((rates) => rates[of]),
    reference: measured[1].map((rates) => rates[of]),
    referenceName: `Apache Kafka 4 ${flush}`,
    bar,
  })
  const atLeast = (value: number): Bar => ({ kind: 'ratio', at: 'least', value, text: `at least ${value}x` })
  return [
    figure('produce', 'MB/s', 'produce', atLeast(flush === 'as it ships' ? 1 : 2)),
    figure('broker CPU per 100 MB', 's', 'cpu', { kind: 'ratio', at: 'most', value: 1, text: 'at most 1x' }),
    // Reading is the same with and without a flush, and whoever encoded.
    ...(flush === 'as it ships' && !load.encoded ? [figure('consume', 'MB/s', 'consume', atLeast(1))] : []),
  ]
}

function ratesOf(all: readonly Turn[]): Rates {
  const sum = (of: (turn: Turn) => number) => all.reduce((total, turn) => total + of(turn), 0)
  const bytes = sum(({ produced }) => produced.bytes)
  return {
    produce: bytes / 1e6 / sum(({ produced }) => produced.seconds),
    cpu: (sum(({ cpuSeconds }) => cpuSeconds) / bytes) * 1e8,
    consume: sum(({ consumed }) => consumed.bytes) / 1e6 / sum(({ consumed }) => consumed.seconds),
  }
}

function described({ produce, cpu, consume }: Rates): string {
  return `produce ${produce.toFixed(0)} MB/s, ${cpu.toFixed(2)} CPU s per 100 MB, consume ${consume.toFixed(0)} MB/s`
}

async function measure(broker: Broker, load: Load, topic: string): Promise<Turn> {
  const client = await connectKafka({ bootstrap: broker.bootstrap, clientId: 'bench' })
  try {
    await client.topics.create([{ name: topic, partitions: load.partitions, replicationFactor: 1 }])
    // What Kafka leaves for the kernel to write later is not to be written while ours is measured.
    await run('sync')
    await haveMemoryAtHand()
    const { result: produced, seconds: cpuSeconds } = await cpuOf(broker, () => produce(client, load, topic))
    return { produced, cpuSeconds, consumed: await consumeAgain(client, topic) }
  } finally {
    await client.close()
  }
}

/**
 * A virtual machine is given its memory page by page: the first write to a page that was never used, or that was given back, costs
 * three times what it costs later. Which turn meets such pages is chance, and it decides more than the brokers do. So before each
 * turn more of the page cache is used, and freed, than the turn will fill.
 */
async function haveMemoryAtHand(): Promise<void> {
  const path = join(tmpdir(), `weir-bench-pages-${process.pid}`)
  const file = await open(path, 'w')
  try {
    const part = Buffer.alloc(8 << 20, 1)
    for (let written = 0; written < 4 * megabytes * 1e6; written += part.length) await file.write(part)
  } finally {
    await file.close()
    await rm(path)
  }
}

async function deleteTopic({ bootstrap }: Broker, topic: string): Promise<void> {
  const client = await connectKafka({ bootstrap })
  await client.topics.delete([topic]).finally(() => client.close())
}

export async function produce(client: KafkaClient, load: Load, topic: string) {
  const started = performance.now()
  const bytes = await (load.encoded ? sendEncoded : sendLines)(client, load, topic)
  return { bytes, seconds: (performance.now() - started) / 1000 }
}

async function sendLines(client: KafkaClient, { recordBytes, acks }: Load, topic: string): Promise<number> {
  const lines = Buffer.from(`${'x'.repeat(recordBytes)}\n`.repeat(Math.floor(chunkBytes / (recordBytes + 1))))
  const producer = await client.createProducer({ topic, acks })
  let bytes = 0
  for (; bytes < megabytes * 1e6; bytes += lines.length) await producer.sendLines(lines)
  await producer.close()
  return bytes
}

async function sendEncoded(client: KafkaClient, { recordBytes, partitions, acks }: Load, topic: string) {
  const builder = new BatchBuilder()
  const value = Buffer.alloc(recordBytes, 'x')
  while (builder.append(value, null, Date.now()));
  const batchValueBytes = builder.recordCount * recordBytes
  const batch = builder.finish()
  let bytes = 0
  const senders = Array.from({ length: partitions * inFlight }, async (_, at) => {
    while (bytes < megabytes * 1e6) {
      bytes += batchValueBytes
      await client.produce({ topic, partition: at % partitions, batch, acks })
    }
  })
  await Promise.all(senders)
  return bytes
}

async function consumeAgain(client: KafkaClient, topic: string): Promise<Turn['consumed']> {
  const total = { bytes: 0, seconds: 0 }
  for (let reading = 0; reading < readings; reading++) {
    const { bytes, seconds } = await consume(client, topic)
    total.bytes += bytes
    total.seconds += seconds
  }
  return total
}

/** All partitions of a topic from their start to their end, in one fetch after the other. */
export async function consume(client: KafkaClient, topic: string): Promise<{ bytes: number; seconds: number }> {
  const ends = await client.offsets.list(topic, 'end')
  const started = performance.now()
  const offsets = new Map([...ends].map(([partition]) => [partition, 0]))
  let bytes = 0
  for (;;) {
    const partitions = [...offsets]
      .filter(([partition, offset]) => offset < ends.get(partition)!)
      .map(([partition, offset]) => ({ partition, offset, bytesMax: 8 << 20 }))
    if (partitions.length === 0) return { bytes, seconds: (performance.now() - started) / 1000 }
    for (const { partition, records } of await client.fetch({ topic, partitions })) {
      bytes += records.length
      for (const { header } of batchesIn(records))
        offsets.set(partition, header.baseOffset + header.lastOffsetDelta + 1)
    }
  }
}
