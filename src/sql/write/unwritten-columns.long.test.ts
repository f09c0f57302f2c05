import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, suite, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import { rowEngine } from '../../../test/support/compacted-lake.ts'
import { copyFrom } from '../../../test/support/copy-stream.ts'
import { deltaLogOf } from '../../../test/support/delta-log.ts'
import { appendFiles } from '../../../test/support/lake-engine.ts'
import type { LocalLake } from '../../../test/support/local-lake.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'
import { compactTable } from '../../lake/maintenance/compaction/compact-table.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { liveRowsSql } from '../../lake/scan/live-rows.ts'
import { pruneScan } from '../../lake/scan/file-filter.ts'
import { planScan } from '../../lake/scan/plan-scan.ts'
import { readFooter } from '../../lake/scan/read-footer.ts'

const own = ['id', 'item']
const ofPlaces = ['_source', '_source_partition', '_offset', '_timestamp']
const columns = [
  { name: 'id', type: 'long', required: true },
  { name: 'item', type: 'string' },
  { name: '_source', type: 'string' },
  { name: '_source_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_timestamp', type: 'timestamptz' },
]
const delivered = `SELECT i AS id, 'd' || i AS item, 'topic' AS _source, 0 AS _source_partition, i AS _offset,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' AS _timestamp FROM range(100, 103) t(i)`

