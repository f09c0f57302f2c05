import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { noWrites } from '../../../test/support/engine-writes.ts'
import { type LocalLake, openLocalLake } from '../../../test/support/local-lake.ts'
import { connectRaw, typeOf } from '../../../test/support/raw-postgres.ts'
import { positionDeletes } from '../../../test/support/position-deletes.ts'
import type { TableCommit } from '../../lake/client/catalog-client.ts'
import { prepareAppend } from '../../lake/commit/prepare-append.ts'
import type { DataFile } from '../../lake/manifest/data-file.ts'
import { currentSnapshot, specById, tableSchema } from '../../lake/metadata/read.ts'
import { prepareSchemaEvolution } from '../../lake/metadata/prepare-schema-change.ts'
import { printType } from '../../lake/types/print-type.ts'
import { schemaOf } from '../../lake/types/schema.ts'
import { copySql } from '../../lake/write/copy.ts'
import { type CopyRow, dataFilesOfCopy } from '../../lake/write/copy-result.ts'
import { dataLocation } from '../../lake/write/data-location.ts'
import type { Engine } from '../engine/engine.ts'
import { startEngine } from '../engine/start-engine.ts'
import type { TailReport } from '../engine-host.ts'

const ident = { namespace: ['public'], name: 'trips' }
const source = '0f4c1a52-0000-4000-8000-000000000001'

/** The clock of the catalog: each commit is an hour after the one before. */
let hour = 0
const now = () => Date.UTC(2026, 0, 1, hour)

let lake: LocalLake
let instance: DuckDBInstance
let db: DuckDBConnection
let engine: Engine
let client: pg.Client
let tails: readonly TailReport[] = []
let version = 1
/** Called at each question for the tables of now. */
let onResolve: (() => Promise<void>) | undefined
/** Snapshots by the hour of their commit. */
const snapshots: Record<number, string> = {}

before(async () => {
  lake = await openLocalLake({ now })
  instance = await DuckDBInstance.create(':memory:')
  db = await instance.connect()
  await lake.client.ensureNamespace(['public'])
  const schema = schemaOf([
    { name: 'id', type: 'long' },
    { name: 'city', type: 'string' },
    { name: '_source', type: 'string' },
    { name: '_source_partition', type: 'int' },
    { name: '_offset', type: 'long' },
  ])
  await lake.client.createTable(['public'], { name: 'trips', schema })
  await lake.client.createTable(['public'], { name: 'empty', schema })
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
        relations: { version, tables: [await relation('trips'), await relation('empty')], views: [yesterday] },
        holds: [],
      }),
      resolve: async ({ tables, relations }) => {
        if (relations !== version) return 'other relations'
        await onResolve?.()
        const resolved = tables.map(async ({ schema: of, name }) => {
          const { metadataLocation } = await lake.client.loadTable({ namespace: [of], name })
          return { schema: of, name, metadataLocation, tails, notices: tails.length ? ['of the tail'] : [] }
        })
        return { tables: await Promise.all(resolved), holds: [] }
      },
    },
  )
  client = await connect()
  await history()
})
after(async () => {
  await client.end()
  await engine.stop({ deadlineMs: 200 })
  db.closeSync()
  instance.closeSync()
  await lake[Symbol.asyncDispose]()
})

const yesterday = { schema: 'public', name: 'yesterday', sql: `select * from trips at (version => 'v1')` }

async function connect(): Promise<pg.Client> {
  const connected = new pg.Client({ host: lake.folder, port: 5432, user: 'weir', database: 'weir' })
  await connected.connect()
  return connected
}

async function relation(name: string) {
  const { metadata } = await lake.client.loadTable({ namespace: ['public'], name })
  const columns = tableSchema(metadata).fields.map((field) => ({
    name: field.name,
    type: printType(field.type),
    required: false,
  }))
  return { schema: 'public', name, columns }
}

async function commit(change: TableCommit): Promise<void> {
  const { outcome } = await lake.client.commitTable(ident, change)
  assert.equal(outcome, 'committed')
  version++
  const { metadata } = await lake.client.loadTable(ident)
  snapshots[hour] = String(metadata['current-snapshot-id'])
}

async function append(from: number, to: number, columns = `'city ' || o % 3 AS city`): Promise<DataFile> {
  const { metadata } = await lake.client.loadTable(ident)
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const directory = join(lake.folder, `copy-${from}`)
  mkdirSync(directory)
  const rows = `(SELECT o AS id, ${columns}, '${source}' AS _source, 0::INTEGER AS _source_partition, o AS _offset FROM range(${from}, ${to}) t(o))`
  const copied = await db.runAndReadAll(copySql({ schema, spec, source: rows, directory }))
  const written = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], {
    schema,
    spec,
    location: () => dataLocation(metadata, spec, []),
  })
  for (const { localPath, file } of written) await lake.store.adopt(localPath, file.location)
  await commit(await prepareAppend({ metadata, store: lake.store, dataFiles: written.map(({ file }) => file), now }))
  return written[0]!.file
}

