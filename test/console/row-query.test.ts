import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import {
  operatorsOf,
  problemOf,
  rowFiltersOf,
  rowsOfPage,
  rowsSql,
  type Operator,
  type RowFilter,
} from '../../console/src/api/row-query.ts'

/** A value of each type that a table may have, as a filter writes it and as SQL makes it. */
const values: readonly (readonly [column: string, type: string, sql: string, value: string])[] = [
  ['flag', 'boolean', 'true', 'true'],
  ['small', 'int', '(-5)::integer', '-5'],
  ['id', 'long', '9007199254740993', '9007199254740993'],
  ['single', 'float', '1.5::float', '1.5'],
  ['ratio', 'double', '1e300', '1e300'],
  ['price', 'decimal(20,2)', '123456789012345678.90::decimal(20,2)', '123456789012345678.90'],
  ['day', 'date', `date '2026-11-29'`, '2026-11-29'],
  ['clock', 'time', `time '08:15:00'`, '08:15'],
  ['at', 'timestamp', `timestamp '2026-11-29 08:15:00.000001'`, '2026-11-29 08:15:00.000001'],
  ['moment', 'timestamptz', `timestamptz '2026-11-29 08:15:00+00'`, '2026-11-29T08:15:00Z'],
  ['key', 'uuid', `'f79c3e09-677c-4bbd-a479-512f87f52b3f'::uuid`, 'F79C3E09-677C-4BBD-A479-512F87F52B3F'],
  ['data', 'binary', String.raw`'\x00\xFF'::blob`, '00ff'],
  ['na"me', 'string', `'it''s 100 %_\\'`, `it's 100 %_\\`],
  ['place', 'struct<city: string>', `{'city': 'Bern'}`, ''],
]
const columns = values.map(([column, type]) => ({ column, type }))
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

let instance: DuckDBInstance
let db: DuckDBConnection

before(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  db = await instance.connect()
  const select = values.map(([column, , sql]) => `${sql} as ${quoted(column)}`).join(', ')
  const nulls = values.map(([column]) => `null as ${quoted(column)}`).join(', ')
  await db.run(`create table t as select ${select} union all select ${nulls}`)
})
after(() => {
  db.closeSync()
  instance.closeSync()
})

async function rowsOf(filters: readonly RowFilter[], sort?: string): Promise<number> {
  const sql = rowsSql('t', columns, { filters, sort, page: 0 })
  return (await db.runAndReadAll(sql)).currentRowCount
}

void test('every operator that a type has is asked as its SQL means it', async () => {
  const wanted: Readonly<Record<Operator, number>> = {
    eq: 1,
    ne: 0,
    lt: 0,
    le: 1,
    gt: 0,
    ge: 1,
    has: 1,
    begins: 1,
    null: 1,
    set: 1,
  }
  for (const [column, type, , value] of values)
    for (const operator of operatorsOf(type)) {
      const filter = { column, operator, value }
      assert.equal(problemOf(filter, columns), undefined, `${column} ${operator}`)
      assert.equal(await rowsOf([filter]), wanted[operator], `${column} ${operator}`)
    }
  assert.equal(await rowsOf([{ column: 'na"me', operator: 'has', value: '100 %_' }]), 1)
  assert.equal(await rowsOf([{ column: 'na"me', operator: 'has', value: '100 _%' }]), 0)
})

void test('what is no value of the type is said, and never becomes SQL', () => {
  const injected = `1' or '1'='1`
  for (const [column, type] of values) {
    if (type === 'string' || type.startsWith('struct')) continue
    const filter = { column, operator: 'eq' as const, value: injected }
    assert.match(problemOf(filter, columns)!, /write it like/, column)
    assert.doesNotMatch(rowsSql('t', columns, { filters: [filter], page: 0 }), /or/)
  }
  assert.match(problemOf({ column: 'place', operator: 'eq', value: 'x' }, columns)!, /is not asked of it/)
  assert.equal(problemOf({ column: 'gone', operator: 'eq', value: 'x' }, columns), 'There is no column gone.')
})

void test('pages of a sorted table have each row once, rows that are equal in it included', async () => {
  await db.run(`create table many as select i % 3 as a, i as b from range(1200) r(i)`)
  const of = [
    { column: 'a', type: 'long' },
    { column: 'b', type: 'long' },
  ]
  for (const sort of ['a', '-a']) {
    const seen: unknown[] = []
    for (const page of [0, 1, 2]) {
      const found = await db.runAndReadAll(rowsSql('many', of, { filters: [], sort, page }))
      seen.push(...found.getRows().slice(0, rowsOfPage))
    }
    assert.equal(seen.length, 1200)
    assert.equal(new Set(seen.map((row) => String((row as unknown[])[1]))).size, 1200, sort)
  }
})

void test('a snapshot, a tag and an address that holds no filters', () => {
  assert.match(rowsSql('t', columns, { at: '12', filters: [], page: 0 }), /from t at \(version => 12\) limit/)
  assert.match(
    rowsSql('t', columns, { at: `v'1`, filters: [], page: 2 }),
    /at \(version => 'v''1'\) limit 501 offset 1000/,
  )
  for (const nothing of [undefined, 'x', [], [null], [{ column: 'a' }], [{ column: 'a', operator: 'like', value: '' }]])
    assert.equal(rowFiltersOf(nothing), undefined)
  assert.deepEqual(rowFiltersOf([{ column: 'a', operator: 'eq', value: 5 }]), [
    { column: 'a', operator: 'eq', value: '5' },
  ])
})
