import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { schemaOf } from '../../lake/types/schema.ts'
import { decimalOf } from '../../record/json/scan-number.ts'
import { JsonLines } from '../../record/json/json-lines.ts'
import { compileScanPlan } from '../../record/json/scan-plan.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import { readLinesText } from './read-lines.ts'

const columns = {
  b: 'boolean',
  i: 'int',
  l: 'long',
  f: 'float',
  d: 'double',
  m: 'decimal(12,2)',
  w: 'decimal(38,10)',
  s: 'string',
  day: 'date',
  t: 'time',
  ts: 'timestamp',
  tz: 'timestamptz',
  u: 'uuid',
  bin: 'binary',
  st: 'struct<x: long, y: string>',
  li: 'list<double>',
  ma: 'map<string, long>',
}
const schema = schemaOf([
  ...Object.entries(columns).map(([name, type]) => ({ name, type })),
  { name: '_source', type: 'string' },
  { name: '_source_partition', type: 'int' },
  { name: '_offset', type: 'long' },
  { name: '_timestamp', type: 'timestamptz' },
]) as RecordSchema

let duckdb: Duckdb
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-exact-'))
  duckdb = await openDuckdb({
    memoryLimitBytes: 1e9,
    threads: 2,
    temporaryDirectory: folder,
  })
  await duckdb.query(`SET TimeZone = 'UTC'`)
})
after(() => {
  duckdb.close()
  rmSync(folder, { recursive: true })
})

/** The scanner's answer for each value, and the accepted rows as DuckDB reads them, as text. */
async function deliver(values: readonly (string | Buffer)[]) {
  const lines = new JsonLines(compileScanPlan(schema), 65_536, false)
  const answers: string[] = []
  for (const [offset, value] of values.entries()) {
    const buffer = Buffer.from(value)
    const raw = { buffer, start: 0, end: buffer.length, offset, timestamp: 1_700_000_000_123, partition: 3 }
    const answer = lines.append(raw, true)
    answers.push(answer === 'rejected' ? lines.rejection().reason : answer)
  }
  const path = join(folder, 'lines')
  writeFileSync(path, lines.bytes)
  const rows = lines.rows === 0 ? [] : await read(path, lines.longest)
  return { answers, rows }
}

async function read(path: string, longest: number) {
  const items = schema.fields.map(({ name }) =>
    name === 'bin' ? `to_base64(bin) AS bin` : `"${name}"::VARCHAR AS "${name}"`,
  )
  return duckdb.query(
    `SELECT ${items.join(', ')} FROM (${readLinesText(schema, path, longest, 'topic-1')}) ORDER BY "_offset"::BIGINT`,
  )
}

const one = async (value: string | Buffer) => {
  const { answers, rows } = await deliver([value])
  return answers[0] === 'accepted' ? rows[0]! : answers[0]!
}
const field = async (name: string, json: string) => {
  const row = await one(`{"${name}":${json}}`)
  return typeof row === 'string' ? 'letter' : row[name]
}