void suite('columns that only deliveries write are not in the files of inserted rows', () => {
  let engine: WriteEngine
  let client: pg.Client
  let db: DuckDBConnection
  let count = 0
  let table = ''

  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
    db = await (await DuckDBInstance.create(':memory:')).connect()
    await db.run(`SET TimeZone = 'UTC'`)
  })
  after(() => engine[Symbol.asyncDispose]())
  beforeEach(() => {
    table = `t${++count}`
  })

  const rows = async (text: string): Promise<readonly unknown[]> =>
    (await client.query({ text, rowMode: 'array' })).rows
  const newTable = (version = '2', key: readonly string[] = []) =>
    engine.table(table, { columns, key, properties: { 'format-version': version } })
  const pathOf = (location: string) => new URL(location).pathname
  const load = async () => {
    const { metadata } = await engine.lake.client.loadTable({ namespace: ['public'], name: table })
    return { metadata, scan: await planScan({ metadata, store: engine.lake.store }) }
  }
  /** The columns of each data file, without those of row lineage. */
  const layouts = async () =>
    (await load()).scan.dataFiles.map(({ location }) =>
      readFooter(pathOf(location))
        .columns.map(({ name }) => name)
        .filter((name) => !['_row_id', '_last_updated_sequence_number'].includes(name)),
    )
  const deliver = () => appendFiles(engine.lake as LocalLake, db, table, [delivered])

  for (const version of ['2', '3'])
    void test(`version ${version}: INSERT, COPY, and MERGE and ON CONFLICT that insert alone; their rows are of no record`, async () => {
      await newTable(version, ['id'])
      const none = [null, null, null, null]
      assert.deepEqual(await rows(`insert into ${table} (id, item) values (1, 'a') returning *`), [['1', 'a', ...none]])
      await copyFrom(client, `copy ${table} from stdin`, { chunks: ['2\tb\n'] })
      const merge = (id: number) => `merge into ${table} t using (values (${id}, 'c')) s(n, name) on t.id = s.n
        when matched then update set item = s.name when not matched then insert (id, item) values (s.n, s.name)`
      await client.query(merge(3))
      const upsert = `on conflict (id) do update set item = excluded.item returning *`
      assert.deepEqual(await rows(`insert into ${table} (id, item) values (4, 'd') ${upsert}`), [['4', 'd', ...none]])
      assert.deepEqual(await layouts(), [own, own, own, own])
      const all = [1, 2, 3, 4].map((id) => [String(id), 'abcd'[id - 1], ...none])
      assert.deepEqual(await rows(`select * from ${table} order by id`), all)
      assert.deepEqual(await rows(`select count(*), count(_source), max(_offset) from ${table}`), [['4', '0', null]])
      assert.deepEqual(await rows(`select id from ${table} where _timestamp is null and id > 2 order by 1`), [
        ['3'],
        ['4'],
      ])
      // Keys are looked for in such files.
      await assert.rejects(client.query(`insert into ${table} (id) values (5), (2)`), { code: '23505' })
      // A row that is changed keeps what it has of a record, so its file has the columns.
      await client.query(merge(1))
      await client.query(`insert into ${table} (id, item) values (2, 'x') on conflict (id) do update set item = 'x'`)
      assert.deepEqual(
        (await layouts()).filter((names) => names.length > 2),
        [
          [...own, ...ofPlaces],
          [...own, ...ofPlaces],
        ],
      )
      assert.deepEqual(await rows(`select id, item, _offset from ${table} order by 1`), [
        ['1', 'c', null],
        ['2', 'x', null],
        ['3', 'c', null],
        ['4', 'd', null],
      ])
      assert.deepEqual(await rows(`update ${table} set item = 'u' where id = 4 returning *`), [['4', 'u', ...none]])
    })

  for (const version of ['2', '3'])
    void test(`version ${version}: beside files of deliveries they are read by names, changed, deleted, compacted, and as they were`, async () => {
      await newTable(version)
      await deliver()
      await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b'), (3, 'c')`)
      assert.deepEqual(await layouts(), [own, [...own, ...ofPlaces]])
      const { metadata, scan } = await load()
      const sql = liveRowsSql(scan, { schemas: metadata.schemas, pathOf })
      assert.doesNotMatch(sql, /schema = MAP/)
      assert.deepEqual(await rows(`select id, _offset from ${table} order by id`), [
        ['1', null],
        ['2', null],
        ['3', null],
        ['100', '100'],
        ['101', '101'],
        ['102', '102'],
      ])
      assert.equal((await client.query(`update ${table} set item = 'u' where id in (1, 101)`)).rowCount, 2)
      assert.equal((await client.query(`delete from ${table} where id in (2, 102)`)).rowCount, 2)
      const now = [
        ['1', 'u', null, null],
        ['3', 'c', null, null],
        ['100', 'd100', 'topic', '100'],
        ['101', 'u', 'topic', '101'],
      ]
      const current = `select id, item, _source, _offset from ${table} order by id`
      assert.deepEqual(await rows(current), now)
      const inserted = scan.snapshot!['snapshot-id']
      const then = `select count(*), count(_source) from ${table} for system_version as of ${inserted}`
      assert.deepEqual(await rows(then), [['6', '3']])
      const context = {
        ...engine.lake,
        reader: manifestReader(engine.lake.store),
        engine: rowEngine(db),
        folder: join(engine.lake.folder, 'spill'),
      }
      await engine.lake.client.commitTable(
        { namespace: ['public'], name: table },
        { requirements: [], updates: [{ action: 'set-properties', updates: { 'compaction.min-input-files': '2' } }] },
      )
      const { groups } = await compactTable({ namespace: ['public'], name: table }, context)
      assert.equal(groups.length, 1)
      assert.deepEqual(await layouts(), [[...own, ...ofPlaces]])
      assert.deepEqual(await rows(current), now)
    })

  void test('INSERT of a query and COPY leave out the columns that they give no value, VALUES only those of deliveries; rows are one table', async () => {
    await engine.table(table, {
      columns: [...columns, { name: 'place', type: 'struct<city: string>' }, { name: 'n', type: 'int' }],
    })
    await client.query(`insert into ${table} (id, n) select 1, 7`)
    await copyFrom(client, `copy ${table} (item, id) from stdin`, { chunks: ['b\t2\n'] })
    await client.query(`insert into ${table} (id) values (3)`)
    const returned = await rows(
      `insert into ${table} (n, id) select i, i from range(4, 5) r(i) returning id, item, place, n`,
    )
    assert.deepEqual(returned, [['4', null, null, 4]])
    assert.deepEqual(new Set((await layouts()).map(String)), new Set(['id,n', 'id,item', 'id,item,place,n']))
    const all = [
      ['1', null, null, 7],
      ['2', 'b', null, null],
      ['3', null, null, null],
      ['4', null, null, 4],
    ]
    assert.deepEqual(await rows(`select id, item, place, n from ${table} order by id`), all)
    assert.deepEqual(await rows(`select count(*), count(n), max(item) from ${table}`), [['4', '2', 'b']])
    await client.query(`update ${table} set item = 'x' where n is null and place is null`)
    assert.deepEqual(await rows(`select id, item from ${table} where item is not null order by 1`), [
      ['2', 'x'],
      ['3', 'x'],
    ])
  })

  void test('their manifest says that all are null, so that a query of rows of records leaves the file out', async () => {
    await newTable()
    await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, null)`)
    const { scan } = await load()
    const [file] = scan.dataFiles
    for (const { id, name } of scan.schema.fields) {
      const isWritten = own.includes(name)
      assert.equal(file!.valueCounts!.get(id), 2, name)
      assert.equal(file!.nullCounts!.get(id), isWritten ? Number(name === 'item') : 2, name)
      assert.equal(file!.columnSizes!.has(id), isWritten, name)
      const left = pruneScan(scan, { fieldId: id, test: 'is not null' }).dataFiles
      assert.equal(left.length, Number(isWritten), name)
      assert.equal(pruneScan(scan, { fieldId: id, test: 'is null' }).dataFiles.length, Number(name !== 'id'), name)
    }
  })

  void test('a transaction reads its own, changes some of them and sees them again', async () => {
    await newTable('3')
    await deliver()
    await client.query('begin')
    await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b')`)
    await client.query(`update ${table} set item = item || '!' where id in (2, 100)`)
    await client.query('commit')
    assert.deepEqual(await rows(`select id, item, _offset from ${table} order by id`), [
      ['1', 'a', null],
      ['2', 'b!', null],
      ['100', 'd100!', '100'],
      ['101', 'd101', '101'],
      ['102', 'd102', '102'],
    ])
  })

  void test('one that the table is partitioned by is written', async () => {
    await engine.table(table, {
      columns,
      partition: [{ 'source-id': 6, name: 'day', transform: 'day' }],
    })
    await client.query(`insert into ${table} (id) values (1)`)
    assert.deepEqual(await layouts(), [[...own, '_timestamp']])
    assert.deepEqual(await rows(`select * from ${table} where _timestamp is null`), [
      ['1', null, null, null, null, null],
    ])
  })

  void test('a Delta table has files without them, and its log says that they are null', async () => {
    await engine.table(table, { columns, properties: { 'weir.format': 'delta' } })
    await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b')`)
    assert.deepEqual(await layouts(), [own])
    const { metadata } = await load()
    const log = deltaLogOf(metadata)
    const [added] = log.actions(log.versions().at(-1)!).flatMap(({ add }) => (add ? [add] : []))
    const { nullCount, numRecords } = JSON.parse(String(added!['stats'])) as Record<string, unknown>
    assert.deepEqual(
      [numRecords, nullCount],
      [2, { id: 0, item: 0, ...Object.fromEntries(ofPlaces.map((n) => [n, 2])) }],
    )
    assert.deepEqual(await rows(`select id, _source, _offset from ${table} order by 1`), [
      ['1', null, null],
      ['2', null, null],
    ])
  })
})
