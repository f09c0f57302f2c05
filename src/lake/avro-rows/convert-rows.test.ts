import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { chosenSeed } from '../../../test/fault/chosen-seed.ts'
import { avroCodecs, avroContainer, avroSchemaOf } from '../../../test/support/avro-container.ts'
import { randomFields, randomValue } from '../../../test/support/random-rows.ts'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import { type Random, seededRandom } from '../../../test/support/seeded-random.ts'
import type { AvroSchema } from '../manifest/avro-reader.ts'
import { fileRowsSql, namedItems } from '../scan/file-rows.ts'
import { readFooter } from '../scan/read-footer.ts'
import { parseNameMapping } from '../scan/name-mapping.ts'
import type { ScannedFile } from '../scan/plan-scan.ts'
import { duckdbFieldIds } from '../types/duckdb-type.ts'
import { highestId } from '../types/schema.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { convertRows } from './convert-rows.ts'

const { folder, db } = await scratchDuckdb('avro-rows')
await db.run(`SET TimeZone = 'America/New_York'`)
let made = 0

/** The copy in Parquet of an Avro file of these bytes. */
async function converted(bytes: Buffer, recordCount: number): Promise<string> {
  const path = join(folder, `${made++}.avro`)
  await writeFile(path, bytes)
  const location = `file://${path}`
  await convertRows(path, `${path}.parquet`, { location, sizeBytes: bytes.length, recordCount })
  return `${path}.parquet`
}

interface Read {
  readonly path: string
  readonly format: 'AVRO' | 'PARQUET'
}

async function rowsOf({ path, format }: Read, schema: Schema, more: object = {}): Promise<readonly string[]> {
  const { rows: recordCount, sizeBytes } = readFooter(path)
  const plain = { content: 'data', format, specId: 0, partition: [], recordCount, sizeBytes }
  const file = plain as unknown as ScannedFile
  const sql = fileRowsSql([{ path, file }], { schema, schemas: [schema], isNumbered: true, ...more })
  const read = await db.runAndReadAll(
    `SELECT ${namedItems(schema)}, file_row_number FROM (${sql}) ORDER BY file_row_number`,
  )
  return read.getRowsJson().map((row) => JSON.stringify(row))
}

const schemaWith = (fields: readonly Field[]): Schema => ({ type: 'struct', 'schema-id': 0, fields })

/** What a table may have become since its files were written: other names and places, fields gone and come, wider types. */
function evolved(random: Random, fields: readonly Field[], nextId: () => number): readonly Field[] {
  const kept = fields.filter((_, at) => at === 0 || random.chance(0.8))
  const changed = kept.map((field) => ({
    ...field,
    name: random.chance(0.3) ? `renamed_${field.id}` : field.name,
    type: widened(random, field.type, nextId),
  }))
  const added = {
    id: nextId(),
    name: 'added',
    required: false,
    type: 'int',
    'initial-default': random.oneOf([null, 7]),
  }
  const all = random.chance(0.5) ? [...changed, added] : changed
  return random.chance(0.5) ? all.toReversed() : all
}

function widened(random: Random, type: IcebergType, nextId: () => number): IcebergType {
  if (typeof type === 'string') {
    const wider: Readonly<Record<string, string>> = { int: 'long', float: 'double', 'decimal(9,2)': 'decimal(20,2)' }
    return random.chance(0.5) ? (wider[type] ?? type) : type
  }
  if (type.type === 'struct') return { ...type, fields: evolved(random, type.fields, nextId) }
  if (type.type === 'list') return { ...type, element: widened(random, type.element, nextId) }
  return { ...type, value: widened(random, type.value, nextId) }
}

