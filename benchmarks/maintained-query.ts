import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { nodeFiles } from '../src/kernel/files/node-files.ts'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import { openObjectStore } from '../src/storage/objects/open.ts'
import { removeByPosition } from '../test/conformance/engines/remove-by-position.ts'
import { appendFiles } from '../test/support/lake-engine.ts'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import { type Bar, type Benchmark, type Figure, median } from './benchmark.ts'

const rows = 1_000_000
const smallFiles = 2000
/** Of the table with deletes: as many as a delivery makes in ten minutes. */
const largeFiles = 10
const deletedRows = 10_000
const every = rows / deletedRows

const project = `import { defineProject, table } from 'weir-data'
const columns = { id: 'long', kind: 'string', amount: 'double' }
const names = ['clean', 'clean_left', 'small', 'deleted']
export default defineProject({ name: 'bench', resources: names.map((name) => table(name, { columns })) })
`
/** Weir's own columns, which a declared table has: these rows come from no stream. */
const own = ['_source', '_source_partition', '_offset', '_timestamp'].map((name) => `NULL AS ${name}`).join(', ')
const rowsOf = (from: number, to: number, where = '') =>
  `SELECT i AS id, 'kind-' || (i % 12) AS kind, i % 1000 AS amount, ${own} FROM range(${from}, ${to}) t(i) ${where}`
const parts = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => rowsOf((at * rows) / count, ((at + 1) * rows) / count))
const question = (table: string) =>
  `select kind, count(*) as n, sum(amount) as amount, avg(id) as mean from ${table} group by kind order by kind`

interface Case {
  readonly table: 'small' | 'deleted'
  /** The same rows in one file without deletes. */
  readonly clean: 'clean' | 'clean_left'
  readonly what: string
  /** Our own: what it is about is the time after compaction. */
  readonly before: number
}

const cases: readonly Case[] = [
  { table: 'deleted', clean: 'clean_left', what: `${deletedRows} position deletes`, before: 3 },
  { table: 'small', clean: 'clean', what: `${smallFiles} small files`, before: 20 },
]

export const maintainedQuery: Benchmark = {
  name: 'maintained-query',
  question: `a query over ${rows} rows with ${deletedRows} position deletes, and over ${smallFiles} small files, before and after compaction, against one clean file`,
  async run({ pairs, say }) {
    await using weir = await startWeir('maintained-query', project)
    await fill(weir)
    const sql = new pg.Client({ connectionString: weir.endpoints.postgres })
    sql.on('error', () => undefined)
    await sql.connect()
    const figures: Figure[] = []
    const measure = async (when: 'before' | 'after') => {
      for (const each of cases) figures.push(await compare(sql, each, when, pairs, say))
    }
    await measure('before')
    for (const { table } of cases) await compact(weir, table)
    await measure('after')
    await sql.end()
    return figures
  },
}

async function fill({ folder, endpoints }: RunningWeir): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'weir-maintained-'))
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const client = connectCatalog({ uri: endpoints.iceberg })
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const db = await instance.connect()
  try {
    const lake = { folder: temporary, store, client }
    await appendFiles(lake, db, 'clean', [rowsOf(0, rows)])
    await appendFiles(lake, db, 'clean_left', [rowsOf(0, rows, `WHERE i % ${every} <> 7`)])
    await appendFiles(lake, db, 'small', parts(smallFiles))
    await appendFiles(lake, db, 'deleted', parts(largeFiles))
    const ids = Array.from({ length: deletedRows }, (_, at) => at * every + 7)
    await removeByPosition({ client, store, db, folder: temporary }, 'deleted', ids)
  } finally {
    db.closeSync()
    instance.closeSync()
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function compare(
  sql: pg.Client,
  { table, clean, what, before }: Case,
  when: 'before' | 'after',
  pairs: number,
  say: (text: string) => void,
): Promise<Figure> {
  const [ours, reference]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs + 2; pair++) {
    const a = await timed(sql, question(table))
    const b = await timed(sql, question(clean))
    if (JSON.stringify(a.rows) !== JSON.stringify(b.rows)) throw new Error(`${table} has other rows than ${clean}`)
    if (pair < 2) continue
    ours.push(a.milliseconds)
    reference.push(b.milliseconds)
  }
  say(`${what}, ${when} compaction: ${median(ours).toFixed(1)} ms, one clean file ${median(reference).toFixed(1)} ms`)
  const limit = when === 'before' ? before : 1.2
  const bar: Bar = { kind: 'ratio', at: 'most', value: limit, text: `at most ${limit}x` }
  const name = `query over ${what}, ${when} compaction`
  return { name, unit: 'ms', ours, reference, referenceName: 'the same rows in one clean file', bar }
}

async function timed(sql: pg.Client, text: string) {
  const started = performance.now()
  const { rows: found } = await sql.query<Record<string, unknown>>(text)
  return { rows: found, milliseconds: performance.now() - started }
}

/** As a user asks for it. */
async function compact({ endpoints }: RunningWeir, table: string): Promise<void> {
  const address = `${endpoints.http}/api/v1/tables/${table}/compact`
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const answer = await fetch(address, init)
  const run = (await answer.json()) as { readonly error?: string | null; readonly files?: number }
  if (!answer.ok || run.error != null || !run.files)
    throw new Error(`${table} was not compacted: ${JSON.stringify(run)}`)
}
