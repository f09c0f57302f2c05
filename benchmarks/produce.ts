import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectKafka } from '../src/stream/client/connect.ts'
import type { KafkaClient } from '../src/stream/client/kafka-client.ts'
import { startWeir } from '../test/support/running-weir.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { cpuSeconds, findProcess } from './process-usage.ts'

const run = promisify(execFile)
const kit = new URL('../../shared/conformance/kafka/kafka.sh', import.meta.url).pathname
const megabytes = 300
/** A JVM that has just started is slow: neither broker is measured cold. */
const warmUpMegabytes = 100
const payload = { '1 KB': 1000, '100 B': 100 } as const

interface Broker {
  readonly bootstrap: string
  readonly pid: number
}

export const produce: Benchmark = {
  name: 'produce',
  question: 'durable produce and consume against Apache Kafka 4 on the same disk, the same client on both',
  async run({ pairs, say }) {
    if (!existsSync(kit)) throw new Error(`the conformance kit is not there (${kit}): it starts Apache Kafka`)
    const figures: Figure[] = []
    for (const flush of [false, true]) {
      const folder = mkdtempSync(join(tmpdir(), 'weir-kafka-'))
      const { stdout } = await run(kit, ['start', '--fresh', '--dir', folder, ...(flush ? ['--flush'] : [])])
      try {
        await using weir = await startWeir('produce')
        const ours = { bootstrap: weir.endpoints.kafka, pid: findProcess(weir.endpoints.pid, 'children/log.ts') }
        const kafka = {
          bootstrap: stdout.trim().split(/\s+/).at(-1)!,
          pid: Number(readFileSync(join(folder, 'pid'), 'utf8')),
        }
        figures.push(...(await compare(ours, kafka, flush, pairs, say)))
      } finally {
        await run(kit, ['stop', '--dir', folder])
        rmSync(folder, { recursive: true, force: true })
      }
    }
    return figures
  },
}

async function compare(
  ours: Broker,
  kafka: Broker,
  flush: boolean,
  pairs: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  const referenceName = flush ? 'Apache Kafka 4 with a flush before the ack' : 'Apache Kafka 4 as it ships'
  const figures: Figure[] = []
  for (const [at, broker] of [ours, kafka].entries())
    await load(broker, payload['1 KB'], `warm-up-${at}-${flush}`, warmUpMegabytes)
  for (const [label, size] of Object.entries(payload)) {
    const measured = {
      produce: [[], []] as [number[], number[]],
      cpu: [[], []] as [number[], number[]],
      consume: [[], []] as [number[], number[]],
    }
    for (let pair = 0; pair < pairs; pair++) {
      for (const [at, broker] of [ours, kafka].entries()) {
        const result = await load(broker, size, `bench-${size}-${pair}-${at}-${flush}`, megabytes)
        measured.produce[at]!.push(result.produceRate)
        measured.cpu[at]!.push(result.cpuPer100Mb)
        measured.consume[at]!.push(result.consumeRate)
        say(
          `${at === 0 ? 'Weir ' : 'Kafka'} ${label}: produce ${result.produceRate.toFixed(0)} MB/s, ${result.cpuPer100Mb.toFixed(2)} CPU s per 100 MB, consume ${result.consumeRate.toFixed(0)} MB/s`,
        )
      }
    }
    const figure = (name: string, unit: string, [a, b]: [number[], number[]], bar: Figure['bar']): Figure => ({
      name: `${name}, ${label}`,
      unit,
      ours: a,
      reference: b,
      referenceName,
      bar,
    })
    const least = flush ? 2 : 1
    figures.push(
      figure('produce, acks=all', 'MB/s', measured.produce, {
        kind: 'ratio',
        at: 'least',
        value: least,
        text: `at least ${least}x`,
      }),
    )
    figures.push(
      figure('broker CPU per 100 MB', 's', measured.cpu, { kind: 'ratio', at: 'most', value: 1, text: 'at most 1.0x' }),
    )
    if (!flush)
      figures.push(
        figure('consume', 'MB/s', measured.consume, { kind: 'ratio', at: 'least', value: 1, text: 'at least 1.0x' }),
      )
  }
  return figures
}

async function load(
  { bootstrap, pid }: Broker,
  size: number,
  topic: string,
  megabytesSent: number,
): Promise<{ produceRate: number; cpuPer100Mb: number; consumeRate: number }> {
  const client = await connectKafka({ bootstrap, clientId: 'bench' })
  try {
    await client.topics.create([{ name: topic, partitions: 1, replicationFactor: 1 }])
    const lines = Buffer.from(`${'x'.repeat(size)}\n`.repeat(Math.floor(4e6 / (size + 1))))
    const cpuBefore = cpuSeconds(pid)
    const started = performance.now()
    const producer = await client.createProducer({ topic, acks: 'all' })
    let sent = 0
    for (; sent < megabytesSent * 1e6; sent += lines.length) await producer.sendLines(lines)
    await producer.close()
    const seconds = (performance.now() - started) / 1000
    const cpu = cpuSeconds(pid) - cpuBefore
    const consumed = await consume(client, topic)
    await client.topics.delete([topic])
    return {
      produceRate: sent / 1e6 / seconds,
      cpuPer100Mb: (cpu / sent) * 1e8,
      consumeRate: consumed.bytes / 1e6 / consumed.seconds,
    }
  } finally {
    await client.close()
  }
}

async function consume(client: KafkaClient, topic: string): Promise<{ bytes: number; seconds: number }> {
  const end = (await client.offsets.list(topic, 'end')).get(0)!
  const started = performance.now()
  let bytes = 0
  for (let offset = 0; offset < end;) {
    const [answer] = await client.fetch({ topic, partitions: [{ partition: 0, offset, bytesMax: 8 << 20 }] })
    bytes += answer!.records.length
    offset = endOf(answer!.records, offset)
  }
  return { bytes, seconds: (performance.now() - started) / 1000 }
}

/** The offset after the last whole batch, from the batch headers alone. */
function endOf(records: Buffer, from: number): number {
  let next = from
  for (let at = 0; at + 61 <= records.length;) {
    const length = records.readInt32BE(at + 8) + 12
    if (at + length > records.length) break
    next = Number(records.readBigInt64BE(at)) + records.readInt32BE(at + 23) + 1
    at += length
  }
  return next
}
