import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectKafka } from '../src/stream/client/connect.ts'
import type { KafkaClient } from '../src/stream/client/kafka-client.ts'
import { inParallel } from '../src/kernel/in-parallel.ts'
import { BatchBuilder } from '../src/stream/protocol/records/batch-builder.ts'
import type { Bar, Benchmark, Figure } from './benchmark.ts'
import { cpuSeconds, proportionalBytes } from './process-usage.ts'

const logProcess = new URL('../test/fault/log-killed.ts', import.meta.url).pathname
const topic = 'filled'
/** Of one batch; what a producer under load sends. */
const batchBytes = 1_000_000
const atOnce = 16

interface Shape {
  readonly name: string
  readonly partitions: number
  readonly bytes: number
}

const shapes: readonly Shape[] = [
  { name: '10 GB in 12 partitions', partitions: 12, bytes: 10e9 },
  { name: '10,000 partitions with records', partitions: 10_000, bytes: 0 },
]

/** A log in a process of its own. */
interface RunningLog {
  readonly process: ChildProcess
  readonly port: number
  /** From the start of the process to the open port. */
  readonly seconds: number
  readonly cpu: number
}

export const recovery: Benchmark = {
  name: 'recovery',
  question: 'how long after kill -9 until a log is open again, and what does it hold in memory?',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    for (const shape of shapes) figures.push(...(await measure(shape, pairs, say)))
    return figures
  },
}

async function measure(shape: Shape, pairs: number, say: (text: string) => void): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-recovery-'))
  const measured = { seconds: [] as number[], cpu: [] as number[], megabytes: [] as number[] }
  let log = await startLog(directory)
  try {
    await fill(log.port, shape)
    say(`${shape.name}: filled`)
    for (let pair = 0; pair < pairs; pair++) {
      await killWhileProducing(log, shape)
      log = await startLog(directory)
      const megabytes = proportionalBytes(log.process.pid!) / 1e6
      measured.seconds.push(log.seconds)
      measured.cpu.push(log.cpu)
      measured.megabytes.push(megabytes)
      say(`${shape.name}: open in ${log.seconds.toFixed(2)} s, ${log.cpu.toFixed(2)} CPU s, ${megabytes.toFixed(0)} MB`)
    }
  } finally {
    await kill(log)
    rmSync(directory, { recursive: true, force: true })
  }
  const figure = (name: string, unit: string, ours: readonly number[], bar: Bar): Figure => ({
    name: `${name}, ${shape.name}`,
    unit,
    ours,
    reference: [],
    referenceName: 'a bound',
    bar,
  })
  const most = (value: number, unit: string): Bar => ({
    kind: 'bound',
    at: 'most',
    value,
    text: `at most ${value} ${unit}`,
  })
  return [
    figure('open after a kill', 's', measured.seconds, most(5, 's')),
    figure('memory after a kill', 'MB', measured.megabytes, most(250, 'MB')),
  ]
}

async function startLog(directory: string): Promise<RunningLog> {
  const started = performance.now()
  const child = fork(logProcess, [directory, '0'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [port] = (await once(child, 'message')) as [number]
  return { process: child, port, seconds: (performance.now() - started) / 1000, cpu: cpuSeconds(child.pid!) }
}

async function kill({ process: child }: RunningLog): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function fill(port: number, { partitions, bytes }: Shape): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, clientId: 'fill' })
  await client.topics.create([{ name: topic, partitions }])
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const rounds = Math.max(1, Math.round(bytes / partitions / batchBytes))
  for (let round = 0; round < rounds; round++)
    await inParallel(all, atOnce, (partition) => produce(client, partition, bytes === 0 ? 1000 : batchBytes))
  await client.close()
}

/** So that a start finds writes that no checkpoint knows. */
async function killWhileProducing(log: RunningLog, { partitions }: Shape): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${log.port}`, clientId: 'last' })
  const some = Array.from({ length: 12 }, (_, at) => Math.floor((at * partitions) / 12))
  await inParallel(some, atOnce, (partition) => produce(client, partition, 1000))
  const last = some.map((partition) => produce(client, partition, batchBytes).catch(() => undefined))
  await kill(log)
  await Promise.all(last)
  await client.close().catch(() => undefined)
}

async function produce(client: KafkaClient, partition: number, bytes: number): Promise<void> {
  const builder = new BatchBuilder(bytes + 1000)
  const value = Buffer.alloc(1000, 'v')
  while (builder.byteLength < bytes) builder.append(value, null, Date.now())
  await client.produce({ topic, partition, batch: builder.finish(), acks: 'all' })
}
