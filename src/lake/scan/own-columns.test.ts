import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { duckdbFieldIds } from '../types/duckdb-type.ts'
import { fieldsById, schemaOf } from '../types/schema.ts'
import { valueOfText } from '../types/single-value.ts'
import type { Schema } from '../types/type.ts'
import { liveRowsSql, placedRowsSql } from './live-rows.ts'
import { parseNameMapping } from './name-mapping.ts'
import type { FileColumn } from './parquet-columns.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'
import { readFooter } from './read-footer.ts'

const { folder, db } = await scratchDuckdb('own-columns')
await db.run(`SET TimeZone = 'UTC'`)

const pathOf = (location: string): string => join(folder, location)
let files = 0

/** A file of the rows of a query; without a schema it has no ids, as other systems write files. */
async function written(rows: string, schema?: Schema, more: Partial<ScannedFile> = {}): Promise<ScannedFile> {
  const location = `${files++}.parquet`
  const ids = schema === undefined ? '' : `, FIELD_IDS ${duckdbFieldIds(schema.fields)}`
  const { rowsChanged } = await db.run(`COPY (${rows}) TO '${pathOf(location)}' (FORMAT parquet${ids})`)
  const measured = { recordCount: rowsChanged, sizeBytes: statSync(pathOf(location)).size }
  const plain = { format: 'PARQUET', specId: 0, partition: [], ...measured }
  return { content: 'data', location, ...plain, sequenceNumber: 1, ...more }
}

async function rowsOf(schema: Schema, dataFiles: readonly ScannedFile[], more: Partial<Scan> = {}) {
  const sql = liveRowsSql(
    { snapshot: undefined, schema, dataFiles, deleteFiles: [], ...more },
    { schemas: [schema], pathOf },
  )
  return (await db.runAndReadAll(sql)).getRowObjectsJson()
}

const schema = schemaOf([
  { name: 'id', type: 'long' },
  { name: 'place', type: 'struct<city: string, at: struct<x: int>>' },
  { name: 'tags', type: 'list<struct<tag: string>>' },
  { name: 'counts', type: 'map<string, long>' },
])
const byPath = new Map([...fieldsById(schema.fields).values()].map(({ id, path }) => [path.join('.'), id]))
const mapped = (path: string, names: readonly string[], ...fields: readonly unknown[]) => {
  return { 'field-id': byPath.get(path), names, fields }
}
const mapping = parseNameMapping(
  JSON.stringify([
    mapped('id', ['number', 'id']),
    mapped(
      'place',
      ['location'],
      mapped('place.city', ['town']),
      mapped('place.at', ['at'], mapped('place.at.x', ['x'])),
    ),
    mapped('tags', ['tags'], mapped('tags.element', ['element'], mapped('tags.element.tag', ['t']))),
    mapped('counts', ['counts']),
  ]),
)

void test('columns of files without ids are found by the names that the table maps, at every depth; files with ids by those', async () => {
  const bare = await written(`SELECT 7 AS number, {'town': 'Ulm', 'at': {'x': 1::SMALLINT}, 'city': 'no'} AS location,
    [{'t': 'a'}, NULL] AS tags, MAP {'k': 5} AS counts`)
  const other = await written(`SELECT 8::BIGINT AS id, {'town': 'Bonn', 'at': NULL::STRUCT(x INT)} AS location`)
  const own = await written(
    `SELECT 9::BIGINT AS id, {'city': 'Rome', 'at': {'x': 2}} AS place, [{'tag': 'b'}] AS tags, MAP {'l': 6::BIGINT} AS counts`,
    schema,
  )
  assert.deepEqual(await rowsOf(schema, [bare, other, own], { mapping }), [
    { id: '7', place: { city: 'Ulm', at: { x: 1 } }, tags: [{ tag: 'a' }, null], counts: [{ key: 'k', value: '5' }] },
    { id: '8', place: { city: 'Bonn', at: null }, tags: null, counts: null },
    { id: '9', place: { city: 'Rome', at: { x: 2 } }, tags: [{ tag: 'b' }], counts: [{ key: 'l', value: '6' }] },
  ])
})