void test('each type takes what it holds exactly, and nothing else', async () => {
  const cases: readonly [column: string, json: string, read: string | null][] = [
    ['b', 'true', 'true'],
    ['b', '1', 'letter'],
    ['b', '"true"', 'letter'],
    ['i', '2147483647', '2147483647'],
    ['i', '-2147483648', '-2147483648'],
    ['i', '2147483648', 'letter'],
    ['l', '33', '33'],
    ['l', '"33"', 'letter'],
    ['l', 'true', 'letter'],
    ['l', '1.5', 'letter'],
    ['l', '1.0', 'letter'],
    ['l', '1e2', 'letter'],
    ['l', '9223372036854775807', '9223372036854775807'],
    ['l', '-9223372036854775808', '-9223372036854775808'],
    ['l', '9223372036854775808', 'letter'],
    ['l', '12345678901234567890123', 'letter'],
    ['l', '01', 'letter'],
    ['l', '-', 'letter'],
    ['l', 'null', null],
    ['l', 'NaN', 'letter'],
    ['d', '0.1', '0.1'],
    ['d', '-0', '-0.0'],
    ['d', '-0.0', '-0.0'],
    ['d', '1e308', '1e+308'],
    ['d', '1e309', 'letter'],
    ['d', '1e-400', 'letter'],
    ['d', '0.10000000000000001', '0.1'],
    ['d', '0.1234567890123456789', 'letter'],
    ['d', '9007199254740993', 'letter'],
    ['d', '1615706656646467.2', '1615706656646467.2'],
    ['d', '1615706656646467.3', '1615706656646467.2'],
    ['d', '"NaN"', 'letter'],
    ['d', 'Infinity', 'letter'],
    ['f', '3.14', '3.14'],
    ['f', '16777217', 'letter'],
    ['m', '1234567890.12', '1234567890.12'],
    ['m', '1.005', 'letter'],
    ['m', '12345678901.00', 'letter'],
    ['m', '"12.50"', '12.50'],
    ['w', '1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789'],
    ['w', '0.1', '0.1000000000'],
    ['w', '1e3', '1000.0000000000'],
    ['s', '33', 'letter'],
    ['s', '"33"', '33'],
    ['s', '""', ''],
    ['s', '"\\ud83d\\ude00\\u00e9\\n"', '😀é\n'],
    ['s', '"\\ud83d"', 'letter'],
    ['s', '"a\tb"', 'letter'],
    ['s', '"a\nb"', 'letter'],
    ['s', '"\\x"', 'letter'],
    ['day', '"2024-02-29"', '2024-02-29'],
    ['day', '"2023-02-29"', 'letter'],
    ['day', '"0000-01-01"', 'letter'],
    ['day', '"2024-2-9"', 'letter'],
    ['t', '"13:45:10.25"', '13:45:10.25'],
    ['t', '"24:00:00"', 'letter'],
    ['ts', '"2001-01-01 00:01:00"', '2001-01-01 00:01:00'],
    ['ts', '"2001-01-01T00:01:00.123456"', '2001-01-01 00:01:00.123456'],
    ['ts', '"2001-01-01T00:01:00.1234567"', 'letter'],
    ['ts', '"2001-01-01T00:01:00Z"', 'letter'],
    ['ts', '978307260', 'letter'],
    ['tz', '"2001-01-01T00:01:00+02:00"', '2000-12-31 22:01:00+00'],
    ['tz', '"9999-12-31T23:59:59.999999Z"', '9999-12-31 23:59:59.999999+00'],
    ['tz', '"9999-12-31T22:59:59-01"', '9999-12-31 23:59:59+00'],
    ['tz', '"9999-12-31T23:00:00-02:00"', 'letter'],
    ['tz', '"0001-01-01T01:59:59+02:00"', 'letter'],
    ['tz', '"0001-01-01T00:00:00Z"', '0001-01-01 00:00:00+00'],
    ['tz', '"0001-01-01T02:00:00+02:00"', '0001-01-01 00:00:00+00'],
    ['tz', '"2001-01-01T00:01:00Z"', '2001-01-01 00:01:00+00'],
    ['tz', '"2001-01-01T00:01:00-0530"', '2001-01-01 05:31:00+00'],
    ['tz', '"2001-01-01T00:01:00+02"', '2000-12-31 22:01:00+00'],
    ['tz', '"2001-01-01T00:01:00"', 'letter'],
    ['u', '"123e4567-e89b-12d3-a456-426614174000"', '123e4567-e89b-12d3-a456-426614174000'],
    ['u', '"123e4567e89b12d3a456426614174000"', 'letter'],
    ['bin', '"AAH/"', 'AAH/'],
    ['bin', '"AAH"', 'letter'],
    ['st', '{"y":"a","x":1}', `{'x': 1, 'y': a}`],
    ['st', '{"x":1.5}', 'letter'],
    ['st', '{"z":1}', 'letter'],
    ['st', '{"x":1,"x":2}', 'letter'],
    ['li', '[1,2.5,null]', '[1.0, 2.5, NULL]'],
    ['li', '[1,"2"]', 'letter'],
    ['li', '{}', 'letter'],
    ['ma', '{"a":1,"b":2}', '{a=1, b=2}'],
    ['ma', '{"a":1,"a":2}', 'letter'],
    ['ma', '{"a":1.5}', 'letter'],
  ]
  for (const [name, json, expected] of cases) assert.equal(await field(name, json), expected, `${name} from ${json}`)
})

void test('a string may hold the character 0', async () => {
  assert.equal(await field('s', '"a\\u0000b"'), 'a\u0000b')
})

