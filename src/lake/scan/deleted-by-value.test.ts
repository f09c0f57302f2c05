import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import { schemaOf } from '../types/schema.ts'
import { duckdbFieldIds } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { applicableDeletes } from './applicable-deletes.ts'
import { liveRowsSql } from './live-rows.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'

const { folder, db } = await scratchDuckdb('by-value')

const schema = schemaOf([
  { name: 'id', type: 'long' },
  { name: 'city', type: 'string' },
  { name: 'place', type: 'struct<x: int, y: int>' },
])
const pathOf = (location: string): string => location.replace('s3://lake/', `${folder}/`)
let files = 0

/** A file of these rows, under a schema that may be an older one of the table. */
async function written(
  sequenceNumber: number,
  rows: string,
  more: Partial<ScannedFile> = {},
  under: readonly Field[] = schema.fields,
): Promise<ScannedFile> {
  const location = `s3://lake/${files++}.parquet`
  const ids = `FIELD_IDS ${duckdbFieldIds(under)}`
  const { rowsChanged } = await db.run(`COPY (${rows}) TO '${pathOf(location)}' (FORMAT parquet, ${ids})`)
  const measured = { recordCount: rowsChanged, sizeBytes: statSync(pathOf(location)).size }
  const plain = { format: 'PARQUET', specId: 0, partition: [], ...measured }
  return { content: 'data', location, ...plain, sequenceNumber, ...more }
}

/** Deletes of rows with these values of the columns; of one inside a struct the file has that struct with nothing else in it. */
function deletes(
  sequenceNumber: number,
  rows: string,
  equalityIds: readonly number[],
  more: Partial<ScannedFile> = {},
  fields: readonly Field[] = schema.fields.filter(({ id }) => equalityIds.includes(id)),
): Promise<ScannedFile> {
  return written(sequenceNumber, rows, { content: 'equality-deletes', equalityIds, ...more }, fields)
}

const people = `SELECT * FROM (VALUES
  (1::BIGINT, 'Oslo', {'x': 1, 'y': 2}), (2, 'Rome', {'x': 1, 'y': NULL}), (3, NULL, NULL), (NULL, 'Bonn', {'x': NULL, 'y': 3}))
  AS t(id, city, place)`

async function left(dataFiles: readonly ScannedFile[], deleteFiles: readonly ScannedFile[], more: Partial<Scan> = {}) {
  const scan = { snapshot: undefined, schema, dataFiles, deleteFiles, ...more }
  const sql = liveRowsSql(scan, { schemas: [schema], pathOf })
  const read = await db.runAndReadAll(`SELECT coalesce(id::VARCHAR, '-') FROM (${sql}) ORDER BY ALL`)
  return read.getRows().map(([id]) => String(id))
}

void test('rows go whose column has a value that is deleted, null among them, and no others', async () => {
  const data = await written(1, people)
  assert.deepEqual(await left([data], [await deletes(2, 'SELECT unnest([1, 9])::BIGINT AS id', [1])]), ['-', '2', '3'])
  assert.deepEqual(await left([data], [await deletes(2, 'SELECT NULL::BIGINT AS id', [1])]), ['1', '2', '3'])
  assert.deepEqual(await left([data], [await deletes(2, 'SELECT NULL::VARCHAR AS city', [2])]), ['-', '1', '2'])
})

void test('of several columns all have to be equal, in whatever order their ids are given', async () => {
  const data = await written(1, people)
  const rows = `SELECT * FROM (VALUES (1::BIGINT, 'Rome'), (2, 'Rome'), (3, NULL), (NULL, 'Oslo')) AS t(id, city)`
  for (const ids of [
    [1, 2],
    [2, 1],
  ])
    assert.deepEqual(await left([data], [await deletes(2, rows, ids)]), ['-', '1'])
})

void test('a delete is for files of before it only, so that a row may come again with it', async () => {
  const [old, same, young] = [await written(1, people), await written(2, people), await written(3, people)]
  const deleted = [await deletes(2, 'SELECT 1::BIGINT AS id', [1])]
  assert.deepEqual(await left([old], deleted), ['-', '2', '3'])
  assert.deepEqual(await left([same], deleted), ['-', '1', '2', '3'])
  assert.deepEqual(await left([young], deleted), ['-', '1', '2', '3'])
  const again = [...deleted, await deletes(3, 'SELECT 1::BIGINT AS id', [1])]
  assert.deepEqual(await left([old, same, young], again), ['-', '-', '-', '1', '2', '2', '2', '3', '3', '3'])
  // The file in the middle is touched by the younger deletes, and not by those that came with it.
  const other = [...deleted, await deletes(3, 'SELECT 2::BIGINT AS id', [1])]
  assert.deepEqual(await left([old, same], other), ['-', '-', '1', '3', '3'])
})

