import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { noWrites } from '../../../test/support/engine-writes.ts'
import { type LocalLake, openLocalLake } from '../../../test/support/local-lake.ts'
import { prepareAppend } from '../../lake/commit/prepare-append.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import { copySql } from '../../lake/write/copy.ts'
import { type CopyRow, dataFilesOfCopy } from '../../lake/write/copy-result.ts'
import { dataLocation } from '../../lake/write/data-location.ts'
import { specById, tableSchema } from '../../lake/metadata/read.ts'
import { type DeliveryState, stateProperty } from '../../record/delivery-state.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import { openDuckdb } from '../duckdb/open.ts'
import type { Engine } from '../engine/engine.ts'
import { startEngine } from '../engine/start-engine.ts'
import type { TailReport } from '../engine-host.ts'

const source = '0f4c1a52-0000-4000-8000-000000000001'
const ident = { namespace: ['public'], name: 'trips' }
const columns = {
  id: 'long',
  city: 'string',
  _source: 'string',
  _source_partition: 'int',
  _offset: 'long',
  _timestamp: 'timestamptz',
}

let lake: LocalLake
let duckdb: Duckdb
let engine: Engine
let client: pg.Client
let tails: readonly TailReport[] = []
let resolves = 0

before(async () => {
  lake = await openLocalLake()
  duckdb = await openDuckdb({ memoryLimitBytes: 300e6, threads: 1, temporaryDirectory: join(lake.folder, 'spill') })
  const fields = Object.entries(columns).map(([name, type], i) => ({
    id: i + 1,
    name,
    required: false,
    type: parseType(type),
  }))
  await lake.client.ensureNamespace(['public'])
  await lake.client.createTable(['public'], {
    name: 'trips',
    schema: { type: 'struct', 'schema-id': 0, fields } as never,
  })
  engine = await startEngine(
    {
      listen: { socketPath: join(lake.folder, '.s.PGSQL.5432') },
      memoryLimitBytes: 300e6,
      threads: 2,
      temporaryDirectory: join(lake.folder, 'temporary'),
      linkDirectory: join(lake.folder, 'links'),
      scratchDirectory: join(lake.folder, 'writes'),
      objects: lake.store,
    },
    {
      ...noWrites,
      relations: async () => ({
        relations: {
          version: 1,
          tables: [
            {
              schema: 'public',
              name: 'trips',
              columns: Object.entries(columns).map(([name, type]) => ({ name, type, required: false })),
            },
          ],
          views: [],
        },
        holds: [],
      }),
      resolve: async () => {
        resolves++
        const { metadataLocation } = await lake.client.loadTable(ident)
        return {
          tables: [
            { schema: 'public', name: 'trips', metadataLocation, tails, notices: tails.length ? [] : ['no tail'] },
          ],
          holds: [],
        }
      },
    },
  )
  client = new pg.Client({ host: lake.folder, port: 5432, user: 'weir', database: 'weir' })
  await client.connect()
})
after(async () => {
  await client.end()
  await engine.stop({ deadlineMs: 200 })
  duckdb.close()
  await lake[Symbol.asyncDispose]()
})

/** Rows of partition 0 with offsets `[from, to)`. */
const rows = (from: number, to: number) =>
  `(SELECT o AS id, 'city ' || o % 3 AS city, '${source}' AS _source, 0::INTEGER AS _source_partition, o AS _offset,
    TIMESTAMPTZ '2024-01-01 00:00:00+00' + o * INTERVAL 1 SECOND AS _timestamp FROM range(${from}, ${to}) t(o))`

async function commit(from: number, to: number): Promise<void> {
  const { metadata } = await lake.client.loadTable(ident)
  const [schema, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const directory = join(lake.folder, `copy-${from}`)
  mkdirSync(directory)
  const copied = (await duckdb.query(
    copySql({ schema, spec, source: rows(from, to), directory }),
  )) as unknown as CopyRow[]
  const stats = copied.map((row) =>
    JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))),
  )
  const written = dataFilesOfCopy(stats as CopyRow[], {
    schema,
    spec,
    location: (partition) => dataLocation(metadata, spec, partition),
  })
  for (const { localPath, file } of written) await lake.store.adopt(localPath, file.location)
  const state: DeliveryState = {
    version: 1,
    previous: null,
    entries: [
      {
        source,
        partition: 0,
        next: String(to),
        read: String(to),
        delivered: String(to),
        rejected: '0',
        lost: [],
        skipped: [],
      },
    ],
    letterFiles: [],
  }
  const path = `weir/state-${to}.json`
  await lake.store.put(`${metadata.location}/${path}`, Buffer.from(JSON.stringify(state)))
  const prepared = await prepareAppend({
    metadata,
    store: lake.store,
    dataFiles: written.map(({ file }) => file),
    snapshotProperties: { [stateProperty]: path },
    tableProperties: { [stateProperty]: path },
  })
  const { outcome } = await lake.client.commitTable(ident, prepared)
  assert.equal(outcome, 'committed')
}

