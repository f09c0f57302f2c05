import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { encodeAvroFile } from '../manifest/avro-file.ts'
import type { AvroSchema } from '../manifest/avro-reader.ts'
import { duckdbType } from '../types/duckdb-type.ts'
import { applicableDeletes } from './applicable-deletes.ts'
import { avroValuesMax, readAvroDeletes } from './avro-deletes.ts'
import { liveRowsSql } from './live-rows.ts'
import { partitionLiteral } from './partition-literal.ts'

const plain = { location: 's3://lake/d.avro', format: 'AVRO', specId: 0, partition: [], sizeBytes: 0 } as const
const byValue = { ...plain, content: 'equality-deletes', equalityIds: [1] } as const
const optional = (type: AvroSchema): AvroSchema => ['null', type]
const fixed = (size: number): AvroSchema => ({ type: 'fixed', name: `fixed_${size}`, size })

/** Type of the column, that of Avro (specification, appendix A), a value as Avro holds it, and the same in SQL. */
const values: readonly (readonly [type: string, avro: AvroSchema, value: unknown, sql: string])[] = [
  ['boolean', 'boolean', true, 'true'],
  ['int', 'int', -5, '-5'],
  ['long', 'int', 7, '7'],
  ['long', 'long', 2n ** 62n, '4611686018427387904'],
  ['float', 'float', 0.10000000149011612, "'0.1'"],
  ['double', 'double', -2.5e300, "'-2.5e300'"],
  ['double', 'double', Number.NaN, "'nan'"],
  [
    'decimal(9,2)',
    { ...(fixed(4) as object), logicalType: 'decimal', precision: 9, scale: 2 },
    Buffer.from('ffffff85', 'hex'),
    '-1.23',
  ],
  ['date', { type: 'int', logicalType: 'date' }, -1, "'1969-12-31'"],
  ['time', { type: 'long', logicalType: 'time-micros' }, 3_661_000_001, "'01:01:01.000001'"],
  [
    'timestamp',
    { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': false },
    1_709_164_800_000_000,
    "'2024-02-29 00:00:00'",
  ],
  [
    'timestamptz',
    { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': true },
    -1,
    "'1969-12-31 23:59:59.999999+00'",
  ],
  ['string', 'string', `it's é`, `'it''s é'`],
  [
    'uuid',
    { ...(fixed(16) as object), logicalType: 'uuid' },
    Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
    "'00112233-4455-6677-8899-aabbccddeeff'",
  ],
  ['binary', 'bytes', Buffer.from('00ff', 'hex'), `'\\x00\\xFF'`],
]

function avroFile(field: AvroSchema, rows: readonly unknown[], id = 1): Buffer {
  const fields = [{ name: 'k', type: optional(field), 'field-id': id, default: null }]
  return encodeAvroFile(
    { type: 'record', name: 'table', fields },
    {},
    rows.map((k) => ({ k })),
  )
}

void test('a value of each type deletes the same value of the column, and null is null', async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await db.run(`SET TimeZone = 'UTC'`)
  for (const [type, avro, value, sql] of values) {
    const read = readAvroDeletes({ ...byValue, recordCount: 2 }, avroFile(avro, [value, null]))
    const [[one], [none]] = read.values as [[never], [null]]
    const equal = `${partitionLiteral(type, one)} IS NOT DISTINCT FROM CAST(${sql} AS ${duckdbType(type)})`
    const found = await db.runAndReadAll(`SELECT ${equal}, ${partitionLiteral(type, none)} IS NULL`)
    assert.deepEqual(found.getRows(), [[true, true]], `${type} ${sql}`)
  }
})

void test('a field in a struct is found by its id', () => {
  const inner = { type: 'record', name: 'place', fields: [{ name: 'x', type: optional('int'), 'field-id': 1 }] }
  const outer = { type: 'record', name: 't', fields: [{ name: 'place', type: optional(inner), 'field-id': 9 }] }
  const bytes = encodeAvroFile(outer, {}, [{ place: { x: 3 } }, { place: null }])
  assert.deepEqual(readAvroDeletes({ ...byValue, recordCount: 2 }, bytes).values, [[3], [null]])
})

void test('what is not as the manifest says, and what is more than a statement takes, is an error that names the file', () => {
  const bytes = avroFile('int', [1, 2])
  const read = (more: object) => () => readAvroDeletes({ ...byValue, recordCount: 2, ...more }, bytes)
  assert.throws(read({ recordCount: 3 }), /s3:\/\/lake\/d\.avro .* it has 2 rows, the manifest 3/)
  assert.throws(read({ equalityIds: [4] }), /s3:\/\/lake\/d\.avro .* it has no field 4/)
  assert.throws(read({ recordCount: avroValuesMax + 1 }), { code: 'WEIR-4014', message: /s3:\/\/lake\/d\.avro/ })
  assert.throws(() => readAvroDeletes({ ...byValue, recordCount: 2 }, Buffer.from('PAR1')), { code: 'WEIR-4008' })
})

void test('deletes and rows in ORC are refused with the name of the file', () => {
  const data = { ...plain, content: 'data', location: 's3://lake/rows.orc', recordCount: 1, sequenceNumber: 1 } as const
  const scan = (deletes: string, rows: string) => ({
    snapshot: undefined,
    schema: { type: 'struct', 'schema-id': 0, fields: [] } as const,
    dataFiles: [{ ...data, format: rows }],
    deleteFiles: [{ ...byValue, location: 's3://lake/d.orc', format: deletes, recordCount: 1, sequenceNumber: 2 }],
  })
  const orc = { code: 'WEIR-4014', message: /s3:\/\/lake\/d\.orc holds deletes as ORC/ }
  assert.throws(() => applicableDeletes(scan('ORC', 'PARQUET')), orc)
  const refused = { code: 'WEIR-4013', message: /s3:\/\/lake\/rows\.orc holds rows as ORC.*rewrite_data_files/ }
  assert.throws(() => liveRowsSql(scan('PARQUET', 'ORC'), { schemas: [], pathOf: (path) => path }), refused)
})