void test('INV-L7: a file without ids of which no column is mapped fails the query; a mapping that is none too', async () => {
  const bare = await written('SELECT 7 AS nobody')
  await assert.rejects(rowsOf(schema, [bare], { mapping }), {
    code: 'WEIR-4013',
    message: /has no field ids, and schema\.name-mapping\.default of its table names none of its columns: nobody/,
  })
  for (const text of ['{', '{}', '7']) assert.throws(() => parseNameMapping(text), { code: 'WEIR-4008' })
})

void test('rows of such files are deleted by position and by value, and have their places', async () => {
  const bare = await written('SELECT i::INT AS number FROM range(5) t(i)')
  const byValue = await written('SELECT 3::BIGINT AS id', schemaOf([{ name: 'id', type: 'long' }]), {
    content: 'equality-deletes',
    equalityIds: [1],
    sequenceNumber: 2,
  })
  const scan = { snapshot: undefined, schema, dataFiles: [bare], deleteFiles: [byValue], mapping }
  const sql = placedRowsSql(scan, { schemas: [schema], pathOf }, { file: 'f', position: 'p', rowId: 'n' })
  const read = await db.runAndReadAll(`SELECT id, f, p FROM (${sql}) ORDER BY id`)
  assert.deepEqual(
    read.getRows().map(([id, file, place]) => [Number(id), file, Number(place)]),
    [0, 1, 2, 4].map((id) => [id, pathOf(bare.location), id]),
  )
})

void test('a column that a file lacks has the value of its partition, of every type, before its default; null where that is null', async () => {
  const values: Readonly<Record<string, string>> = {
    boolean: 'true',
    int: '-7',
    long: '9007199254740993',
    float: '1.5',
    double: '-0.25',
    'decimal(9, 2)': '-0.05',
    date: '2024-02-29',
    time: '23:59:59.000001',
    timestamp: '1969-12-31 23:59:59.5',
    timestamptz: '2024-02-29 12:00:00+00',
    string: "o'clock",
    uuid: '00112233-4455-6677-8899-aabbccddeeff',
    binary: '00ff',
  }
  for (const [type, text] of Object.entries(values)) {
    const columns = schemaOf([
      { name: 'id', type: 'long' },
      { name: 'part', type },
    ])
    const [id, part] = columns.fields
    const specs = [
      { 'spec-id': 0, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'identity' }] },
    ]
    const file = (partition: PartitionValue) =>
      written('SELECT 1::BIGINT AS id', { ...columns, fields: [id!] }, { partition: [partition] })
    const found = await rowsOf(
      { ...columns, fields: [id!, part!] },
      [await file(valueOfText(part!.type as string, text)), await file(null)],
      { specs },
    )
    const withDefault = { ...part!, 'initial-default': type === 'int' ? 99 : null }
    const before = await rowsOf({ ...columns, fields: [id!, withDefault] }, [await file(null)], { specs })
    assert.deepEqual(before, [{ id: '1', part: null }], 'a null of the partition comes before the default')
    const cast = type === 'binary' ? `from_hex('${text}')` : `'${text.replace("'", "''")}'`
    const [expected] = (await db.runAndReadAll(`SELECT ${cast}::${sqlType(type)} AS part`)).getRowObjectsJson()
    assert.deepEqual(new Set(found.map((row) => row['part'])), new Set([expected!['part'], null]), type)
  }
})

function sqlType(type: string): string {
  return { long: 'BIGINT', string: 'VARCHAR', binary: 'BLOB' }[type] ?? type
}

void test('a file that has the column is read as ever, and no footer is read where its manifest says so', async () => {
  const columns = schemaOf([
    { name: 'id', type: 'long' },
    { name: 'part', type: 'int' },
  ])
  const specs = [{ 'spec-id': 0, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'identity' }] }]
  const file = await written('SELECT 1::BIGINT AS id, 5 AS part', columns, { partition: [5] })
  assert.deepEqual(await rowsOf(columns, [file], { specs }), [{ id: '1', part: 5 }])
  const told = { ...file, location: 'nowhere.parquet', columnSizes: new Map([[2, 1]]) }
  const sql = liveRowsSql(
    { snapshot: undefined, schema: columns, dataFiles: [told], deleteFiles: [], specs },
    { schemas: [columns], pathOf },
  )
  assert.match(sql, /schema = MAP/)
})

