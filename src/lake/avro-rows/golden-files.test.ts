import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import { fileRowsSql, namedItems } from '../scan/file-rows.ts'
import type { ScannedFile } from '../scan/plan-scan.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { convertRows } from './convert-rows.ts'

const fieldOf = (id: number, name: string, type: IcebergType): Field => ({ id, name, type, required: false })
const codes = { type: 'list', 'element-id': 13, element: 'int', 'element-required': false } as const
const place = { type: 'struct', fields: [fieldOf(11, 'city', 'string'), fieldOf(12, 'codes', codes)] } as const
const mapOf = (keyId: number, key: string, value: string): IcebergType => ({
  type: 'map',
  'key-id': keyId,
  key,
  'value-id': keyId + 1,
  value,
  'value-required': false,
})
const schema: Schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    fieldOf(1, 'id', 'long'),
    fieldOf(2, 'price', 'decimal(9,2)'),
    fieldOf(3, 'wide', 'decimal(38,10)'),
    fieldOf(4, 'day', 'date'),
    fieldOf(5, 'clock', 'time'),
    fieldOf(6, 'moment', 'timestamptz'),
    fieldOf(7, 'local', 'timestamp'),
    fieldOf(8, 'key', 'uuid'),
    fieldOf(9, 'data', 'binary'),
    fieldOf(10, 'place', place),
    fieldOf(14, 'counts', mapOf(15, 'string', 'long')),
    fieldOf(17, 'names', mapOf(18, 'int', 'string')),
    fieldOf(20, 'ratio', 'double'),
    fieldOf(21, 'single', 'float'),
    fieldOf(22, 'flag', 'boolean'),
  ],
}

/** The rows of each file, as DuckDB prints their values. */
const rows = [
  ['-7', '0.00', '1234567890123456789012345678.0123456789', '1969-12-30', '23:59:59.999999', '1969-12-31 23:59:59.999999+00', '2024-02-29 12:00:00', '00112233-4455-6677-8899-aabbccddee00', String.raw`\x00\xFF\x00`, "{'city': Zürich 😀, 'codes': [0, NULL, 0]}", '{a=0, b=NULL}', '{0=n0, 1=NULL}', '0.0', '-0.0', 'true'],
  ['1', ...Array.from({ length: 14 }, () => null)],
  ['1999999999999993', '-0.10', '1234567890123456789012345678.0123456789', '1970-01-01', '23:59:59.999997', '1970-01-02 23:59:59.999999+00', '2024-02-29 12:00:00.000002', '00112233-4455-6677-8899-aabbccddee02', String.raw`\x00\xFF\x02`, "{'city': Zürich 😀, 'codes': [2, NULL, -2]}", '{a=2, b=NULL}', '{-2=n2, 3=NULL}', 'nan', '-5.0', 'true'],
  ['2999999999999993', '-0.15', '-1234567890123456789012345678.0123456789', '1970-01-02', '23:59:59.999996', '1970-01-03 23:59:59.999999+00', '2024-02-29 12:00:00.000003', '00112233-4455-6677-8899-aabbccddee03', String.raw`\x00\xFF\x03`, "{'city': Zürich 😀, 'codes': [3, NULL, -3]}", '{a=3, b=NULL}', '{-3=n3, 4=NULL}', '0.30000000000000004', '-7.5', 'false'],
] // prettier-ignore

const files = [
  'fastavro-deflate',
  'fastavro-snappy',
  'iceberg-gzip',
  'iceberg-snappy',
  'iceberg-uncompressed',
  'iceberg-zstd',
]

for (const name of files)
  void test(`${name}: a file that fastavro 1.13 or Apache Iceberg 1.11 wrote has its rows`, async () => {
    const { folder, db } = await scratchDuckdb(`golden-${name}`)
    await db.run(`SET TimeZone = 'UTC'`)
    const source = fileURLToPath(new URL(`fixtures/${name}.avro`, import.meta.url))
    const path = join(folder, 'rows.parquet')
    const { size } = await stat(source)
    await convertRows(source, path, { location: `file://${source}`, sizeBytes: size, recordCount: rows.length })
    const file = { content: 'data', format: 'AVRO', specId: 0, partition: [] } as unknown as ScannedFile
    const sql = `SELECT ${namedItems(schema)} FROM (${fileRowsSql([{ path, file }], { schema, schemas: [schema] })})`
    const texts = schema.fields.map(({ name }) => `CAST("${name}" AS VARCHAR)`)
    assert.deepEqual((await db.runAndReadAll(`SELECT ${texts.join(', ')} FROM (${sql})`)).getRows(), rows)
  })