void test('a delete is for files of its partition, one of an unpartitioned spec for all', async () => {
  const specs = [
    { 'spec-id': 0, fields: [] },
    { 'spec-id': 1, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'city', transform: 'identity' }] },
    { 'spec-id': 2, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'city', transform: 'void' }] },
  ]
  const of = (specId: number, ...partition: (string | null)[]) => ({ specId, partition })
  const one = (id: number) => `SELECT ${id}::BIGINT AS id, 'x' AS city, NULL::STRUCT(x INT, y INT) AS place`
  const data = [
    await written(1, one(1), of(1, 'a')),
    await written(1, one(2), of(1, 'b')),
    await written(1, one(3), of(1, null)),
    await written(1, one(4), of(0)),
  ]
  const all = 'SELECT unnest([1, 2, 3, 4])::BIGINT AS id'
  const leftBy = async (more: Partial<ScannedFile>) => left(data, [await deletes(2, all, [1], more)], { specs })
  assert.deepEqual(await leftBy(of(1, 'a')), ['2', '3', '4'])
  assert.deepEqual(await leftBy(of(1, null)), ['1', '2', '4'])
  assert.deepEqual(await leftBy(of(0)), [])
  assert.deepEqual(await leftBy(of(2, null)), [])
  // Two partitions in one statement, each with its own values.
  const both = [
    await deletes(2, 'SELECT unnest([2, 3])::BIGINT AS id', [1], of(1, 'a')),
    await deletes(2, 'SELECT 1::BIGINT AS id', [1], of(1, 'b')),
    await deletes(2, 'SELECT 4::BIGINT AS id', [1], of(0)),
  ]
  assert.deepEqual(await left(data, both, { specs }), ['1', '2', '3'])
  assert.deepEqual(await left(data, both.slice(0, 1)), ['1', '2', '3', '4'])
})

void test('positions and values, of one column and of others, are applied together', async () => {
  const [one, two] = [await written(1, people), await written(2, people)]
  const deleteFiles = [await deletes(2, 'SELECT 1::BIGINT AS id', [1]), await deletes(3, `SELECT 'Bonn' AS city`, [2])]
  assert.deepEqual(await left([one, two], deleteFiles), ['1', '2', '2', '3', '3'])
  assert.deepEqual(
    applicableDeletes({ snapshot: undefined, schema, dataFiles: [one, two], deleteFiles }).map(
      ({ byValue }) => byValue.length,
    ),
    [2, 1],
  )
})

void test('columns are those of the ids, whatever they are called and however wide they are by now', async () => {
  const [id, city, place] = schema.fields
  const older: Schema = { ...schema, 'schema-id': 1, fields: [{ ...id!, name: 'number', type: 'int' }, city!, place!] }
  const rows = people.replace('1::BIGINT', '1::INT').replace('t(id,', 't(number,')
  const data = await written(1, rows, {}, older.fields)
  const byOld = await deletes(2, 'SELECT 1::INT AS number', [1], {}, [older.fields[0]!])
  const byNew = await deletes(2, 'SELECT 2::BIGINT AS id', [1])
  const sql = (schemas: readonly Schema[], now: Schema, deleteFiles: readonly ScannedFile[]) =>
    liveRowsSql({ snapshot: undefined, schema: now, dataFiles: [data], deleteFiles }, { schemas, pathOf })
  const found = await db.runAndReadAll(sql([older, schema], schema, [byOld, byNew]))
  assert.equal(found.currentRowCount, 2)
  // Deletes by a column that has been dropped since are still of its values.
  const dropped: Schema = { ...schema, 'schema-id': 2, fields: [city!, place!] }
  const without = await db.runAndReadAll(sql([older, schema, dropped], dropped, [byOld, byNew]))
  assert.deepEqual(new Set(without.getRowObjectsJson().map((row) => row['city'])), new Set(['Bonn', null]))
  assert.throws(() => sql([dropped], dropped, [byOld]), { code: 'WEIR-4014', message: /by the values of field 1/ })
})

void test('a column that files of before do not have is null in them, or what its default says', async () => {
  const added: Field = { id: 9, name: 'kind', required: false, type: 'string' }
  const data = await written(1, people)
  const byKind = (rows: string) => deletes(2, rows, [9], {}, [added])
  const leftOf = async (field: Field, deleteFile: ScannedFile) => {
    const now = { ...schema, fields: [...schema.fields, field] }
    const scan = { snapshot: undefined, schema: now, dataFiles: [data], deleteFiles: [deleteFile] }
    return (await db.runAndReadAll(liveRowsSql(scan, { schemas: [now], pathOf }))).currentRowCount
  }
  const [byNull, byNew] = [await byKind('SELECT NULL::VARCHAR AS kind'), await byKind(`SELECT 'new' AS kind`)]
  assert.deepEqual([await leftOf(added, byNull), await leftOf(added, byNew)], [0, 4])
  const withDefault = { ...added, 'initial-default': 'new' }
  assert.deepEqual([await leftOf(withDefault, byNull), await leftOf(withDefault, byNew)], [4, 0])
})

void test('a field inside a struct is compared by itself', async () => {
  const data = await written(1, people)
  const [x] = (schema.fields[2]!.type as { readonly fields: readonly Field[] }).fields
  const place = { ...schema.fields[2]!, type: { type: 'struct', fields: [x!] } } as const
  const byX = (value: string) => deletes(2, `SELECT {'x': ${value}::INT} AS place`, [x!.id], {}, [place])
  assert.deepEqual(await left([data], [await byX('1')]), ['-', '3'])
  assert.deepEqual(await left([data], [await byX('NULL')]), ['1', '2'])
})
