import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { openKeyedBench, type KeyedBench } from '../test/support/keyed-bench.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { copyFinal } from '../src/delivery/tail/parse-block.ts'

const rows = Number(process.env['WEIR_BENCH_ROWS'] ?? 10_000_000)
const files = 4
const batch = 20_000
const columns = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string' },
  { name: 'amount', type: 'double' },
]
const values = (from: number, to: number): string =>
  `SELECT i AS id, 'customer number ' || i AS name, (i % 10000) / 100 AS amount FROM range(${from}, ${to}) t(i)`

/** What one flush did: until it was durable and could be queried, and what it wrote. */
interface Flush {
  readonly seconds: number
  readonly bytes: number
}

export const keyedUpserts: Benchmark = {
  name: 'keyed-upserts',
  question: `${batch.toLocaleString('en-US')} scattered upserts into a table of ${rows.toLocaleString('en-US')} rows, from records to a commit, against DuckDB's INSERT OR REPLACE into its own file`,
  async run({ pairs, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-keyed-'))
    try {
      await using bench = await openKeyedBench({ columns, copyOnWriteBytes: 0 })
      await fill(bench)
      const instance = await DuckDBInstance.create(join(folder, 'reference.db'), { threads: '1' })
      const reference = await instance.connect()
      await reference.run('CREATE TABLE kept (id BIGINT PRIMARY KEY, name VARCHAR, amount DOUBLE)')
      await reference.run(`INSERT INTO kept ${values(0, rows)}`)
      await reference.run('CHECKPOINT')
      const worker = await bench.start()
      // Rows that nobody will ask for: the first commit makes the index.
      bench.log.appendKeyed(0, [recordOf(rows + 1, 'first')])
      const begun = performance.now()
      await bench.deliver(worker)
      say(
        `the index of ${rows.toLocaleString('en-US')} keys was made in ${((performance.now() - begun) / 1000).toFixed(1)} s`,
      )
      const ours: Flush[] = []
      const theirs: Flush[] = []
      for (let pair = 0; pair <= pairs; pair++) {
        const ids = Array.from({ length: batch }, () => Math.floor(Math.random() * rows))
        const mine = await measured(() => deliver(bench, worker, ids, `round ${pair}`))
        const other = await measured(() => replace(reference, join(folder, 'lines.ndjson'), ids, `round ${pair}`))
        // The first one warms caches of both.
        if (pair === 0) continue
        ours.push(mine)
        theirs.push(other)
        say(`ours ${described(mine)}, DuckDB ${described(other)}`)
      }
      await worker.stop(1000)
      reference.closeSync()
      instance.closeSync()
      return figuresOf(ours, theirs)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function figuresOf(ours: readonly Flush[], theirs: readonly Flush[]): readonly Figure[] {
  const referenceName = "DuckDB's INSERT OR REPLACE"
  return [
    {
      name: 'scattered upserts a second',
      unit: 'records/s',
      ours: ours.map(({ seconds }) => batch / seconds),
      reference: theirs.map(({ seconds }) => batch / seconds),
      referenceName,
      bar: { kind: 'ratio', at: 'least', value: 0.5, text: 'at least 0.5x' },
    },
    {
      name: 'bytes written by a flush of scattered keys',
      unit: 'bytes',
      ours: ours.map(({ bytes }) => bytes),
      reference: theirs.map(({ bytes }) => bytes),
      referenceName,
      bar: { kind: 'ratio', at: 'most', value: 2, text: 'at most 2x' },
    },
  ]
}

function described({ seconds, bytes }: Flush): string {
  return `${Math.round(batch / seconds).toLocaleString('en-US')} upserts/s with ${(bytes / 1e6).toFixed(2)} MB written`
}

/** Data files as a delivery of long ago left them. */
async function fill({ table, db, lake }: KeyedBench): Promise<void> {
  for (let file = 0; file < files; file++) {
    const [from, to] = [(file * rows) / files, ((file + 1) * rows) / files]
    const view = await table.load()
    const select = `SELECT *, 'another source' AS _source, 0::INTEGER AS _source_partition, id AS _offset, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS _timestamp FROM (${values(from, to)})`
    const written = await copyFinal(db, view, select, join(lake.folder, `fill-${file}`))
    const entry = { source: 'another source', partition: 0, next: String(to), read: String(to), delivered: String(to) }
    const applied = { upserts: String(to), deletes: '0', superseded: '0' }
    const entries = [{ ...entry, rejected: '0', lost: [], skipped: [], applied }]
    const text = JSON.stringify({ version: 1, previous: null, entries, letterFiles: [], rows: String(to) })
    const state = await table.put((id) => `fill-${id}.json`, Buffer.from(text))
    await table.commit(view, { files: await table.adopt(view, written), state })
  }
}

function recordOf(id: number, name: string) {
  return { key: `{"id":${id}}`, value: JSON.stringify({ id, name: `${name} of ${id}`, amount: id % 100 }) }
}

async function deliver(
  bench: KeyedBench,
  worker: Awaited<ReturnType<KeyedBench['start']>>,
  ids: readonly number[],
  name: string,
): Promise<void> {
  bench.log.appendKeyed(
    0,
    ids.map((id) => recordOf(id, name)),
  )
  await bench.deliver(worker)
}

async function replace(db: DuckDBConnection, path: string, ids: readonly number[], name: string): Promise<void> {
  // Of a key that comes twice DuckDB takes the first: it has to be the last.
  const last = new Map(ids.map((id) => [id, recordOf(id, name).value]))
  writeFileSync(path, [...last.values()].join('\n'))
  await db.run(
    `INSERT OR REPLACE INTO kept SELECT * FROM read_json('${path}', format = 'newline_delimited', columns = {id: 'BIGINT', name: 'VARCHAR', amount: 'DOUBLE'})`,
  )
}

async function measured(run: () => Promise<void>): Promise<Flush> {
  const before = writtenBytes()
  const started = performance.now()
  await run()
  return { seconds: (performance.now() - started) / 1000, bytes: writtenBytes() - before }
}

/** What this process handed to the file system, as the kernel counts it. */
function writtenBytes(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