void test('the footer of a file tells its columns as DuckDB sees them; what is cut or damaged is an error with its name', async () => {
  const { location } = await written(
    `SELECT 7::BIGINT AS id, {'city': 'Ulm', 'at': {'x': 1}} AS place, [{'tag': 'a'}] AS tags, MAP {'k': 5::BIGINT} AS counts`,
    schema,
  )
  const seen = await db.runAndReadAll(`SELECT name, field_id FROM parquet_schema('${pathOf(location)}') OFFSET 1`)
  const flat = (columns: readonly FileColumn[]): unknown[] =>
    columns.flatMap(({ name, id, children }) => [[name, id ?? null], ...flat(children)])
  assert.deepEqual(
    flat(readFooter(pathOf(location)).columns),
    seen.getRows().map(([name, id]) => [name, id === null ? null : Number(id)]),
  )
  const whole = await readFile(pathOf(location))
  const footer = whole.readUInt32LE(whole.length - 8)
  for (const [at, bytes] of [
    whole.subarray(0, 3),
    whole.subarray(0, -4),
    Buffer.concat([whole.subarray(-footer - 4, -footer + 20), whole.subarray(-8)]),
  ].entries()) {
    const path = join(folder, `damaged-${at}.parquet`)
    await writeFile(path, bytes)
    assert.throws(() => readFooter(path), { code: 'WEIR-4008', message: new RegExp(`damaged-${at}`) })
  }
})

void test('a partition that is not the value itself says nothing of the column', async () => {
  const columns = schemaOf([
    { name: 'id', type: 'long' },
    { name: 'part', type: 'int' },
  ])
  const fields = [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'truncate[10]' }]
  const file = await written(
    'SELECT 1::BIGINT AS id',
    { ...columns, fields: [columns.fields[0]!] },
    { partition: [20] },
  )
  const more = { specs: [{ 'spec-id': 0, fields }], mapping: parseNameMapping('[]') }
  assert.deepEqual(await rowsOf(columns, [file], more), [{ id: '1', part: null }])
})

