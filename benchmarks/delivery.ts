import { execFile } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectApi } from '../src/cli/weir-client.ts'
import { connectKafka } from '../src/stream/client/connect.ts'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import { waitUntil } from '../test/support/wait-until.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { writeLines, columns } from './lines.ts'
import { cpuSeconds, findProcess, peakResidentBytes, processTree } from './process-usage.ts'

const run = promisify(execFile)
const cli = new URL('../src/cli/main.ts', import.meta.url).pathname
const copyScript = new URL('raw-copy.ts', import.meta.url).pathname
/** The start of the worker's process, half a CPU second, is in the figure: with fewer bytes it would be most of it. */
const megabytes = 400
const pollMs = 250

const cases = [
  { label: '1 KB', size: 1000, bad: 0, bar: 0.5 },
  { label: '1 KB, 1 % bad', size: 1000, bad: 0.01, bar: 0.35 },
  { label: '100 B', size: 100, bad: 0, bar: 0.25 },
  { label: '100 B, 1 % bad', size: 100, bad: 0.01, bar: 0.175 },
] as const

type Case = (typeof cases)[number]

/** Ours counts every process of Weir from the moment the delivery is declared until the last row is committed. */
export const delivery: Benchmark = {
  name: 'delivery',
  question: 'stream to Iceberg, whole path and exact, against a raw DuckDB COPY of the same lines, by CPU seconds',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    const peaks: number[] = []
    for (const each of cases) {
      const { figure, peakBytes } = await measure(each, pairs, say)
      figures.push(figure)
      peaks.push(...peakBytes)
    }
    return [...figures, memoryFigure(peaks)]
  },
}

async function measure({ label, size, bad, bar }: Case, pairs: number, say: (text: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-lines-'))
  const file = join(folder, 'lines.ndjson')
  const clean = join(folder, 'clean.ndjson')
  writeLines(file, { megabytes, size, bad })
  writeLines(clean, { megabytes, size, bad: 0 })
  const ours: number[] = []
  const reference: number[] = []
  const peakBytes: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const delivered = await deliver(file)
    const { stdout } = await run(process.execPath, [copyScript, clean, join(folder, 'raw.parquet')])
    ours.push(statSync(file).size / 1e6 / delivered.cpuSeconds)
    reference.push(statSync(clean).size / 1e6 / Number(stdout))
    peakBytes.push(delivered.peakBytes)
    say(
      `${label}: ours ${ours.at(-1)!.toFixed(0)} MB per CPU second, raw COPY ${reference.at(-1)!.toFixed(0)}; ` +
        `worker ${delivered.workerSeconds.toFixed(2)} of ${delivered.cpuSeconds.toFixed(2)} s, ` +
        `at most ${(delivered.peakBytes / 1e6).toFixed(0)} MB`,
    )
  }
  rmSync(folder, { recursive: true, force: true })
  const figure: Figure = {
    name: `stream to table, ${label}`,
    unit: 'MB/CPU s',
    ours,
    reference,
    referenceName: 'raw DuckDB COPY',
    bar: { kind: 'ratio', at: 'least', value: bar, text: `at least ${bar}x` },
  }
  return { figure, peakBytes }
}

/** A worker's budget is never below 1 GB; what it takes while it is behind must leave room for wider rows than these. */
function memoryFigure(peaks: readonly number[]): Figure {
  return {
    name: 'delivery worker, most memory at full speed',
    unit: 'MB',
    ours: [Math.max(...peaks) / 1e6],
    reference: [],
    referenceName: 'a bound',
    bar: { kind: 'bound', at: 'most', value: 700, text: 'at most 700 MB' },
  }
}

const project = (resources: string): string => `import { defineProject, delivery, stream, table } from 'weir-data'
const lines = stream('lines', { partitions: 4 })
const rows = table('rows', { columns: ${JSON.stringify(columns)} })
export default defineProject({ name: 'bench', resources: [${resources}] })
`

interface Delivered {
  readonly cpuSeconds: number
  readonly workerSeconds: number
  readonly peakBytes: number
}

async function deliver(file: string): Promise<Delivered> {
  await using weir = await startWeir('delivery', project('lines, rows'))
  const { pid } = weir.endpoints
  const sent = await produceFile(weir, file)
  const tree = (): number => processTree(pid).reduce((sum, each) => sum + cpuSeconds(each), 0)
  writeFileSync(
    join(weir.folder, 'weir.config.ts'),
    project("lines, rows, delivery('load', { from: lines, to: rows })"),
  )
  const before = tree()
  await run(process.execPath, [cli, 'apply', '--dir', weir.folder])
  await allDelivered(weir, sent)
  const worker = findProcess(pid, 'children/delivery')
  return { cpuSeconds: tree() - before, workerSeconds: cpuSeconds(worker), peakBytes: peakResidentBytes(worker) }
}

async function produceFile(weir: RunningWeir, file: string): Promise<number> {
  const client = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'bench' })
  const producer = await client.createProducer({ topic: 'lines' })
  for await (const chunk of createReadStream(file, { highWaterMark: 4 << 20 }))
    await producer.sendLines(chunk as Buffer)
  const { records } = await producer.flush()
  await producer.close()
  await client.close()
  return records
}

/** Asks over HTTP, seldom: what asks is not part of the delivery, what answers is counted. */
async function allDelivered(weir: RunningWeir, sent: number): Promise<void> {
  const api = connectApi(weir.endpoints.http)
  const isRead = async (): Promise<boolean> => {
    await pause(pollMs)
    const status = await api.call<{ workers: { recordsRead: number }[] }>(
      'GET',
      '/api/v1/resources/delivery/load/status',
    )
    return status.workers.reduce((sum, { recordsRead }) => sum + recordsRead, 0) >= sent
  }
  await waitUntil(`${sent} records are read`, isRead, 300_000)
  await api.call('POST', '/api/v1/deliveries/load/flush')
  const { hops } = await api.call<{ hops: { delivered: string; rejected: string }[] }>('GET', '/api/v1/ledger')
  const done = hops.reduce((sum, { delivered, rejected }) => sum + Number(delivered) + Number(rejected), 0)
  if (done !== sent) throw new Error(`${done} of ${sent} records were delivered or rejected`)
}
