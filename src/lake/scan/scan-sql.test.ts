import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { copySql } from '../write/copy.ts'
import { scanSql } from './scan-sql.ts'

const { folder, db } = await scratchDuckdb('scan')

const column = (id: number, name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  id,
  name,
  type,
  required: false,
  ...more,
})
const schemaWith = (id: number, ...fields: Field[]): Schema => ({ type: 'struct', 'schema-id': id, fields })
const structOf = (...fields: Field[]): Field['type'] => ({ type: 'struct', fields })
const listOf = (id: number, element: Field['type']): Field['type'] => ({
  type: 'list',
  'element-id': id,
  element,
  'element-required': false,
})
const mapOf = (id: number, value: Field['type']): Field['type'] => ({
  type: 'map',
  'key-id': id,
  key: 'string',
  'value-id': id + 1,
  value,
  'value-required': false,
})

let files = 0
/** A file that rows of this SELECT make under `schema`, as a delivery writes it. */
async function fileOf(schema: Schema, select: string): Promise<string> {
  const directory = join(folder, String(++files))
  await mkdir(directory)
  await db.run(copySql({ schema, spec: { 'spec-id': 0, fields: [] }, source: `(SELECT ${select})`, directory }))
  return join(directory, 'data.parquet')
}

async function rowsOf(sql: string): Promise<unknown> {
  return (await db.runAndReadAll(sql)).getRowObjectsJson()
}

void test('INV-L7: a renamed column keeps its values, an added one is null before, a dropped one is gone, each in any order of files', async () => {
  const old = schemaWith(0, column(1, 'id', 'long'), column(2, 'city', 'string'), column(3, 'gone', 'int'))
  // The name of the dropped column is taken by another: its old values must not come back.
  const now = schemaWith(1, column(2, 'town', 'string'), column(1, 'id', 'long'), column(4, 'gone', 'string'))
  const paths = [
    await fileOf(old, `1 AS id, 'Ulm' AS city, 7 AS gone`),
    await fileOf(now, `'Bonn' AS town, 2 AS id, 'new' AS gone`),
  ]
  for (const ordered of [paths, paths.toReversed()]) {
    assert.deepEqual(await rowsOf(`SELECT * FROM (${scanSql(now, ordered, [old, now])}) ORDER BY id`), [
      { town: 'Ulm', id: '1', gone: null },
      { town: 'Bonn', id: '2', gone: 'new' },
    ])
  }
})

void test('widened types are cast, at every depth', async () => {
  const old = schemaWith(
    0,
    column(1, 'a', 'int'),
    column(2, 'b', 'float'),
    column(3, 'c', 'decimal(9, 2)'),
    column(4, 's', structOf(column(5, 'a', 'int'), column(6, 'l', listOf(7, 'float')))),
  )
  const now = schemaWith(
    1,
    column(1, 'a', 'long'),
    column(2, 'b', 'double'),
    column(3, 'c', 'decimal(20, 2)'),
    column(4, 's', structOf(column(5, 'a', 'long'), column(6, 'l', listOf(7, 'double')))),
  )
  const paths = [
    await fileOf(old, `2147483647 AS a, 0.5 AS b, -1.25 AS c, {'a': 3, 'l': [0.25]} AS s`),
    await fileOf(now, `4000000000 AS a, 0.1 AS b, 123456789012345678.25 AS c, {'a': 4000000000, 'l': [0.1]} AS s`),
  ]
  const read = await db.runAndReadAll(scanSql(now, paths, [old, now]))
  assert.deepEqual(read.columnTypes().map(String), [
    'BIGINT',
    'DOUBLE',
    'DECIMAL(20,2)',
    'STRUCT("a" BIGINT, "l" DOUBLE[])',
  ])
  assert.deepEqual(
    read.getRowObjectsJson().map((row) => row['s']),
    [
      { a: '3', l: [0.25] },
      { a: '4000000000', l: [0.1] },
    ],
  )
  assert.deepEqual(read.getColumnsJson()[2], ['-1.25', '123456789012345678.25'])
})