void test('rows are deleted by value where names inside a struct were those of other fields before', async () => {
  const inside = (a: number, b: number): Schema['fields'][number] => {
    const field = (id: number, name: string) => ({ id, name, required: false, type: 'int' })
    return { id: 2, name: 's', required: false, type: { type: 'struct', fields: [field(a, 'a'), field(b, 'b')] } }
  }
  const id = { id: 1, name: 'id', required: false, type: 'long' }
  const schemaWith = (schemaId: number, s: Schema['fields'][number]): Schema => ({
    type: 'struct',
    'schema-id': schemaId,
    fields: [id, s],
  })
  const [old, now] = [schemaWith(0, inside(3, 4)), schemaWith(1, inside(4, 3))]
  const dataFile = await written(`SELECT i AS id, {'a': i::INT, 'b': -i::INT} AS s FROM range(3) t(i)`, old)
  const byValue = await written(
    'SELECT 1::BIGINT AS id',
    { ...old, fields: [id] },
    {
      content: 'equality-deletes',
      equalityIds: [1],
      sequenceNumber: 2,
    },
  )
  const scan = { snapshot: undefined, schema: now, dataFiles: [dataFile], deleteFiles: [byValue] }
  const sql = liveRowsSql(scan, { schemas: [old, now], pathOf })
  assert.deepEqual((await db.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY id`)).getRowObjectsJson(), [
    { id: '0', s: { a: 0, b: 0 } },
    { id: '2', s: { a: -2, b: 2 } },
  ])
})

void test('rows beside the snapshot and files of other partition specs are of one scan, but where a file lacks what its partition tells', async () => {
  const columns = schemaOf([
    { name: 'id', type: 'long' },
    { name: 'part', type: 'int' },
  ])
  const specs = [
    { 'spec-id': 0, fields: [] },
    { 'spec-id': 1, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'part', transform: 'identity' }] },
  ]
  const whole = 'SELECT 1::BIGINT AS id, 1::INT AS part'
  const [segment, early, late] = [
    await written(whole, columns),
    await written(whole, columns),
    await written(whole, columns, { specId: 1, partition: [1] }),
  ]
  const without: Schema = { ...columns, fields: columns.fields.slice(0, 1) }
  const [bare, told] = [
    await written('SELECT 1::BIGINT AS id', without),
    await written('SELECT 1::BIGINT AS id', without, { specId: 1, partition: [2] }),
  ]
  const sqlOf = (dataFiles: readonly ScannedFile[]): string =>
    liveRowsSql(
      { snapshot: undefined, schema: columns, dataFiles, deleteFiles: [], specs },
      { schemas: [columns], pathOf, beside: [pathOf(segment.location)] },
    )
  const scans = (sql: string): number => sql.split('read_parquet(').length - 1
  assert.equal(scans(sqlOf([early, late])), 1)
  const all = sqlOf([early, late, bare, told])
  assert.equal(scans(all), 3)
  const read = await db.runAndReadAll(`SELECT part FROM (${all}) ORDER BY 1`)
  assert.deepEqual(read.getRows(), [[1], [1], [1], [2], [null]])
})

void test('columns keep their values whatever names they have exchanged, or share with what the query calls things', async () => {
  const before = schemaOf([
    { name: 'a', type: 'long' },
    { name: 'b', type: 'long' },
    { name: 'own', type: 'struct<b: int, own: int>' },
    { name: 'own_0', type: 'list<struct<b: int>>' },
    { name: 'c1', type: 'long' },
  ])
  const file = await written(
    `SELECT 1::BIGINT AS a, 2::BIGINT AS b, {'b': 3, 'own': 4} AS own, [{'b': 5}] AS own_0, 6::BIGINT AS c1`,
    before,
  )
  const exchanged = new Map([
    ['a', 'b'],
    ['b', 'c1'],
    ['c1', 'a'],
  ])
  const after: Schema = {
    ...before,
    fields: before.fields.map((field) => ({ ...field, name: exchanged.get(field.name) ?? field.name })),
  }
  const expected = { b: '1', c1: '2', own: { b: 3, own: 4 }, own_0: [{ b: 5 }], a: '6' }
  assert.deepEqual(await rowsOf(after, [file]), [expected])
})

void test('rows that are only counted pass through one projection', async () => {
  const narrow = schemaOf([{ name: 'id', type: 'int' }])
  const wide: Schema = { ...narrow, fields: narrow.fields.map((field) => ({ ...field, name: 'n', type: 'long' })) }
  const dataFiles = [await written('SELECT 1::INT AS id', narrow), await written('SELECT 2::INT AS id', narrow)]
  const sql = liveRowsSql(
    { snapshot: undefined, schema: wide, dataFiles, deleteFiles: [] },
    { schemas: [narrow, wide], pathOf },
  )
  const plan = String((await db.runAndReadAll(`EXPLAIN SELECT count(*) FROM (${sql})`)).getRows())
  assert.equal(plan.split('│         PROJECTION        │').length - 1, 1, plan)
})

void test('of files of several layouts no column is read where rows are only counted, whatever columns are called', async () => {
  const all = schemaOf(['weir_row', 'id', 'WEIR_ROW_'].map((name) => ({ name, type: 'long' })))
  const without = { ...all, fields: all.fields.slice(0, 2) }
  const dataFiles = [
    await written('SELECT i AS weir_row, i AS id, i AS "WEIR_ROW_" FROM range(3) t(i)', all),
    await written('SELECT i AS weir_row, i AS id FROM range(3, 5) t(i)', without),
  ]
  // Found by its ids.
  const beside = join(folder, `${files++}.parquet`)
  await db.run(
    `COPY (SELECT 5::BIGINT AS a, 5::BIGINT AS file_row_number) TO '${beside}' (FORMAT parquet, FIELD_IDS {a: 1, file_row_number: 2})`,
  )
  const sql = liveRowsSql(
    { snapshot: undefined, schema: all, dataFiles, deleteFiles: [] },
    { schemas: [all], pathOf, beside: [beside] },
  )
  assert.match(sql, /schema = MAP/)
  const rows = [0, 1, 2, 3, 4, 5].map((i) => ({
    weir_row: String(i),
    id: String(i),
    WEIR_ROW_: i < 3 ? String(i) : null,
  }))
  assert.deepEqual((await db.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY id`)).getRowObjectsJson(), rows)
  const planOf = async (what: string) =>
    String((await db.runAndReadAll(`EXPLAIN SELECT ${what} FROM (${sql})`)).getRows())
  assert.match(await planOf('max(id)'), /Projections/)
  assert.doesNotMatch(await planOf('count(*)'), /Projections/)
})