async function refer(name: string, id: string, type: 'branch' | 'tag'): Promise<void> {
  await commit({
    requirements: [],
    updates: [{ action: 'set-snapshot-ref', 'ref-name': name, 'snapshot-id': Number(id), type }],
  })
}

/**
 * 01:00 ten rows, the tag v1. 02:00 ten more. 03:00 rows 0 to 4 deleted. 04:00 city is called town, and there is a column
 * fare; the branch audit stays at 02:00. 05:00 ten rows more. A tail of five rows beyond.
 */
async function history(): Promise<void> {
  hour = 1
  const first = await append(0, 10)
  await refer('v1', snapshots[1]!, 'tag')
  hour = 2
  await append(10, 20)
  await refer('audit', snapshots[2]!, 'branch')
  hour = 3
  const loaded = await lake.client.loadTable(ident)
  const rows = [0, 1, 2, 3, 4].map((position) => ({ file: first, position }))
  const { updates } = await positionDeletes(lake, db, loaded, rows)
  const others = updates.filter(({ action }) => action !== 'add-snapshot')
  const added = updates.flatMap((update) => (update.action === 'add-snapshot' ? [update.snapshot] : []))
  // Other engines may leave out a snapshot's schema.
  const snapshotsOf = added.map((snapshot) => {
    const stated = { ...snapshot, 'timestamp-ms': now() }
    Reflect.deleteProperty(stated, 'schema-id')
    return stated
  })
  await commit({
    requirements: [],
    updates: [...snapshotsOf.map((snapshot) => ({ action: 'add-snapshot' as const, snapshot })), ...others],
  })
  hour = 4
  await commit(
    prepareSchemaEvolution((await lake.client.loadTable(ident)).metadata, [
      { change: 'rename', column: ['city'], name: 'town' },
      { change: 'add', column: { name: 'fare', type: 'double' } },
    ]),
  )
  hour = 5
  await append(20, 30, `'town ' || o % 3 AS town, 2.5::DOUBLE AS fare`)
  const path = join(lake.folder, 'segment.parquet')
  await db.run(`COPY (SELECT o AS id, 'tail' AS town, '${source}' AS _source, 0::INTEGER AS _source_partition, o AS _offset, 1.0::DOUBLE AS fare
    FROM range(30, 35) t(o)) TO '${path}' (FORMAT parquet, FIELD_IDS {id: 1, town: 2, _source: 3, _source_partition: 4, _offset: 5, fare: 6})`)
  const { metadata } = await lake.client.loadTable(ident)
  tails = [
    {
      delivery: 'd',
      table: 'public.trips',
      source,
      epoch: 1,
      schemaId: metadata['current-schema-id'],
      partitions: [{ partition: 0, base: '30', end: '35', ready: true }],
      segments: [{ path, rows: 5 }],
    },
  ]
}

