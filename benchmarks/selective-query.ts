import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { nodeFiles } from '../src/kernel/files/node-files.ts'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import { openObjectStore } from '../src/storage/objects/open.ts'
import { writeTable } from '../test/support/lake-engine.ts'
import { startWeir } from '../test/support/running-weir.ts'
import type { Benchmark } from './benchmark.ts'
import { cpuSeconds, findProcess } from './process-usage.ts'

/** A table to which a small commit came every minute for nearly a day. */
const files = 1000
const rowsPerFile = 2000
const columns = { n: 'long', kind: 'string', amount: 'double', placed: 'timestamptz' }
const rowsOf = (file: number) => `SELECT i AS n, 'kind-' || (i % 12) AS kind, (i % 1000) / 10 AS amount,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL 30 MILLISECOND AS placed
  FROM range(${file * rowsPerFile}, ${(file + 1) * rowsPerFile}) t(i)`

export const selectiveQuery: Benchmark = {
  name: 'selective-query',
  question: `one minute of a day in a table of ${files} files, against DuckDB in process, which opens each to look at its statistics`,
  async run({ pairs, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-selective-'))
    try {
      await using weir = await startWeir('selective-query')
      const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
      await db.run(`SET TimeZone = 'UTC'`)
      const store = openObjectStore({ roots: [`file://${join(weir.folder, '.weir/lake')}`], files: nodeFiles })
      const client = connectCatalog({ uri: weir.endpoints.iceberg })
      await client.ensureNamespace(['public'])
      const table = { name: 'events', columns, files: Array.from({ length: files }, (_, file) => rowsOf(file)) }
      const paths = await writeTable({ folder, store, client }, db, table)
      const sql = new pg.Client({ connectionString: weir.endpoints.postgres })
      await sql.connect()
      await sql.query('select 1')
      const engine = findProcess(weir.endpoints.pid, 'children/engine')
      const all = `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`
      const ours: number[] = []
      const reference: number[] = []
      const cpu = { ours: 0, reference: 0 }
      for (let pair = 0; pair < pairs + 2; pair++) {
        // Another minute each time: no statement is the same.
        const text = question(60 * (pair + 1))
        const before = cpuSeconds(engine)
        const a = await time(() => sql.query(text))
        const after = cpuSeconds(engine)
        const own = process.cpuUsage()
        const b = await time(() => db.runAndReadAll(text.replace('from events', `from ${all}`)))
        const { user, system } = process.cpuUsage(own)
        if (pair < 2) continue
        ours.push(a)
        reference.push(b)
        cpu.ours += after - before
        cpu.reference += (user + system) / 1e6
        say(`ours ${a.toFixed(1)} ms, all files opened ${b.toFixed(1)} ms`)
      }
      await sql.end()
      const [a, b] = [cpu.ours, cpu.reference].map((seconds) => ((seconds / pairs) * 1000).toFixed(1))
      say(`CPU time of the engine ${a} ms a query, of DuckDB ${b} ms`)
      return [
        {
          name: `a selective query over ${files} files`,
          unit: 'ms',
          ours,
          reference,
          referenceName: 'DuckDB in process over the same files',
          bar: { kind: 'ratio', at: 'most', value: 0.2, text: 'at most 0.2x' },
        },
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function question(second: number): string {
  const at = (offset: number) => new Date(Date.UTC(2024, 0, 1) + (second + offset) * 1000).toISOString()
  return `select kind, count(*) as n, sum(amount) as amount from events where placed >= '${at(0)}' and placed < '${at(60)}' group by kind`
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}
