import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import type pg from 'pg'
import { planScan } from '../../lake/scan/plan-scan.ts'
import { liveRowsSql } from '../../lake/scan/live-rows.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client
let db: DuckDBConnection
let count = 0
let table = ''

before(async () => {
  engine = await startWriteEngine()
  client = await engine.client()
  db = await (await DuckDBInstance.create(':memory:')).connect()
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  table = `t${++count}`
  await newTable('3')
})

const newTable = (version: string) =>
  engine.table(table, {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'n', type: 'long' },
    ],
    properties: { 'format-version': version },
  })

async function load() {
  const { metadata } = await engine.lake.client.loadTable({ namespace: ['public'], name: table })
  return { metadata, scan: await planScan({ metadata, store: engine.lake.store }) }
}

interface NumberedRow {
  readonly n: number | null
  readonly rowId: number
  readonly changed: number
}

/** The committed rows with their lineage, by id. */
async function lineage(): Promise<ReadonlyMap<number, NumberedRow>> {
  const { metadata, scan } = await load()
  if (scan.dataFiles.length === 0) return new Map()
  const pathOf = (location: string) => new URL(location).pathname
  const sql = liveRowsSql(scan, { schemas: metadata.schemas, pathOf, lineage: true })
  const found = await db.runAndReadAll(
    `SELECT id::DOUBLE, n::DOUBLE, _row_id::DOUBLE, _last_updated_sequence_number::DOUBLE FROM (${sql}) ORDER BY 1`,
  )
  const rows = found.getRows() as [number, number | null, number, number][]
  assert.equal(new Set(rows.map(([, , rowId]) => rowId)).size, rows.length, 'no two rows have one number')
  return new Map(rows.map(([id, n, rowId, changed]) => [id, { n, rowId, changed }]))
}

void test('an updated row keeps its number and has the sequence number of the commit; others keep both', async () => {
  await client.query(`insert into ${table} select i, i from range(5) r(i)`)
  const first = await lineage()
  assert.equal((await client.query(`update ${table} set n = n + 100 where id in (1, 3)`)).rowCount, 2)
  const second = await lineage()
  for (const [id, before] of first)
    assert.deepEqual(
      second.get(id),
      id === 1 || id === 3 ? { n: before.n! + 100, rowId: before.rowId, changed: 2 } : before,
      `row ${id}`,
    )
  const merged = `merge into ${table} t using (values (1, 7), (2, null), (9, 9)) s(k, v) on t.id = s.k
    when matched and s.v is null then delete
    when matched then update set n = s.v
    when not matched then insert values (s.k, s.v)`
  assert.equal((await client.query(merged)).rowCount, 3)
  const third = await lineage()
  assert.deepEqual([...third.keys()], [0, 1, 3, 4, 9])
  assert.deepEqual(third.get(1), { n: 7, rowId: first.get(1)!.rowId, changed: 3 })
  assert.ok(third.get(9)!.rowId >= 5, 'a new row has a new number')
  assert.deepEqual(third.get(3), second.get(3))
})

void test('vectors stand for those before: one for each file, of all rows that are gone; a file without a row goes', async () => {
  await client.query(`insert into ${table} select i, i from range(6) r(i)`)
  for (const id of [0, 1]) await client.query(`delete from ${table} where id = ${id}`)
  await client.query(`begin; delete from ${table} where id = 2; delete from ${table} where id = 3; commit`)
  const { scan } = await load()
  assert.deepEqual(
    scan.deleteFiles.map(({ format, recordCount }) => [format, recordCount]),
    [['PUFFIN', 4]],
  )
  await client.query(`delete from ${table}`)
  const left = await load()
  assert.deepEqual([left.scan.dataFiles.length, left.scan.deleteFiles.length], [0, 0])
})

void test('rows of a table that had version 2 stay deleted, and have numbers once they are changed', async () => {
  table = `${table}_upgraded`
  await newTable('2')
  await client.query(`insert into ${table} select i, i from range(6) r(i)`)
  await client.query(`delete from ${table} where id in (0, 1)`)
  const ident = { namespace: ['public'], name: table }
  await engine.lake.client.commitTable(ident, {
    requirements: [],
    updates: [{ action: 'upgrade-format-version', 'format-version': 3 }],
  })
  await client.query(`update ${table} set n = -1 where id = 2`)
  await client.query(`delete from ${table} where id = 3`)
  const rows = await client.query({ text: `select id, n from ${table} order by 1`, rowMode: 'array' })
  assert.deepEqual(rows.rows, [
    ['2', '-1'],
    ['4', '4'],
    ['5', '5'],
  ])
  await lineage()
  const { scan } = await load()
  assert.deepEqual(
    scan.deleteFiles.map(({ format, recordCount }) => [format, recordCount]),
    [['PUFFIN', 4]],
  )
})

void test('others who were first: 40001, and nothing was changed', async () => {
  const other = await engine.client()
  await client.query(`insert into ${table} select i, i from range(3) r(i)`)
  await client.query(`begin; update ${table} set n = 5 where id = 1`)
  await other.query(`delete from ${table} where id = 0`)
  await assert.rejects(client.query('commit'), { code: '40001' })
  assert.deepEqual([...(await lineage()).keys()], [1, 2])
})

void test('statements of all kinds leave the same rows as in a database, and numbers that rows keep', async () => {
  const seed = randomInt(2 ** 31)
  const random = seededRandom(seed)
  const next = (below: number) => random.pick(below)
  const [id, n] = [() => next(60), () => next(1000)]
  const statements = [
    () => `insert into @ select i, ${n()} from range(${id()}, ${id()}) r(i) where i not in (select id from @)`,
    () => `update @ set n = ${n()} where id % ${1 + next(7)} = 0`,
    () => `update @ set n = coalesce(n, 0) + 1 where id between ${id()} and ${id()}`,
    () => `delete from @ where id % ${2 + next(5)} = 1`,
    () => `delete from @ where id > ${id()}`,
    () => `merge into @ t using (select i::bigint as k, ${n()}::bigint as v from range(${id()}, ${id()}) r(i)) s on t.id = s.k
        when matched and s.k % 3 = 0 then delete
        when matched then update set n = s.v
        when not matched then insert values (s.k, s.v)`,
  ]
  await db.run(`CREATE OR REPLACE TABLE model (id BIGINT, n BIGINT)`)
  for (let round = 0; round < 25; round++) {
    const before = await lineage()
    const texts = Array.from({ length: 1 + next(4) }, () => statements[next(statements.length)]!())
    const isUndone = next(5) === 0
    for (const text of ['begin', ...texts.map((one) => one.replaceAll('@', table)), isUndone ? 'rollback' : 'commit'])
      await client.query(text)
    if (!isUndone) for (const text of texts) await db.run(text.replaceAll('@', 'model'))
    const rows = await lineage()
    const expected = await db.runAndReadAll('SELECT id::DOUBLE, n::DOUBLE FROM model ORDER BY 1')
    const where = `seed ${seed}, round ${round}: ${texts.join('; ')}`
    assert.deepEqual(
      Array.from(rows, ([key, row]) => [key, row.n]),
      expected.getRows(),
      where,
    )
    const isInserting = texts.some((text) => /^(insert|merge)/.test(text))
    for (const [key, row] of rows) {
      const old = before.get(key)
      // One that went and came again in the transaction is another row.
      if (old && !isInserting) assert.equal(row.rowId, old.rowId, `${where}: row ${key}`)
      if (old && row.rowId === old.rowId && row.n !== old.n) assert.ok(row.changed > old.changed, where)
    }
  }
})