const at = (text: string) => text.replaceAll(/#(\d)/g, (_, of: string) => snapshots[Number(of)]!)
const idsOf = async (from: string, values: readonly unknown[] = []): Promise<readonly number[]> =>
  (await client.query(`select id::int as id from ${at(from)} order by id`, [...values])).rows.map(
    ({ id }) => id as number,
  )
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

const [one, two, three, five] = [range(0, 10), range(0, 20), range(5, 20), range(5, 30)]
const moments: readonly (readonly [from: string, ids: readonly number[]])[] = [
  ['trips', range(5, 35)],
  ['trips at (version => #1)', one],
  ['trips at (version => #2) as t', two],
  ['trips t for version as of #3', three],
  ['trips version as of #5', five],
  [`trips at (version => '#2')`, two],
  [`trips at (version => 'v1')`, one],
  [`trips at (version => 'audit')`, two],
  [`public.trips at (version => 'main')`, five],
  [`trips at (timestamp => '2026-01-01 01:00:00+00')`, one],
  [`trips at (timestamp => '2026-01-01 01:59:59.999999+00')`, one],
  [`trips at (timestamp => timestamptz '2026-01-01 02:00:00+00')`, two],
  [`trips for timestamp as of '2026-01-01 04:30:00+00'::timestamptz - interval '1' hour`, three],
  [`trips at (timestamp => make_timestamptz(2026, 1, 1, 4, 59, 0, 'UTC'))`, three],
  ['trips at (timestamp => now())', five],
]
for (const [from, ids] of moments)
  void test(`INV-H1: rows of ${from}`, async () => assert.deepEqual(await idsOf(from), ids))

void test('a time without a zone is one of the session', async () => {
  await client.query(`set timezone = 'Europe/Berlin'`)
  assert.deepEqual(await idsOf(`trips at (timestamp => '2026-01-01 02:30')`), one)
  await client.query('reset timezone')
  assert.deepEqual(await idsOf(`trips at (timestamp => '2026-01-01 02:30')`), two)
})

void test('columns are those of the snapshot for an id, a tag and a time, and those of now for a branch', async () => {
  const columnsOf = async (from: string) =>
    (await client.query(`select * from ${at(from)} limit 1`)).fields.map(({ name }) => name).join()
  const old = 'id,city,_source,_source_partition,_offset'
  const present = 'id,town,_source,_source_partition,_offset,fare'
  assert.equal(await columnsOf('trips at (version => #2)'), old)
  assert.equal(await columnsOf('trips at (version => #5)'), present)
  assert.equal(await columnsOf(`trips at (version => 'v1')`), old)
  assert.equal(await columnsOf(`trips at (timestamp => '2026-01-01 02:30:00+00')`), old)
  assert.equal(await columnsOf(`trips at (version => 'audit')`), present)
  // One without a schema is read with the present one.
  assert.equal(await columnsOf('trips at (version => #3)'), present)
  const { rows } = await client.query(`select town, fare from trips at (version => 'audit') where id = 4`)
  assert.deepEqual(rows, [{ town: 'city 1', fare: null }])
})

void test('in any place of a statement, and with itself at other moments', async () => {
  const { rows } = await client.query(
    at(`with gone as (select t.id from trips at (version => #2) t anti join trips version as of #3 u using (id))
      select (select count(*)::int from gone) as gone, (select max(id)::int from trips at (version => 'v1')) as last,
        count(*)::int as both, exists(from trips at (version => #1) where id = 0) as had
      from trips now join trips at (version => 'audit') a on a.id = now.id where now.id in (select id from trips at (version => #3))`),
  )
  assert.deepEqual(rows, [{ gone: 5, last: 9, both: 15, had: true }])
  const joined = await client.query(
    at(`select trips.id::int as id from trips at (version => #1) where trips.city = 'city 2'`),
  )
  assert.deepEqual(
    joined.rows.map(({ id }) => id),
    [2, 5, 8],
  )
  const copied = await client.query(`explain select * from trips at (version => 'v1')`)
  assert.ok(copied.rows.length > 0)
})

void test('a parameter says the moment, as text and as number, in simple and prepared statements', async () => {
  assert.deepEqual(await idsOf('trips at (version => $1) where id < $2', [snapshots[1], 3]), [0, 1, 2])
  assert.deepEqual(await idsOf('trips at (version => $1::bigint)', [snapshots[1]]), one)
  assert.deepEqual(await idsOf('trips at (version => $2) where id < $1', [3, 'v1']), [0, 1, 2])
  assert.deepEqual(await idsOf('trips for timestamp as of $1', [new Date('2026-01-01T01:30:00Z')]), one)
  assert.deepEqual(
    await idsOf(`trips at (timestamp => $1::timestamptz - interval '1 hour')`, ['2026-01-01T02:30:00Z']),
    one,
  )
  for (const [version, ids] of [
    ['v1', one],
    [snapshots[2], two],
    ['audit', two],
    ['v1', one],
  ] as const) {
    const { rows } = await client.query({
      name: 'kept',
      text: 'select id::int as id from trips at (version => $1) order by id',
      values: [version],
    })
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
    )
  }
})

void test('one NOTICE for each table and moment says what is read, and none speaks of the tail of a table that is not read now', async () => {
  const heard = async (text: string) => {
    const notices: string[] = []
    const listener = ({ message }: { message: string | undefined }) => void notices.push(String(message))
    client.on('notice', listener)
    await client.query(at(text))
    client.off('notice', listener)
    return notices
  }
  const first = at('public.trips is read as of snapshot #1 of 2026-01-01T01:00:00.000Z: committed rows only')
  assert.deepEqual(await heard('select 1 from trips at (version => #1)'), [first])
  assert.deepEqual(await heard('select 1 from trips at (version => #1) a, trips b, trips version as of #1 c'), [
    'of the tail',
    first,
  ])
})

