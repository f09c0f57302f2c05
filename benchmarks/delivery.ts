import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectKafka } from '../src/stream/client/connect.ts'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { writeLines, columns } from './lines.ts'
import { cpuSeconds, processTree } from './process-usage.ts'

const run = promisify(execFile)
const cli = new URL('../src/cli/main.ts', import.meta.url).pathname
const copyScript = new URL('raw-copy.ts', import.meta.url).pathname
const megabytes = 150

const cases = [
  { label: '1 KB', size: 1000, bad: 0, bar: 0.5 },
  { label: '1 KB, 1 % bad', size: 1000, bad: 0.01, bar: 0.35 },
  { label: '100 B', size: 100, bad: 0, bar: 0.25 },
  { label: '100 B, 1 % bad', size: 100, bad: 0.01, bar: 0.175 },
] as const

/** Ours counts every process of Weir from the moment the delivery is declared until the last row is committed. */
export const delivery: Benchmark = {
  name: 'delivery',
  question: 'stream to Iceberg, whole path and exact, against a raw DuckDB COPY of the same lines, by CPU seconds',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    for (const { label, size, bad, bar } of cases) {
      const ours: number[] = []
      const reference: number[] = []
      for (let pair = 0; pair < pairs; pair++) {
        const folder = mkdtempSync(join(tmpdir(), 'weir-lines-'))
        const file = join(folder, 'lines.ndjson')
        const clean = join(folder, 'clean.ndjson')
        writeLines(file, { megabytes, size, bad })
        writeLines(clean, { megabytes, size, bad: 0 })
        const cpu = await deliver(file)
        const { stdout } = await run(process.execPath, [copyScript, clean, join(folder, 'raw.parquet')])
        ours.push(statSync(file).size / 1e6 / cpu)
        reference.push(statSync(clean).size / 1e6 / Number(stdout))
        say(`${label}: ours ${ours.at(-1)!.toFixed(0)} MB per CPU second, raw COPY ${reference.at(-1)!.toFixed(0)}`)
        rmSync(folder, { recursive: true, force: true })
      }
      figures.push({
        name: `stream to table, ${label}`,
        unit: 'MB/CPU s',
        ours,
        reference,
        referenceName: 'raw DuckDB COPY',
        bar: { kind: 'ratio', at: 'least', value: bar, text: `at least ${bar}x` },
      })
    }
    return figures
  },
}

const project = (resources: string): string => `import { defineProject, delivery, stream, table } from 'weir-data'
const lines = stream('lines', { partitions: 4 })
const rows = table('rows', { columns: ${JSON.stringify(columns)} })
export default defineProject({ name: 'bench', resources: [${resources}] })
`

async function deliver(file: string): Promise<number> {
  await using weir = await startWeir('delivery', project('lines, rows'))
  const sent = await produceFile(weir, file)
  const tree = (): number => processTree(weir.endpoints.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  writeFileSync(
    join(weir.folder, 'weir.config.ts'),
    project("lines, rows, delivery('load', { from: lines, to: rows })"),
  )
  const before = tree()
  await run(process.execPath, [cli, 'apply', '--dir', weir.folder])
  await delivered(weir, sent)
  return tree() - before
}

async function produceFile(weir: RunningWeir, file: string): Promise<number> {
  const client = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'bench' })
  const producer = await client.createProducer({ topic: 'lines' })
  const { createReadStream } = await import('node:fs')
  for await (const chunk of createReadStream(file, { highWaterMark: 4 << 20 }))
    await producer.sendLines(chunk as Buffer)
  const { records } = await producer.flush()
  await producer.close()
  await client.close()
  return records
}

async function delivered(weir: RunningWeir, sent: number): Promise<void> {
  const deadline = Date.now() + 300_000
  for (;;) {
    const { stdout } = await run(process.execPath, [
      cli,
      'delivery',
      'flush',
      'load',
      '--dir',
      weir.folder,
      '--json',
    ]).catch(() => ({ stdout: '' }))
    const ledger = JSON.parse(
      (await run(process.execPath, [cli, 'ledger', '--dir', weir.folder, '--json'])).stdout,
    ) as { hops: { delivered: string; rejected: string }[] }
    const done = ledger.hops.reduce((sum, hop) => sum + Number(hop.delivered) + Number(hop.rejected), 0)
    if (done >= sent) return
    if (Date.now() > deadline) throw new Error(`only ${done} of ${sent} records were delivered; ${stdout}`)
    await pause(200)
  }
}
