import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { connectKafka } from '../src/stream/client/connect.ts'
import { startWeir } from '../test/support/running-weir.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { Benchmark } from './benchmark.ts'
import { cpuSeconds, findProcess } from './process-usage.ts'

const rows = 2_000_000
const tailRows = 20_000
const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 4 })
const rows = table('rows', { columns: { n: 'long', kind: 'string', amount: 'double' } })
export default defineProject({ name: 'bench', resources: [events, rows, delivery('load', { from: events, to: rows, flush: { size: '64 MB', age: '60 s' } })] })
`
const question =
  'select kind, count(*) as n, sum(amount) as amount, avg(n) as mean from rows group by kind order by kind'

export const tailQuery: Benchmark = {
  name: 'tail-query',
  question: 'a query over snapshot + tail against the same rows in one Parquet file, in DuckDB in process',
  async run({ pairs, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-tail-'))
    try {
      await using weir = await startWeir('tail-query', project)
      const sql = new pg.Client({ connectionString: weir.endpoints.postgres })
      await sql.connect()
      await produceRows(weir.endpoints.kafka, 0, rows - tailRows)
      await visible(sql, rows - tailRows)
      await post(`${weir.endpoints.http}/api/v1/deliveries/load/flush`)
      await produceRows(weir.endpoints.kafka, rows - tailRows, rows)
      await visible(sql, rows)
      await mustBeTail(weir.endpoints.http)
      const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
      const file = join(folder, 'rows.parquet')
      await duckdb.run(
        `COPY (SELECT i AS n, 'kind-' || (i % 12) AS kind, (i % 1000) / 10 AS amount FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
      )
      const ours: number[] = []
      const reference: number[] = []
      const cpu = { ours: 0, reference: 0 }
      const engine = findProcess(weir.endpoints.pid, 'children/engine')
      for (let pair = 0; pair < pairs + 2; pair++) {
        const engineBefore = cpuSeconds(engine)
        const a = await time(() => sql.query(question))
        const engineAfter = cpuSeconds(engine)
        const ownBefore = process.cpuUsage()
        const b = await time(() => duckdb.runAndReadAll(question.replace('from rows', `from '${file}'`)))
        const { user, system } = process.cpuUsage(ownBefore)
        if (pair < 2) continue // the first ones fill caches on both sides
        ours.push(a)
        reference.push(b)
        cpu.ours += engineAfter - engineBefore
        cpu.reference += (user + system) / 1e6
        say(`ours ${a.toFixed(1)} ms, one file ${b.toFixed(1)} ms`)
      }
      await mustBeTail(weir.endpoints.http)
      // Beside other work this says more than the time on the clock.
      const [a, b] = [cpu.ours, cpu.reference].map((seconds) => ((seconds / pairs) * 1000).toFixed(1))
      say(`CPU time of the engine ${a} ms a query, of one file ${b} ms`)
      await sql.end()
      return [
        {
          name: 'query over snapshot + tail',
          unit: 'ms',
          ours,
          reference,
          referenceName: 'the same rows in one Parquet file',
          bar: { kind: 'ratio', at: 'most', value: 1.1, text: 'at most 1.1x' },
        },
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function produceRows(bootstrap: string, from: number, to: number): Promise<void> {
  const client = await connectKafka({ bootstrap, clientId: 'bench' })
  const producer = await client.createProducer({ topic: 'events' })
  for (let n = from; n < to;) {
    let lines = ''
    for (const end = Math.min(n + 20_000, to); n < end; n++)
      lines += `{"n":${n},"kind":"kind-${n % 12}","amount":${(n % 1000) / 10}}\n`
    await producer.sendLines(Buffer.from(lines))
  }
  await producer.close()
  await client.close()
}

async function visible(sql: pg.Client, expected: number): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(100)) {
    const { rows: found } = await sql.query<{ n: string }>('select count(*) as n from rows')
    if (Number(found[0]!.n) === expected) return
  }
  throw new Error(`${expected} rows did not become visible within two minutes`)
}

/** What is compared is a snapshot with a tail: the last rows are in no commit. */
async function mustBeTail(http: string): Promise<void> {
  const answer = await fetch(`${http}/api/v1/resources/delivery/load/status`)
  const { workers } = (await answer.json()) as { workers: readonly { pendingRecords: number }[] }
  const pending = workers.reduce((sum, { pendingRecords }) => sum + pendingRecords, 0)
  if (pending !== tailRows) throw new Error(`${pending} rows are tail, not ${tailRows}`)
}

async function post(url: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}