void test('random rows of all types, in every codec, are the same through Avro as through Parquet, and after the table has evolved (INV-L7)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  for (let round = 0; round < 12; round++) {
    let last = 0
    const nextId = (): number => ++last
    const fields = randomFields(random, nextId, 3)
    const rows = Array.from({ length: 1 + random.pick(25) }, () =>
      fields.map((field) => randomValue(random, field.type, field.required)),
    )
    const records = rows.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, row[at]!.avro])))
    const codec = random.oneOf(avroCodecs)
    const options = { codec, blockRows: 1 + random.pick(10) }
    const avro = await converted(avroContainer(avroSchemaOf(fields), records, options), rows.length)
    const parquet = join(folder, `${made++}.parquet`)
    const selects = rows.map((row) => `SELECT ${row.map(({ sql }, at) => `${sql} AS ${fields[at]!.name}`).join(', ')}`)
    const ids = duckdbFieldIds(fields)
    await db.run(`COPY (${selects.join(' UNION ALL ')}) TO '${parquet}' (FORMAT parquet, FIELD_IDS ${ids})`)
    const now = evolved(random, fields, () => nextId() + highestId(fields))
    for (const schema of [schemaWith(fields), schemaWith(now)]) {
      const expected = await rowsOf({ path: parquet, format: 'AVRO' }, schema)
      assert.equal(expected.length, rows.length)
      assert.deepEqual(
        await rowsOf({ path: avro, format: 'AVRO' }, schema),
        expected,
        JSON.stringify({ codec, schema }),
      )
    }
  }
})

const optional = (type: AvroSchema): AvroSchema => ['null', type]

/** The one value of a file with one field, in a table whose column has this type. */
async function valueOf(avro: AvroSchema, value: unknown, type: IcebergType): Promise<unknown> {
  const schema = { type: 'record', name: 'table', fields: [{ name: 'v', 'field-id': 1, type: avro }] }
  const path = await converted(avroContainer(schema, [{ v: value }]), 1)
  const [row] = await rowsOf({ path, format: 'AVRO' }, schemaWith([{ id: 1, name: 'v', required: false, type }]))
  return (JSON.parse(row!) as readonly unknown[])[0]
}

void test('what writers other than Iceberg say of times and the like is read as they mean it, whatever the zone of the session', async () => {
  const logical = (type: string, logicalType: string, more: object = {}): AvroSchema => ({ type, logicalType, ...more })
  const cases: readonly (readonly [AvroSchema, unknown, IcebergType, unknown])[] = [
    [logical('long', 'timestamp-millis'), 1500, 'timestamp', '1970-01-01 00:00:01.5'],
    [logical('long', 'local-timestamp-micros'), 1_500_000, 'timestamp', '1970-01-01 00:00:01.5'],
    // Without adjust-to-utc: the column of the table says what it is.
    [logical('long', 'timestamp-micros'), 0, 'timestamptz', '1970-01-01 00:00:00+00'],
    [logical('long', 'timestamp-micros', { 'adjust-to-utc': true }), 0, 'timestamp', '1970-01-01 00:00:00'],
    [
      logical('long', 'timestamp-nanos', { 'adjust-to-utc': true }),
      -1,
      'timestamptz_ns',
      '1969-12-31 23:59:59.999999+00',
    ],
    [logical('long', 'timestamp-nanos'), -1, 'timestamp_ns', '1969-12-31 23:59:59.999999999'],
    [logical('int', 'time-millis'), 1500, 'time', '00:00:01.5'],
    [logical('bytes', 'decimal', { precision: 9, scale: 2 }), Buffer.from('85', 'hex'), 'decimal(9,2)', '-1.23'],
    [logical('string', 'uuid'), '00112233-4455-6677-8899-aabbccddeeff', 'uuid', '00112233-4455-6677-8899-aabbccddeeff'],
    [{ type: 'enum', name: 'e', symbols: ['A', 'B'] }, 'B', 'string', 'B'],
    [logical('string', 'of our own'), 'x', 'string', 'x'],
    [['int', 'null'], 5, 'long', '5'],
    [{ type: 'int', logicalType: 'date' }, 1, 'timestamp', '1970-01-02 00:00:00'],
  ]
  for (const [avro, value, type, expected] of cases)
    assert.equal(await valueOf(avro, value, type), expected, JSON.stringify(avro))
})