void test('whole records: what is one object is taken, whatever its white space', async () => {
  for (const value of ['{}', ' {\n"l" :\r\n 1 ,\t"s":"x"}\n ', '{"s":"\\u0061"}', '{"\\u0073":"k"}'])
    assert.equal(typeof (await one(value)), 'object', value)
  const pretty = await one('{\n  "st": {\n    "x": 1\n  },\n  "li": [\n 1\n ]\n}\n')
  assert.deepEqual([(pretty as never)['st'], (pretty as never)['_offset']], [`{'x': 1, 'y': NULL}`, '0'])
})

void test('whole records: everything else says why not', async () => {
  const cases: readonly [value: string | Buffer, reason: RegExp][] = [
    ['', /empty/],
    ['  ', /empty/],
    ['{"l":1}{"l":2}', /more than one value/],
    ['{"l":1} x', /more than one value/],
    ['[1]', /not a JSON object/],
    ['\ufeff{"l":1}', /byte order mark/],
    ['{"l":1,}', /unexpected character/],
    ['{"l":1', /ends too early/],
    ['{"l":1,"l":2}', /"l" is there twice/],
    ['{"L":1}', /only in its case/],
    ['{"_offset":1}', /reserved/],
    ['{"_o":1}', /reserved/],
    ['{"new":1}', /not in the table/],
    [Buffer.from('{"s":"\xff"}', 'latin1'), /not UTF-8/],
    [`{"li":${'['.repeat(10_000)}`, /nested deeper/],
    ["{'l':1}", /unexpected character/],
    [Buffer.from([123, 0, 125]), /ends too early|unexpected/],
  ]
  for (const [value, reason] of cases) assert.match((await one(value)) as string, reason, String(value).slice(0, 40))
})

const safeText = fc.string({ unit: 'grapheme', maxLength: 80 })
const record = fc.record(
  {
    b: fc.boolean(),
    i: fc.maxSafeInteger().map((value) => value % 2 ** 31),
    l: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    d: fc.double({ noNaN: true, noDefaultInfinity: true }),
    w: fc
      .tuple(fc.bigInt({ min: -(10n ** 28n) + 1n, max: 10n ** 28n - 1n }), fc.nat(9_999_999))
      .map(([whole, part]) => `${whole}.${part}`),
    s: safeText,
    ma: fc.dictionary(safeText, fc.maxSafeInteger(), { maxKeys: 4 }),
    li: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }),
  },
  { requiredKeys: [] },
)
const raw = (value: unknown): string => String(value)

void test('what was accepted reads back as the JSON says (property)', async () => {
  const written = (value: Record<string, unknown>) =>
    `{${Object.entries(value)
      .map(([key, item]) => `"${key}":${key === 'l' || key === 'w' ? raw(item) : JSON.stringify(item)}`)
      .join(', ')}}`
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
      const { answers, rows } = await deliver(records.map(written))
      for (const answer of answers) assert.equal(answer, 'accepted')
      for (const [index, value] of records.entries()) {
        const row = rows[index]!
        assert.equal(row['_offset'], String(index))
        assert.equal(row['_source_partition'], '3')
        assert.equal(row['_source'], 'topic-1')
        assert.equal(row['_timestamp'], '2023-11-14 22:13:20.123+00')
        if (value.l !== undefined) assert.equal(row['l'], String(value.l))
        if (value.i !== undefined) assert.equal(Number(row['i']), value.i)
        if (value.d !== undefined) assert.equal(Number(row['d']), value.d + 0)
        if (value.s !== undefined) assert.equal(row['s'], value.s)
        if (value.w !== undefined) assert.deepEqual(decimalOf(row['w'] as string), decimalOf(value.w))
      }
    }),
    { numRuns: 60 },
  )
})

void test('no bytes are read past, crash the scanner, or make DuckDB refuse a block (fuzz)', async () => {
  const seeds = ['{"l":12,"s":"a\\u0041","st":{"x":1,"y":null},"li":[1,2],"d":1.5e3,"ts":"2001-01-01T00:00:00"}']
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 3 })), {
        minLength: 1,
        maxLength: 60,
      }),
      async (mutants) => {
        const values = mutants.map(([seed, changes]) => {
          const bytes = Buffer.from(seed)
          for (const [at, byte] of changes) bytes[at] = byte
          return bytes
        })
        const { answers, rows } = await deliver(values)
        assert.equal(rows.length, answers.filter((answer) => answer === 'accepted').length)
        for (const [index, value] of values.entries()) if (answers[index] === 'accepted') JSON.parse(value.toString())
      },
    ),
    { numRuns: 100 },
  )
})
