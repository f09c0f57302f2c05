import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { nodeFiles } from '../src/kernel/files/node-files.ts'
import { connectCatalog } from '../src/lake/client/connect-catalog.ts'
import type { DataFile } from '../src/lake/manifest/data-file.ts'
import type { ManifestFile } from '../src/lake/manifest/manifest-file.ts'
import { encodeManifestList } from '../src/lake/manifest/manifest-list.ts'
import { writeManifest } from '../src/lake/manifest/write-manifest.ts'
import { specById, tableSchema } from '../src/lake/metadata/read.ts'
import { scanSql } from '../src/lake/scan/scan-sql.ts'
import { schemaOf } from '../src/lake/types/schema.ts'
import { singleValue } from '../src/lake/types/single-value.ts'
import type { Schema } from '../src/lake/types/type.ts'
import { copySql } from '../src/lake/write/copy.ts'
import { openObjectStore } from '../src/storage/objects/open.ts'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import type { Bar, Benchmark, Figure } from './benchmark.ts'
import { columns } from './lines.ts'
import { cpuSeconds, findProcess, proportionalBytes } from './process-usage.ts'

const files = 100_000
/** As large as commits of Weir and Spark put them together to, 8 MB at most. */
const filesPerManifest = 25_000
const minuteMicros = 60_000_000n
/** Minutes that are asked for: every so many. */
const askedEvery = files / 50
const rowsPerFile = 600
const firstMicros = 1_700_000_000_000_000n

/**
 * A table to which a file came each minute for ten weeks, a minute of rows in each, and the plan of a question about one of them.
 * Only files that are asked for are there: a plan opens no other.
 */
export const planning: Benchmark = {
  name: 'planning',
  question: `how long until a question about one minute is planned in a table of ${files} files, by an engine that never saw it, and by one that did?`,
  async run({ pairs, say }) {
    await using weir = await startWeir('planning')
    await makeTable(weir)
    const [cold, warm]: [number[], number[]] = [[], []]
    for (let pair = 0; pair < pairs; pair++) {
      const { client, engine } = await newEngine(weir)
      const before = cpuSeconds(engine)
      cold.push(await plan(client, 2 * pair))
      const cpu = cpuSeconds(engine) - before
      warm.push(await plan(client, 2 * pair + 1))
      await client.end()
      const [a, b] = [cold, warm].map((values) => (values.at(-1)! * 1000).toFixed(0))
      const megabytes = (proportionalBytes(engine) / 1e6).toFixed(0)
      say(`cold ${a} ms, ${cpu.toFixed(2)} CPU s, ${megabytes} MB; warm ${b} ms`)
    }
    return [figure('cold', cold), figure('warm', warm)]
  },
}

function figure(how: string, ours: readonly number[]): Figure {
  const bar: Bar = { kind: 'bound', at: 'most', value: 1, text: 'at most 1 s' }
  return { name: `plan over ${files} files, ${how}`, unit: 's', ours, reference: [], referenceName: 'a bound', bar }
}

/** Seconds. */
async function plan(client: pg.Client, at: number): Promise<number> {
  const from = timeOf(at * askedEvery)
  const started = performance.now()
  await client.query(
    `explain select kind, count(*) from minutes where at >= '${from}' and at < timestamptz '${from}' + interval '30 seconds' group by kind`,
  )
  return (performance.now() - started) / 1000
}

const timeOf = (minute: number): string =>
  new Date(Number((firstMicros + BigInt(minute) * minuteMicros) / 1000n)).toISOString()

/** The one of before is ended; the supervisor starts another for the next client. */
async function newEngine({ endpoints }: RunningWeir): Promise<{ readonly client: pg.Client; readonly engine: number }> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: endpoints.postgres })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      const engine = findProcess(endpoints.pid, 'children/engine')
      if (attempt > 0) return { client, engine }
      process.kill(engine, 'SIGKILL')
    } catch (error) {
      if (attempt > 50) throw error
      await pause(100)
    }
    await client.end().catch(() => undefined)
  }
}