void test('types that were defined before are found by their names, as Avro has them', async () => {
  const code = { type: 'fixed', name: 'geo.code', size: 2 }
  const schema = {
    type: 'record',
    name: 'table',
    namespace: 'geo',
    fields: [
      { name: 'a', 'field-id': 1, type: optional(code) },
      { name: 'b', 'field-id': 3, type: optional('code') },
    ],
  }
  const path = await converted(avroContainer(schema, [{ a: Buffer.from('ab'), b: Buffer.from('cd') }]), 1)
  const fields = [1, 3].map((id) => ({ id, name: `c${id}`, required: false, type: 'fixed[2]' }))
  assert.deepEqual(await rowsOf({ path, format: 'AVRO' }, schemaWith(fields)), ['["ab","cd","0"]'])
})

void test('two fields whose names differ in case alone, and names that SQL would read otherwise, are each their own', async () => {
  const names = ['ab', 'AB', 'select', `it's "quoted"`.replaceAll(/[^a-z]/g, '_')]
  const fields = names.map((name, at) => ({ name, 'field-id': at + 1, type: 'int' }))
  const record = Object.fromEntries(names.map((name, at) => [name, at]))
  const path = await converted(avroContainer({ type: 'record', name: 'table', fields }, [record]), 1)
  const columns = names.map((_, at) => ({ id: at + 1, name: `n${at}`, required: true, type: 'int' }))
  assert.deepEqual(await rowsOf({ path, format: 'AVRO' }, schemaWith(columns)), ['[0,1,2,3,"0"]'])
})

void test('a file without ids is read by the mapping of names of its table', async () => {
  const place = { type: 'record', name: 'place', fields: [{ name: 'town', type: 'string' }] }
  const fields = [
    { name: 'number', type: 'long' },
    { name: 'place', type: optional(place) },
  ]
  const path = await converted(
    avroContainer({ type: 'record', name: 't', fields }, [{ number: 7, place: { town: 'Ulm' } }]),
    1,
  )
  const struct = { type: 'struct', fields: [{ id: 3, name: 'city', required: false, type: 'string' }] } as const
  const schema = schemaWith([
    { id: 1, name: 'id', required: false, type: 'long' },
    { id: 2, name: 'place', required: false, type: struct },
  ])
  const mapping = parseNameMapping(
    '[{"field-id":1,"names":["number"]},{"field-id":2,"names":["place"],"fields":[{"field-id":3,"names":["town"]}]}]',
  )
  assert.deepEqual(await rowsOf({ path, format: 'AVRO' }, schema, { mapping }), ['["7",{"city":"Ulm"},"0"]'])
})

void test('fields inside structs are found in files of more shapes than are read by their own names', async () => {
  const place = { type: 'record', name: 'place', fields: [{ name: 'town', 'field-id': 2, type: 'string' }] }
  const files = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const fields = [
        { name: 'place', 'field-id': 1, type: optional(place) },
        { name: 'own', 'field-id': 10 + at, type: 'int' },
      ]
      const record = { place: { town: `town ${at}` }, own: at }
      const path = await converted(avroContainer({ type: 'record', name: 't', fields }, [record]), 1)
      const file = { content: 'data', format: 'AVRO', specId: 0, partition: [] } as unknown as ScannedFile
      return { path, file }
    }),
  )
  const struct = { type: 'struct', fields: [{ id: 2, name: 'city', required: false, type: 'string' }] } as const
  const schema = schemaWith([{ id: 1, name: 'place', required: false, type: struct }])
  const read = await db.runAndReadAll(`SELECT c1.city FROM (${fileRowsSql(files, { schema, schemas: [schema] })})`)
  const towns = Array.from({ length: 12 }, (_, at) => `town ${at}`)
  assert.deepEqual(new Set(read.getRows().map(([town]) => town)), new Set(towns))
})

const ints = { type: 'record', name: 'table', fields: [{ name: 'v', 'field-id': 1, type: 'int' }] }
const numbers = (count: number) => Array.from({ length: count }, (_, v) => ({ v }))

void test('a file without rows, and blocks without any, are files without rows', async () => {
  const schema = schemaWith([{ id: 1, name: 'v', required: true, type: 'int' }])
  assert.deepEqual(await rowsOf({ path: await converted(avroContainer(ints, []), 0), format: 'AVRO' }, schema), [])
})

