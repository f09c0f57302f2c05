import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { writeDefaultSql } from '../../lake/types/default-value.ts'
import { duckdbType, identifier } from '../../lake/types/duckdb-type.ts'
import { schemaOf } from '../../lake/types/schema.ts'
import type { Field, StructType } from '../../lake/types/type.ts'
import { giveDefaults } from '../../record/json/field-defaults.ts'
import { JsonLines } from '../../record/json/json-lines.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import { compileScanPlan } from '../../record/json/scan-plan.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import { readLinesText } from './read-lines.ts'

/** Each column with its write-default, as table metadata has it. */
const columns: Readonly<Record<string, readonly [type: string, value?: unknown]>> = {
  b: ['boolean', false],
  i: ['int', -7],
  l: ['long', 9223372036854775807n],
  f: ['float', 0.1],
  d: ['double', 1e300],
  m: ['decimal(12,2)', '14.20'],
  w: ['decimal(38,10)', '1234567890123456789012345678.0123456789'],
  s: ['string', `it's "é😀"\n`],
  empty: ['string', ''],
  day: ['date', '2024-02-29'],
  t: ['time', '22:31:08.000001'],
  ts: ['timestamp', '2017-11-16T22:31:08.000001'],
  tz: ['timestamptz', '2017-11-16T22:31:08.000001+00:00'],
  u: ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
  bin: ['binary', '00ff'],
  'the "name"': ['long', 1],
  st: ['struct<x: long, y: string>', {}],
  li: ['list<decimal(38,2)>', ['1.50', '-2.00']],
  ma: ['map<string, long>', { keys: ['a', 'b'], values: [1, 9007199254740993n] }],
  none: ['string'],
  items: ['list<struct<n: long, unit: string>>'],
}

function withDefault(field: Field): Field {
  const [, value] = columns[field.name]!
  const inner = field.name === 'st' ? { x: 42 } : field.name === 'items' ? { unit: 'kg' } : {}
  return { ...field, type: withInner(field.type, inner), ...(value === undefined ? {} : { 'write-default': value }) }
}

function withInner(type: Field['type'], values: Readonly<Record<string, unknown>>): Field['type'] {
  if (typeof type === 'string' || type.type === 'map') return type
  if (type.type === 'list') return { ...type, element: withInner(type.element, values) }
  const fields = type.fields.map((field) =>
    field.name in values ? { ...field, 'write-default': values[field.name] } : field,
  )
  return { ...type, fields } satisfies StructType
}

const fields = schemaOf(Object.entries(columns).map(([name, [type]]) => ({ name, type }))).fields.map(withDefault)

let duckdb: Duckdb
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-missing-'))
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2, temporaryDirectory: folder })
  await duckdb.query(`SET TimeZone = 'UTC'`)
})
after(() => {
  duckdb.close()
  rmSync(folder, { recursive: true })
})

function linesFor(own: readonly Field[], bytes = 65_536): JsonLines {
  const schema = { fields: own } as RecordSchema
  const plan = compileScanPlan(schema)
  giveDefaults(plan, schema.fields)
  return new JsonLines(plan, bytes, false)
}

function append(lines: JsonLines, value: string, offset = 0) {
  const buffer = Buffer.from(value)
  return lines.append({ buffer, start: 0, end: buffer.length, offset, timestamp: -1, partition: 0 }, true)
}

/** What the records become, each column as text. */
async function rowsOf(own: readonly Field[], values: readonly string[]) {
  const lines = linesFor(own)
  for (const [offset, value] of values.entries())
    assert.equal(append(lines, value, offset), 'accepted', `${value}: ${lines.rejection().reason}`)
  const path = join(folder, 'lines')
  writeFileSync(path, lines.bytes)
  const schema = { fields: [...own, { id: 999, name: '_offset', required: false, type: 'long' }] } as RecordSchema
  const texts = own.map(({ name }) => `CAST(${identifier(name)} AS VARCHAR) AS ${identifier(name)}`)
  return duckdb.query(
    `SELECT ${texts.join(', ')} FROM (${readLinesText(schema, path, lines.longest, 'topic')}) ORDER BY _offset`,
  )
}

/** What SQL writes of rows that were given no value (INV-W12). */
async function sqlDefaults() {
  const items = fields.map((field) => {
    const value = writeDefaultSql(field) ?? `CAST(NULL AS ${duckdbType(field.type)})`
    return `CAST(${value} AS VARCHAR) AS ${identifier(field.name)}`
  })
  const [row] = await duckdb.query(`SELECT ${items.join(', ')}`)
  return row!
}

void test('what a record lacks has its default, of each type the one that SQL writes', async () => {
  const expected = await sqlDefaults()
  assert.equal(expected['l'], '9223372036854775807')
  assert.equal(expected['st'], `{'x': 42, 'y': NULL}`)
  const rows = await rowsOf(fields, ['{}', ' {\n } ', '{"none":null}', '{ "none" : "x" }'])
  assert.deepEqual(rows, [expected, expected, expected, { ...expected, none: 'x' }])
})