/** With the ids of the table's columns, as workers write them. */
const segmentText = (path: string, from: number, to: number) =>
  `COPY ${rows(from, to)} TO '${path}' (FORMAT parquet, FIELD_IDS {${Object.keys(columns)
    .map((name, i) => `${name}: ${i + 1}`)
    .join(', ')}})`

async function tail(from: number, to: number): Promise<TailReport> {
  const path = join(lake.folder, `segment-${from}-${to}.parquet`)
  await duckdb.query(segmentText(path, from, to))
  return {
    delivery: 'd',
    table: 'public.trips',
    source,
    epoch: 1,
    schemaId: 0,
    partitions: [{ partition: 0, base: String(from), end: String(to), ready: true }],
    segments: [{ path, rows: to - from }],
  }
}

const counted = async () =>
  (await client.query('select count(*)::int as n, count(distinct id)::int as ids, max(id)::int as last from trips'))
    .rows[0]

void test('a table without a snapshot has its columns and no row, and a notice says what is missing', async () => {
  const notices: string[] = []
  client.once('notice', ({ message }) => notices.push(String(message)))
  const { rows: found, fields } = await client.query('select * from trips')
  assert.deepEqual(found, [])
  assert.deepEqual(
    fields.map(({ name }) => name),
    Object.keys(columns),
  )
  assert.deepEqual(notices, ['no tail'])
})

void test('each row is seen once, whatever part of the tail the snapshot already holds', async () => {
  tails = [await tail(0, 150)]
  assert.deepEqual(await counted(), { n: 150, ids: 150, last: 149 })
  await commit(0, 100)
  assert.deepEqual(await counted(), { n: 150, ids: 150, last: 149 })
  tails = [await tail(100, 250)]
  assert.deepEqual(await counted(), { n: 250, ids: 250, last: 249 })
  await commit(100, 250)
  assert.deepEqual(await counted(), { n: 250, ids: 250, last: 249 })
})

void test('INV-T1: a tail that begins beyond the snapshot is resolved again, and never answered with a gap', async () => {
  tails = [await tail(300, 310)]
  const before = resolves
  await assert.rejects(counted(), { code: '40001' })
  assert.ok(resolves - before > 1)
  tails = []
})

void test('rows that were accepted under another schema than the table has are never answered', async () => {
  const report = await tail(250, 260)
  tails = [{ ...report, schemaId: 1 }]
  const before = resolves
  await assert.rejects(counted(), { code: '40001' })
  assert.ok(resolves - before > 1, 'asked for again')
  tails = [report]
  assert.equal((await counted()).n, 260)
  tails = [{ ...report, schemaId: 1, segments: [] }]
  assert.equal((await counted()).n, 250)
})

void test('a partition whose owner has not caught up is left out', async () => {
  const report = await tail(250, 260)
  tails = [{ ...report, partitions: [{ partition: 0, base: '250', end: '260', ready: false }] }]
  assert.equal((await counted()).n, 250)
})

void test('a segment whose name another file has taken since is read anew, though the last query has only just ended', async () => {
  tails = [await tail(250, 260)]
  assert.equal((await counted()).n, 260)
  tails = [await tail(250, 260)]
  const [{ path } = { path: '' }] = tails[0]!.segments
  rmSync(path)
  await duckdb.query(segmentText(path, 250, 270))
  tails = [{ ...tails[0]!, partitions: [{ partition: 0, base: '250', end: '270', ready: true }] }]
  assert.equal((await counted()).n, 270)
})

void test('a segment may be removed by its worker while a query reads it, and no link is left behind', async () => {
  const report = await tail(250, 40_000)
  tails = [report]
  await client.query('begin; declare c cursor for select id from trips order by _offset')
  assert.equal((await client.query('fetch 1 from c')).rows.length, 1)
  for (const { path } of report.segments) rmSync(path)
  assert.equal((await client.query('fetch all from c')).rows.length, 39_999)
  await client.query('commit')
  await waitUntil('the links are gone', () => readdirSync(join(lake.folder, 'links')).length === 0)
  await assert.rejects(counted(), { code: '40001' })
})