void test('rows keep their order and numbers over many groups of rows, wide ones too', async () => {
  const fields = [...ints.fields, { name: 'text', 'field-id': 2, type: 'string' }]
  const rows = numbers(3000).map(({ v }) => ({ v, text: String(v).padStart(50_000, 'x') }))
  const path = await converted(avroContainer({ ...ints, fields }, rows, { codec: 'zstandard', blockRows: 70 }), 3000)
  const groups = await db.runAndReadAll(`SELECT count(DISTINCT row_group_id) FROM parquet_metadata('${path}')`)
  assert.ok(Number(groups.getRows()[0]![0]) > 3, 'groups are of bytes, not of rows')
  const wrong = `SELECT count(*), count(*) FILTER (c1 <> file_row_number) FROM read_parquet('${path}', file_row_number = true)`
  assert.deepEqual((await db.runAndReadAll(wrong)).getRows(), [[3000n, 0n]])
})

void test('what is cut, damaged or has another number of rows is an error that names the file and says why', async () => {
  for (const codec of avroCodecs) {
    const whole = avroContainer(ints, numbers(1000), { codec, blockRows: 300 })
    const damaged = Buffer.from(whole)
    damaged[whole.length - 20]! ^= 0xff
    const cases: readonly (readonly [Buffer, number, RegExp])[] = [
      [whole.subarray(0, 40), 1000, /cut short/],
      [whole.subarray(0, -1), 1000, /its last block is cut short/],
      [whole.subarray(0, whole.length - 30), 1000, /its last block is cut short/],
      [damaged, 1000, codec === 'null' ? /mark|rows|cut short/ : /./],
      [Buffer.concat([whole, Buffer.alloc(16)]), 1000, /its last block is cut short/],
      [whole, 999, /more rows than the 999 of its manifest/],
      [whole, 1001, /1000 rows, and its manifest says 1001/],
      [Buffer.from('PAR1PAR1'), 1, /does not begin as an Avro file/],
      [Buffer.alloc(0), 1, /does not begin as an Avro file/],
    ]
    for (const [bytes, count, message] of cases) {
      const error = await converted(bytes, count).then(
        () => undefined,
        (thrown: unknown) => thrown as Error & { code?: string },
      )
      assert.equal(error?.code, 'WEIR-4008', `${codec} ${message}: ${error?.message}`)
      assert.match(error!.message, /^file:\S+\.avro does not decode as Avro: /)
      assert.match(error!.message, message, codec)
    }
  }
})

void test('values that are none of their type are errors, not other values', async () => {
  const bytes = (schema: AvroSchema, value: unknown): Buffer =>
    avroContainer({ type: 'record', name: 't', fields: [{ name: 'v', 'field-id': 1, type: schema }] }, [{ v: value }], {
      codec: 'null',
    })
  const invalid = bytes('string', 'abc')
  invalid[invalid.length - 18] = 0xff
  await assert.rejects(converted(invalid, 1), /a string is not UTF-8/)
  const decimal = { type: 'fixed', name: 'd', size: 2, logicalType: 'decimal', precision: 3, scale: 0 }
  await assert.rejects(converted(bytes(decimal, Buffer.from('7fff', 'hex')), 1), /a decimal has more than 3 digits/)
  await assert.rejects(
    converted(bytes({ type: 'long', logicalType: 'time-micros' }, -1), 1),
    /a time is not within a day/,
  )
})

void test('a schema that Iceberg has no types for is refused with the name of the file and what it is', async () => {
  const cases: readonly (readonly [AvroSchema, RegExp])[] = [
    [['int', 'string'], /a union of several types/],
    [{ type: 'record', name: 'empty', fields: [] }, /empty is a record without fields/],
    [
      { type: 'record', name: 'tree', fields: [{ name: 'left', type: optional('tree') }] },
      /tree is a record that holds itself/,
    ],
    [{ type: 'fixed', name: 'd', size: 20, logicalType: 'decimal', precision: 40, scale: 0 }, /decimals of 40 digits/],
  ]
  for (const [type, message] of cases) {
    const schema = { type: 'record', name: 't', fields: [{ name: 'v', 'field-id': 1, type }] }
    const header = avroContainer(schema, [])
    await assert.rejects(converted(header, 0), { code: 'WEIR-4013', message })
  }
})