void test('fields added inside structs, lists and maps are null in older files', async () => {
  const inner = (...more: Field[]) => structOf(column(11, 'p', 'int'), ...more)
  const of = (id: number, ...more: Field[]) =>
    schemaWith(
      id,
      column(1, 's', inner(...more)),
      column(2, 'l', listOf(3, structOf(column(12, 'q', 'int'), ...more.map((one) => ({ ...one, id: one.id + 1 }))))),
      column(4, 'm', mapOf(5, structOf(column(13, 'r', 'int'), ...more.map((one) => ({ ...one, id: one.id + 2 }))))),
    )
  const [old, now] = [of(0), of(1, column(20, 'n', 'string'))]
  const path = await fileOf(old, `{'p': 1} AS s, [{'q': 2}, NULL] AS l, MAP {'k': {'r': 3}} AS m`)
  assert.deepEqual(await rowsOf(scanSql(now, [path], [old, now])), [
    { s: { p: 1, n: null }, l: [{ q: 2, n: null }, null], m: [{ key: 'k', value: { r: 3, n: null } }] },
  ])
})

void test('fields renamed inside structs, lists and maps keep their values; nulls stay nulls', async () => {
  const of = (id: number, name: string) =>
    schemaWith(
      id,
      column(1, 'n', 'int'),
      column(2, 's', structOf(column(3, name, structOf(column(4, `${name}${name}`, 'int'))), column(5, 'x', 'int'))),
      column(6, 'l', listOf(7, structOf(column(8, name, 'string')))),
      column(9, 'm', mapOf(10, structOf(column(12, name, listOf(13, structOf(column(14, name, 'int'))))))),
    )
  const history = [of(0, 'a'), of(1, 'b'), of(2, 'c')]
  const rows = (name: string, n: number) =>
    `${n} AS n, {'${name}': {'${name}${name}': ${n}}, 'x': ${n}} AS s, [{'${name}': 'v${n}'}, NULL] AS l,
     MAP {'k': {'${name}': [{'${name}': ${n}}]}} AS m`
  const paths = [
    await fileOf(history[2]!, rows('c', 3)),
    await fileOf(history[0]!, rows('a', 1)),
    await fileOf(history[1]!, rows('b', 2)),
    await fileOf(history[0]!, 'NULL AS n, NULL AS s, NULL AS l, NULL AS m'),
  ]
  const read = `SELECT * FROM (${scanSql(history[2]!, paths, history)}) ORDER BY n`
  assert.deepEqual(await rowsOf(read), [
    ...[1, 2, 3].map((n) => ({
      n,
      s: { c: { cc: n }, x: n },
      l: [{ c: `v${n}` }, null],
      m: [{ key: 'k', value: { c: [{ c: n }] } }],
    })),
    { n: null, s: null, l: null, m: null },
  ])
  assert.deepEqual(
    (await db.runAndReadAll(read)).columnTypes().map(String),
    (await db.runAndReadAll(scanSql(history[2]!, []))).columnTypes().map(String),
  )
})

void test('a struct of which every field was replaced is null in each field, not an error', async () => {
  const old = schemaWith(0, column(1, 's', structOf(column(2, 'a', listOf(3, 'int')))))
  const now = schemaWith(1, column(1, 's', structOf(column(4, 'b', 'int'))))
  const path = await fileOf(old, `{'a': [1]} AS s`)
  assert.deepEqual(await rowsOf(scanSql(now, [path], [old, now])), [{ s: { b: null } }])
})

void test('a field that differs only in case is the same name', async () => {
  const old = schemaWith(0, column(1, 's', structOf(column(2, 'City', 'string'))))
  const now = schemaWith(1, column(1, 's', structOf(column(2, 'city', 'string'))))
  assert.deepEqual(await rowsOf(scanSql(now, [await fileOf(old, `{'City': 'Ulm'} AS s`)], [old, now])), [
    { s: { city: 'Ulm' } },
  ])
})