async function makeTable({ folder, endpoints }: RunningWeir): Promise<void> {
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const client = connectCatalog({ uri: endpoints.iceberg })
  await client.ensureNamespace(['public'])
  const declared = Object.entries(columns).map(([name, type]) => ({ name, type }))
  const { ident, metadata } = await client.createTable(['public'], { name: 'minutes', schema: schemaOf(declared) })
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const [snapshotId, sequenceNumber] = [Date.now(), 1]
  const bytes = await fileOfNulls(folder, schema)
  const [manifests, asked] = [[], []] as [ManifestFile[], string[]]
  for (let first = 0; first < files; first += filesPerManifest) {
    const entries = Array.from({ length: filesPerManifest }, (_, at) => ({
      status: 'added' as const,
      snapshotId,
      sequenceNumber,
      fileSequenceNumber: sequenceNumber,
      file: {
        ...fileOf(metadata.location, first + at),
        ...((first + at) % askedEvery === 0 && { sizeBytes: bytes.length }),
      },
    }))
    asked.push(...entries.filter((_, at) => (first + at) % askedEvery === 0).map(({ file }) => file.location))
    const place = { folder: `${metadata.location}/metadata`, part: 'm0' }
    manifests.push(
      await writeManifest(store, { ...place, schema, spec, content: 'data', entries, snapshotId, sequenceNumber }),
    )
  }
  for (const location of asked) await store.put(location, bytes)
  const list = `${metadata.location}/metadata/snap-${snapshotId}.avro`
  await store.put(list, encodeManifestList(manifests, { id: snapshotId, parentId: null, sequenceNumber }))
  const snapshot = {
    'snapshot-id': snapshotId,
    'sequence-number': sequenceNumber,
    'timestamp-ms': snapshotId,
    'manifest-list': list,
    summary: { operation: 'append' },
    'schema-id': metadata['current-schema-id'],
  }
  const outcome = await client.commitTable(ident, {
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': snapshotId, type: 'branch' },
    ],
  })
  if (outcome.outcome !== 'committed') throw new Error(`the table was not made: ${outcome.outcome}`)
}

/** A data file of as many rows as each has, all of nulls. */
async function fileOfNulls(folder: string, schema: Schema): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  const source = `(SELECT c.* FROM range(${rowsPerFile}) LEFT JOIN (${scanSql(schema, [])}) c ON true)`
  await db.run(copySql({ schema, spec: { 'spec-id': 0, fields: [] }, source, directory: folder }))
  db.closeSync()
  instance.closeSync()
  return readFile(join(folder, 'data.parquet'))
}

/** What COPY says of a file of 600 such rows: counts of every column, bounds of every column. */
function fileOf(table: string, minute: number): DataFile {
  const ids = Object.keys(columns).map((_, at) => at + 1)
  const counts = (value: number) => new Map(ids.map((id) => [id, value]))
  const from = firstMicros + BigInt(minute) * minuteMicros
  const bounds = (id: number, at: bigint, user: string, amount: number) =>
    new Map([
      [1, singleValue('long', BigInt(id))],
      [2, singleValue('timestamptz', at)],
      [3, Buffer.from(user)],
      [4, Buffer.from('kind-0')],
      [5, singleValue('double', amount)],
      [6, singleValue('boolean', amount > 1)],
      [7, Buffer.from(`customer${minute % 97} ord`)],
    ])
  return {
    content: 'data',
    location: `${table}/data/${randomUUID()}.parquet`,
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: rowsPerFile,
    sizeBytes: 40_000 + (minute % 1000),
    columnSizes: counts(5000 + (minute % 100)),
    valueCounts: counts(rowsPerFile),
    nullCounts: counts(0),
    nanCounts: new Map([[5, 0]]),
    lowerBounds: bounds(minute * rowsPerFile, from, `user-${minute % 100}`, 0),
    upperBounds: bounds((minute + 1) * rowsPerFile - 1, from + minuteMicros - 1n, 'user-99', 999.9),
  }
}
