import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { avroDataFile } from '../../../test/support/avro-data-file.ts'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client
let count = 0
let table = ''

before(async () => {
  engine = await startWriteEngine()
  client = await engine.client()
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(() => {
  table = `avro_${++count}`
})

const ident = () => ({ namespace: ['public'], name: table })

async function newTable(version: string): Promise<void> {
  await engine.table(table, {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'n', type: 'long' },
      { name: 'at', type: 'timestamptz' },
      { name: 'tags', type: 'map<int, string>' },
    ],
    properties: { 'format-version': version },
  })
}

/** Files of data as Spark writes them into a table of `write.format.default=avro`: gives where the first lies. */
async function appendAvro(...ranges: readonly (readonly [from: number, to: number])[]): Promise<string> {
  const { metadata } = await engine.lake.client.loadTable(ident())
  const files = await Promise.all(
    ranges.map(([from, to]) => {
      const records = Array.from({ length: to - from }, (_, at) => ({
        id: from + at,
        n: at % 4 === 0 ? null : at,
        at: (from + at) * 1_000_000,
        tags: [{ key: from + at, value: `tag ${at}` }],
      }))
      return avroDataFile(engine.lake.store, metadata, records)
    }),
  )
  await engine.lake.client.commitTable(ident(), await commitFiles(engine.lake.store, metadata, files))
  return files[0]!.location
}

async function ids(where = 'true'): Promise<readonly number[]> {
  const read = await client.query<{ id: string }>(`select id from ${table} where ${where} order by id`)
  return read.rows.map(({ id }) => Number(id))
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at)

for (const version of ['2', '3'])
  void test(`version ${version}: rows in Avro are read, changed, deleted and merged by SQL, in a transaction too, and as they were`, async () => {
    await newTable(version)
    await appendAvro([0, 10], [10, 20])
    assert.deepEqual(await ids(), range(0, 20))
    const read = await client.query(`select n, at, tags from ${table} where id = 11`)
    assert.deepEqual(
      [read.rows[0].n, (read.rows[0].at as Date).toISOString(), read.rows[0].tags],
      ['1', '1970-01-01T00:00:11.000Z', { 11: 'tag 1' }],
    )
    assert.equal((await client.query(`delete from ${table} where id in (0, 19)`)).rowCount, 2)
    assert.equal((await client.query(`update ${table} set n = 1000 where id between 5 and 6`)).rowCount, 2)
    await client.query(`begin; insert into ${table} values (100, 1, null, null); delete from ${table} where id = 7`)
    assert.deepEqual(await ids('id >= 7 and id < 9 or id = 100'), [8, 100])
    await client.query(`delete from ${table} where id = 8; commit`)
    const merged = `merge into ${table} t using (values (1, -1), (2, null), (50, 50)) s(k, v) on t.id = s.k
      when matched and s.v is null then delete when matched then update set n = s.v
      when not matched then insert values (s.k, s.v, null, null)`
    assert.equal((await client.query(merged)).rowCount, 3)
    assert.deepEqual(await ids(), [1, 3, 4, 5, 6, ...range(9, 19), 50, 100])
    assert.deepEqual(await ids('n in (1000, -1)'), [1, 5, 6])
    const { metadata } = await engine.lake.client.loadTable(ident())
    const [first] = metadata.snapshots!
    const old = await client.query(
      `select count(*)::int as n from ${table} for system_version as of ${first!['snapshot-id']}`,
    )
    assert.equal(old.rows[0].n, 20)
    await client.query(`delete from ${table} where id < 10 or id > 18`)
    assert.deepEqual(await ids(), range(10, 19))
    await client.query(`delete from ${table}`)
    assert.deepEqual(await ids(), [])
  })

void test('a damaged file in Avro fails the query with the table, the file and what to do; others go on', async () => {
  await newTable('2')
  const location = await appendAvro([0, 10])
  const path = location.replace('file://', '')
  await writeFile(path, (await engine.lake.store.get(location)).subarray(0, -3))
  const failed = await ids().then(
    () => undefined,
    (error: unknown) => error as pg.DatabaseError,
  )
  assert.equal(failed?.code, 'XX001')
  assert.match(
    failed.message,
    new RegExp(`table public\\.${table}: .*${location} does not decode as Avro: its last block is cut short`),
  )
  assert.match(failed.hint ?? '', /Restore the file from a backup/)
  assert.equal((await client.query('select 1 as one')).rows[0].one, 1)
})

void test('rows in ORC are refused with the file, its format and the statement that writes them anew', async () => {
  await newTable('2')
  const { metadata } = await engine.lake.client.loadTable(ident())
  const file = await avroDataFile(engine.lake.store, metadata, [])
  const orc = { ...file, location: file.location.replace(/avro$/, 'orc'), format: 'ORC', recordCount: 1 }
  await engine.lake.client.commitTable(ident(), await commitFiles(engine.lake.store, metadata, [orc]))
  await assert.rejects(ids(), (error: pg.DatabaseError) => {
    assert.equal(error.code, '0A000')
    assert.match(
      error.message,
      /\.orc holds rows as ORC.*CALL system\.rewrite_data_files\(table => 't', options => map\('rewrite-all', 'true'\)\)/,
    )
    return true
  })
})