void test('INV-L7: a name that two fields of a struct had one after the other is told by the ids in each file, at every depth', async () => {
  const inside = (a: number, b: number) => structOf(column(a, 'a', 'int'), column(b, 'b', 'int'))
  const all = (id: number, type: IcebergType, list: IcebergType, map: IcebergType) =>
    schemaWith(id, column(1, 's', type), column(20, 'l', listOf(21, list)), column(30, 'm', mapOf(31, map)))
  const old = all(0, inside(2, 3), inside(22, 23), inside(33, 34))
  const swapped = all(1, inside(3, 2), inside(23, 22), inside(34, 33))
  const reused = all(2, inside(4, 3), inside(24, 23), inside(35, 34))
  const values = (a: number, b: number) =>
    `{'a': ${a}, 'b': ${b}} AS s, [{'a': ${a}, 'b': ${b}}] AS l, MAP {'k': {'a': ${a}, 'b': ${b}}} AS m`
  const paths = [
    await fileOf(old, values(1, 2)),
    await fileOf(swapped, values(3, 4)),
    await fileOf(reused, values(5, 6)),
  ]
  const rowOf = (a: number | null, b: number | null) => ({
    s: { a, b },
    l: [{ a, b }],
    m: [{ key: 'k', value: { a, b } }],
  })
  const read = (now: Schema, ...from: string[]) => rowsOf(scanSql(now, from, [old, swapped, reused]))
  assert.deepEqual(await read(swapped, paths[0]!, paths[1]!), [rowOf(2, 1), rowOf(3, 4)])
  assert.deepEqual(await read(reused, paths[2]!, paths[0]!), [rowOf(5, 6), rowOf(null, 2)])
  assert.deepEqual(await read(old, paths[1]!), [rowOf(4, 3)])
  const nothing = `NULL::STRUCT(a INT, b INT) AS s, [NULL]::STRUCT(a INT, b INT)[] AS l, NULL::MAP(VARCHAR, STRUCT(a INT, b INT)) AS m`
  assert.deepEqual(await read(swapped, await fileOf(old, nothing)), [{ s: null, l: [null], m: null }])
})

void test("older rows have a column's default, inside structs too", async () => {
  const old = schemaWith(0, column(1, 'id', 'int'))
  const now = schemaWith(
    1,
    column(1, 'id', 'int'),
    column(2, 'n', 'long', { 'initial-default': 7 }),
    column(3, 't', 'string', { 'initial-default': "o'clock" }),
    column(4, 'b', 'binary', { 'initial-default': '00ff' }),
    column(5, 'd', 'date', { 'initial-default': '2024-02-29' }),
    column(6, 'f', 'boolean', { 'initial-default': false }),
  )
  const path = await fileOf(old, '1 AS id')
  assert.deepEqual(await rowsOf(`SELECT * REPLACE (hex(b) AS b) FROM (${scanSql(now, [path])})`), [
    { id: 1, n: '7', t: "o'clock", b: '00FF', d: '2024-02-29', f: false },
  ])
  const nested = structOf(column(2, 'a', 'int', { 'initial-default': 1 }), column(3, 'b', 'string'))
  const before = schemaWith(
    0,
    column(1, 's', structOf(column(3, 'b', 'string'))),
    column(9, 'l', listOf(10, structOf(column(12, 'd', 'int')))),
  )
  const after = schemaWith(
    1,
    column(1, 's', nested),
    column(
      9,
      'l',
      listOf(10, structOf(column(11, 'c', 'date', { 'initial-default': '2024-02-29' }), column(12, 'd', 'int'))),
    ),
  )
  const files = [
    await fileOf(before, `{'b': 'x'} AS s, [{'d': 1}] AS l`),
    await fileOf(after, `{'a': NULL, 'b': 'y'} AS s, [{'c': NULL, 'd': 2}] AS l`),
    await fileOf(before, `NULL::STRUCT(b VARCHAR) AS s, NULL::STRUCT(d INT)[] AS l`),
  ]
  assert.deepEqual(await rowsOf(scanSql(after, files, [before, after])), [
    { s: { a: 1, b: 'x' }, l: [{ c: '2024-02-29', d: 1 }] },
    { s: null, l: null },
    { s: { a: null, b: 'y' }, l: [{ c: null, d: 2 }] },
  ])
})