void test('a null that is there is a null, and so is every value what it is', async () => {
  const nulls = Object.fromEntries(fields.map(({ name }) => [name, null]))
  const [row, other] = await rowsOf(fields, [JSON.stringify(nulls), '{"i":0,"s":"","b":true,"li":[],"m":null}'])
  assert.deepEqual(row, nulls)
  const { i, s, b, li, m } = other!
  assert.deepEqual([i, s, b, li, m], ['0', '', 'true', '[]', null])
})

void test('objects within a record have the defaults of their own fields', async () => {
  const [row] = await rowsOf(fields, ['{"st":{},"items":[{},{"n":1},{"unit":null,"n":2},{"unit":"g"},null],"w":0.1}'])
  assert.deepEqual([row!['st'], row!['w']], [`{'x': 42, 'y': NULL}`, '0.1000000000'])
  assert.equal(
    row!['items'],
    `[{'n': NULL, 'unit': kg}, {'n': 1, 'unit': kg}, {'n': 2, 'unit': NULL}, {'n': NULL, 'unit': g}, NULL]`,
  )
})

void test('a required column with a default takes what lacks it, and no null', () => {
  const own = fields.filter(({ name }) => ['i', 's', 'none'].includes(name))
  const lines = linesFor(own.map((field) => ({ ...field, required: true })))
  assert.equal(append(lines, '{"none":"x"}'), 'accepted')
  assert.equal(append(lines, '{"none":"x","i":null}'), 'rejected')
  assert.match(lines.rejection().reason, /null for column i, which is required/)
  assert.equal(append(lines, '{"i":1,"s":"y"}'), 'rejected')
  assert.match(lines.rejection().reason, /no value for column none, which is required/)
  assert.equal(lines.rows, 1)
})

void test('whatever is missing, all else is read as it was sent (property)', async () => {
  const expected = await sqlDefaults()
  const sent = { l: '-5', w: '12345678901234567890.5', s: '"x"', st: '{"y":"z","x":3}', none: '"n"', d: '-0' }
  const read: Readonly<Record<string, string>> = {
    ...{ l: '-5', w: '12345678901234567890.5000000000', s: 'x', st: `{'x': 3, 'y': z}`, none: 'n', d: '-0.0' },
  }
  const names = Object.keys(sent) as (keyof typeof sent)[]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.shuffledSubarray(names), { minLength: 1, maxLength: 30 }), async (records) => {
      const rows = await rowsOf(
        fields,
        records.map((own) => `{${own.map((name) => `"${name}" :${sent[name]}`).join()}}`),
      )
      for (const [at, own] of records.entries())
        assert.deepEqual(rows[at], { ...expected, ...Object.fromEntries(own.map((name) => [name, read[name]])) })
    }),
    { numRuns: 60 },
  )
})

void test('a block that its defaults fill is full, and an empty one grows', () => {
  const text = 'x'.repeat(1000)
  const own = schemaOf([{ name: 's', type: 'string' }]).fields.map((field) => ({ ...field, 'write-default': text }))
  const lines = linesFor(own, 512)
  assert.equal(append(lines, '{}'), 'accepted')
  assert.equal(append(lines, '{}'), 'full')
  lines.grow()
  assert.equal(append(lines, '{}', 1), 'accepted')
  const read = lines.bytes.toString().trim().split('\n')
  assert.deepEqual(
    read.map((line) => JSON.parse(line) as unknown),
    [0, 1].map((offset) => ({ _o: offset, _t: -1, _p: 0, s: text })),
  )
})

void test('a record whose defaults would be more than a line holds is refused', () => {
  const items = schemaOf([{ name: 'items', type: 'list<struct<unit: string>>' }]).fields
  const lines = linesFor(
    items.map((field) => ({ ...field, type: withInner(field.type, { unit: 'x'.repeat(1_000_000) }) })),
  )
  assert.equal(append(lines, `{"items":[${Array.from({ length: 100 }, () => '{}').join()}]}`), 'rejected')
  const { code, reason } = lines.rejection()
  assert.deepEqual([code, reason], ['WEIR-5001', 'the defaults of what is missing in it take too many bytes'])
})

void test('a default that its column does not take stops the delivery by name', () => {
  const wrong: readonly (readonly [type: string, value: unknown])[] = [
    ['int', 'abc'],
    ['int', 2147483648],
    ['decimal(4,2)', '1.005'],
    ['timestamp', '2017-11-16T22:31:08+00:00'],
    ['list<int>', 1],
    ['map<string, int>', [1]],
  ]
  for (const [type, value] of wrong) {
    const [field] = schemaOf([{ name: 'c', type }]).fields
    assert.throws(() => linesFor([{ ...field!, 'write-default': value }]), {
      code: 'WEIR-5017',
      message: /write-default of column c/,
    })
  }
})