void test('INV-H3: a moment that is not there is refused by name, with the nearest', async () => {
  const refused = async (from: string, message: RegExp, hint: RegExp, values: readonly unknown[] = []) =>
    assert.rejects(client.query(at(`select * from ${from}`), [...values]), (error: pg.DatabaseError) => {
      assert.equal(error.code, '42704', error.message)
      assert.match(error.message, message)
      assert.match(String(error.hint), hint)
      return true
    })
  await refused(
    'trips at (version => 42)',
    /^public\.trips has no snapshot 42$/,
    new RegExp(at('It has 4: the first is #1 of 2026-01-01T01:00:00.000Z, the current #5 of 2026')),
  )
  await refused(
    `trips at (version => 'auditt')`,
    /public\.trips has no branch or tag "auditt"/,
    /Did you mean audit\? It has audit, main, v1/,
  )
  await refused('trips at (version => $1)', /public\.trips has no branch or tag "nothing like it"/, /It has audit/, [
    'nothing like it',
  ])
  await refused(
    `trips at (timestamp => '2026-01-01 00:59:59+00')`,
    /had no snapshot at 2026-01-01T00:59:59.000Z/,
    new RegExp(at('#1, became current at 2026-01-01T01:00:00.000Z')),
  )
  await refused('empty at (timestamp => now())', /public\.empty had no snapshot at/, /It never had one/)
  await refused('empty at (version => 1)', /public\.empty has no snapshot 1/, /It never had one/)
  await assert.rejects(
    client.query('select * from tripss at (version => 1)'),
    ({ code, hint }: pg.DatabaseError) => code === '42P01' && /trips/.test(String(hint)),
  )
  await assert.rejects(
    client.query('select * from yesterday'),
    ({ code, hint }: pg.DatabaseError) =>
      code === '0A000' && /A view reads its tables as they are now/.test(String(hint)),
  )
})

void test('a statement that was described before its moment was known is refused when the columns are others', async () => {
  const raw = await connectRaw({ path: join(lake.folder, '.s.PGSQL.5432') })
  raw.parse('s', 'select * from trips at (version => $1) where id > $2')
  raw.describe('S', 's')
  const [, parameters, columns] = await raw.sync()
  assert.deepEqual(
    [0, 1].map((i) => parameters!.body.readInt32BE(2 + 4 * i)),
    [25, 20],
  )
  assert.match(columns!.body.toString('latin1'), /town[^]*fare/)
  const answer = async (version: string) => {
    raw.bind('', 's', { values: [Buffer.from(version), Buffer.from('7')] })
    raw.execute('')
    const messages = await raw.sync()
    const refused = messages.find((message) => typeOf(message) === 'E')
    return refused?.body.toString('latin1') ?? messages.map(typeOf).join('')
  }
  assert.match(await answer(snapshots[1]!), /0A000[^]*cached plan must not change result type/)
  assert.equal(await answer(snapshots[5]!), `2N${'D'.repeat(22)}CZ`)
  assert.equal(await answer('audit'), `2N${'D'.repeat(12)}CZ`)
  raw.parse('t', 'select id from trips at (timestamp => $1)')
  raw.describe('S', 't')
  const [, times] = await raw.sync()
  assert.equal(times!.body.readInt32BE(2), 1184)
  raw.close()
})

void test('INV-H4: a time of which the snapshot has expired is answered by the log, and the NOTICE says so', async () => {
  hour = 6
  await append(40, 50, `'town' AS town, 1.0::DOUBLE AS fare`)
  hour = 7
  await append(50, 60, `'town' AS town, 1.0::DOUBLE AS fare`)
  tails = []
  hour = 8
  await commit({ requirements: [], updates: [{ action: 'remove-snapshots', 'snapshot-ids': [Number(snapshots[6])] }] })
  const notices: string[] = []
  client.once('notice', ({ message }) => notices.push(String(message)))
  assert.deepEqual(await idsOf(`trips at (timestamp => '2026-01-01 06:30:00+00')`), five)
  assert.match(
    notices.join(),
    new RegExp(
      at(
        'snapshot #5 of .*: committed rows only; what was current at that time has expired: .* before #7 of 2026-01-01T07',
      ),
    ),
  )
  await assert.rejects(client.query(at('select * from trips at (version => #6)')), ({ message }: Error) =>
    /any more: it has expired/.test(message),
  )
  assert.equal(currentSnapshot((await lake.client.loadTable(ident)).metadata)?.['snapshot-id'], Number(snapshots[7]))
})

void test('INV-H2: a branch that moves between its pin and the tables of now is found anew', async () => {
  const seen = version
  let asked = 0
  onResolve = async () => {
    // The first question is for the pin.
    if (++asked !== 2) return
    hour = 9
    await append(60, 70, `'town' AS town, 1.0::DOUBLE AS fare`)
    // Rows are no change of relations.
    version = seen
  }
  const { rows } = await client.query(
    `select (select count(*)::int from trips) as now, (select count(*)::int from trips at (version => 'main')) as main`,
  )
  onResolve = undefined
  assert.deepEqual(rows, [{ now: 55, main: 55 }])
  assert.equal(asked, 4, 'asked for the pin again, and for both')
})
