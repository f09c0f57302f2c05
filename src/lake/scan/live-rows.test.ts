import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import { schemaOf } from '../types/schema.ts'
import { applicableDeletes } from './applicable-deletes.ts'
import { deletedPathId, deletedPositionId } from './deleted-fields.ts'
import { liveRowsSql } from './live-rows.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'

const { folder, db } = await scratchDuckdb('deletes')

// Names that DuckDB itself gives to what it knows of a row.
const schema = schemaOf([
  { name: 'id', type: 'long' },
  { name: 'weir_file', type: 'string' },
  { name: 'filename', type: 'struct<c1: int>' },
])
const pathOf = (location: string): string => location.replace('s3://lake/', `${folder}/`)

function fileOf(name: string, sequenceNumber: number, more: Partial<ScannedFile> = {}): ScannedFile {
  const location = `s3://lake/${name}.parquet`
  const plain = { format: 'PARQUET', specId: 0, partition: [], recordCount: 0, sizeBytes: 0 }
  return { content: 'data', location, ...plain, sequenceNumber, ...more }
}

/** Rows `from` to `to`, each in its place in the file. */
async function dataFile(name: string, sequence: number, from: number, to: number, partition: number[] = []) {
  const file = fileOf(name, sequence, { partition })
  const { rowsChanged } =
    await db.run(`COPY (SELECT i AS id, 'row ' || i AS weir_file, {'c1': i::INT} AS filename FROM range(${from}, ${to}) t(i))
    TO '${pathOf(file.location)}' (FORMAT parquet, FIELD_IDS {id: 1, weir_file: 2, filename: {__duckdb_field_id: 3, c1: 4}})`)
  return { ...file, recordCount: rowsChanged, sizeBytes: statSync(pathOf(file.location)).size }
}

async function deleteFile(
  name: string,
  sequence: number,
  deleted: readonly (readonly [file: ScannedFile, position: number])[],
  more: Partial<ScannedFile> = {},
): Promise<ScannedFile> {
  const file = fileOf(name, sequence, { content: 'position-deletes', ...more })
  const rows = deleted.map(([{ location }, position]) => `('${location}', ${position}::BIGINT)`).join(', ')
  await db.run(`COPY (SELECT * FROM (VALUES ${rows}) t(file_path, pos)) TO '${pathOf(file.location)}'
    (FORMAT parquet, FIELD_IDS {file_path: ${deletedPathId}, pos: ${deletedPositionId}})`)
  return file
}

function scanOf(dataFiles: readonly ScannedFile[], deleteFiles: readonly ScannedFile[]): Scan {
  return { snapshot: undefined, schema, dataFiles, deleteFiles }
}

async function idsOf(scan: Scan): Promise<readonly number[]> {
  const sql = liveRowsSql(scan, { schemas: [schema], pathOf })
  const read = await db.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY id`)
  return read.getRowObjectsJson().map((row) => {
    const id = Number(row['id'])
    assert.deepEqual(row, { id: String(id), weir_file: `row ${id}`, filename: { c1: id } })
    return id
  })
}

void test('rows that position deletes name are gone, by whatever number of delete files, and no others', async () => {
  const [one, two, three] = [
    await dataFile('one', 1, 0, 10),
    await dataFile('two', 1, 10, 20),
    await dataFile('three', 2, 20, 23),
  ]
  const deletes = [
    await deleteFile('d1', 3, [
      [one, 0],
      [one, 9],
      [two, 5],
    ]),
    await deleteFile('d2', 4, [
      [two, 5],
      [two, 6],
    ]),
  ]
  assert.deepEqual(await idsOf(scanOf([one, two, three], deletes)), [
    ...[1, 2, 3, 4, 5, 6, 7, 8],
    ...[10, 11, 12, 13, 14, 17, 18, 19],
    ...[20, 21, 22],
  ])
  assert.equal((await idsOf(scanOf([one, two, three], []))).length, 23)
  assert.deepEqual(await idsOf(scanOf([], deletes)), [])
})

void test('a delete is for files written with it or before it, and of its partition', async () => {
  const [old, same, young] = [
    await dataFile('old', 1, 0, 3, [1]),
    await dataFile('same', 2, 10, 13, [1]),
    await dataFile('young', 3, 20, 23, [1]),
  ]
  const other = await dataFile('other', 1, 30, 33, [2])
  const named = [old, same, young, other].map((file) => [file, 1] as const)
  const deletes = await deleteFile('d3', 2, named, { partition: [1] })
  const scan = scanOf([old, same, young, other], [deletes])
  assert.deepEqual(await idsOf(scan), [0, 2, 10, 12, 20, 21, 22, 30, 31, 32])
  assert.deepEqual(
    applicableDeletes(scan).map((one) => one.deletes.length),
    [1, 1, 0, 0],
  )
})

void test('a file that no delete can name by its bounds or its reference is read as ever', async () => {
  const [one, two, three] = [fileOf('a', 1), fileOf('b', 1), fileOf('c', 1)]
  const bound = (file: ScannedFile) => new Map([[deletedPathId, Buffer.from(file.location)]])
  const bounded = fileOf('x', 2, { content: 'position-deletes', lowerBounds: bound(two), upperBounds: bound(two) })
  const refers = fileOf('y', 2, { content: 'position-deletes', referencedDataFile: three.location })
  assert.deepEqual(
    applicableDeletes(scanOf([one, two, three], [bounded, refers])).map(({ deletes }) => deletes),
    [[], [bounded], [refers]],
  )
})

void test('deletes of another kind are refused, and nothing is read without them', () => {
  const refused: readonly (readonly [Partial<ScannedFile>, RegExp])[] = [
    [{ content: 'equality-deletes', equalityIds: [1], format: 'AVRO' }, /holds deletes as AVRO/],
    [{ content: 'position-deletes', format: 'PUFFIN' }, /holds deletes as PUFFIN/],
    [{ content: 'position-deletes', format: 'AVRO' }, /holds deletes as AVRO/],
  ]
  for (const [more, message] of refused)
    assert.throws(() => liveRowsSql(scanOf([fileOf('a', 1)], [fileOf('x', 2, more)]), { schemas: [schema], pathOf }), {
      code: 'WEIR-4014',
      message,
    })
})
