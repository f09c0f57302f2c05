import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { identifier } from '../../lake/types/duckdb-type.ts'
import type { FileShape } from '../crawled-table.ts'
import { jsonSql } from './json-sql.ts'
import type { isPrintedSql } from './printed-json.ts'
import { isProvable, proveLines } from './prove-lines.ts'
import { provedJsonSql } from './proved-json-sql.ts'

/** What the files are said to hold, and what the table has: declared types differ from those that were found. */
const declared = [
  { name: 'id', type: 'long', found: 'long' },
  { name: 'n', type: 'int', found: 'int' },
  { name: 'at', type: 'timestamptz', found: 'string' },
  { name: 'ts', type: 'timestamp', found: 'string' },
  { name: 'day', type: 'date', found: 'string' },
  { name: 'user"name', type: 'string', found: 'string' },
  { name: 'amount', type: 'double', found: 'double' },
  { name: 'price', type: 'decimal(12,2)', found: 'double' },
  { name: 'ok', type: 'boolean', found: 'boolean' },
  { name: 'kept', type: 'string', found: 'double' },
  { name: 'tags', type: 'list<long>', found: 'list<long>' },
  { name: 'o/ä', type: 'struct<a: double, b: string>', found: 'struct<a: double, b: string>' },
  { name: 'unseen', type: 'string', found: null },
] as const

const pools = {
  long: ['0', '1', '-7', '9223372036854775807', '-9223372036854775808', '9007199254740993'],
  int: ['0', '42', '-2147483648', '2147483647'],
  double: ['0', '0.1', '-158.4', '1e300', '12', '123456789012345', '9007199254740992', '0.30000000000000004', '1e22'],
  text: ['""', '"a"', '"ü 🎉"', '"a, b: {c}"', '"null"', '"true"', '"12"', '"x}"', '"\\u007f"', '"  "'],
  escaped: [
    '"a\\"b"',
    '"a\\nb"',
    '"\\u00fc"',
    '"a\\\\"',
    '"\\\\\\""',
    '"\\/"',
    '"\\u001f"',
    '"\\ud83d\\ude00"',
    '"\\u0000"',
  ],
  moment: [
    '"2024-02-29T10:11:12.123Z"',
    '"2024-02-29 10:11:12+02:00"',
    '"1999-12-31T23:59:59Z"',
    '"2024-01-01T00:00:00.1Z"',
  ],
  plain: ['"2024-02-29T10:11:12.123"', '"2024-02-29 10:11:12"', '"0001-01-01T00:00:00.000000"'],
  day: ['"2024-02-29"', '"0001-01-01"', '"9999-12-31"'],
  boolean: ['true', 'false'],
  whole: ['[]', '[1,2]', '[ 1 , 2 ]', '[null]'],
  'whole struct': ['{}', '{"a":1.5,"b":"x"}', '{"b":"x","a":1}', '{"a": 1}', '{"a":null}'],
  list: ['[]', '[1,2]', '[1, 2]', '[null]', '[1.5]', '["1"]', '[[1]]', '[9223372036854775808]'],
  struct: [
    '{}',
    '{"a":1.5,"b":"x"}',
    '{"b":"x","a":1}',
    '{"a": 1}',
    '{"a":1,"a":2}',
    '{"a":1,"c":2}',
    '{"a":0.12345678901234567891}',
    '{"a":1e400}',
    '{"b":"\\u00fc"}',
  ],
  odd: [
    'null',
    '1.0',
    '-0',
    '-0.0',
    '1.5',
    '1e2',
    '1E5',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1234567890123456789',
    '18446744073709551615',
    '9223372036854775808',
    '123456789012345678901234567890',
    '12345678901234567',
    '1.005',
    '99999999999.99',
    '2147483648',
    'NaN',
    'Infinity',
    'nan',
    '"33"',
    '"1.5"',
    '"NaN"',
    '"2023-02-29"',
    '"2024-2-9"',
    '"2024-02-29T24:00:00.000Z"',
    '" 024-02-29T10:11:12.123Z"',
    '"2024-02-29T 1:11:12.123Z"',
    '"2024-02-29T\\t1:11:12.123Z"',
    '"2024-02-29T10:11:60.123Z"',
    '"2024-02-29T10:11:12.1NZ"',
    '"infinity"',
    '"epoch"',
    '"+024-02-29T10:11:12.123Z"',
    '"2024-02-29T10:11:12.1234567Z"',
    '"9999-12-31T23:00:00.000Z"',
  ],
} as const

const ofType: Readonly<Record<string, readonly (keyof typeof pools)[]>> = {
  id: ['long'],
  n: ['int'],
  at: ['moment'],
  ts: ['plain'],
  day: ['day'],
  'user"name': ['text', 'escaped'],
  amount: ['double', 'long'],
  price: ['int', 'double'],
  ok: ['boolean'],
  kept: ['double', 'long', 'boolean', 'text', 'struct', 'list'],
  tags: ['list'],
  'o/ä': ['struct'],
  unseen: ['text', 'int'],
}

const every = (Object.keys(pools) as (keyof typeof pools)[]).flatMap((pool) => [...pools[pool]])
type Pools = typeof ofType
const value = (name: string, usual: Pools) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...usual[name]!.flatMap((pool) => [...pools[pool]])) },
    { weight: 2, arbitrary: fc.constant('null') },
    { weight: 1, arbitrary: fc.constantFrom(...every) },
  )
const member = (name: string, usual: Pools) =>
  fc.option(
    value(name, usual).map((text) => ({ key: JSON.stringify(name), text })),
    { freq: 8 },
  )
const inOrder = (usual: Pools) =>
  fc.tuple(...declared.map(({ name }) => member(name, usual))).map((all) => all.filter((one) => one !== null))
const extra = fc.record({
  key: fc.constantFrom('"id"', '"user\\u0022name"', '"new"', '"ID"', '"ok"', '""'),
  text: fc.constantFrom(...every),
})
const style = fc.constantFrom(',|:', ', |: ', ',|: ', ' , | : ', ',\t|:')

/** A line of most members in their order, sometimes in another, sometimes with one that is there twice or that nobody knows. */
const line = (usual = ofType) =>
  fc
    .tuple(
      inOrder(usual),
      fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, extra),
      fc.nat(),
      style,
      fc.integer({ min: 0, max: 14 }),
    )
    .map(([all, more, at, how, odd]) => {
      const members = all.map(({ key, text }) => ({ key, text }))
      if (more) members.splice(at % (members.length + 1), 0, more)
      if (odd === 1) members.reverse()
      const [comma, colon] = how.split('|') as [string, string]
      const text = `{${members.map((one) => `${one.key}${colon}${one.text}`).join(comma)}}`
      if (odd === 2) return text.slice(0, at % text.length)
      return odd === 3
        ? ['[1]', 'null', '33', '"x"', '{}', '{}', `${text}${text}`, `${text.slice(0, -1)},}`][at % 8]!
        : text
    })

const newlines = fc.constantFrom('\n', '\r\n', '\n\n', '\n \n')

void suite('objects that are read in one parse', () => {
  void test('give what the same objects give member by member, rows and errors alike', async () => {
    await using files = await readFiles()
    await fc.assert(
      fc.asyncProperty(
        fc.array(line(), { minLength: 1, maxLength: 4 }),
        newlines,
        fc.boolean(),
        fc.boolean(),
        async (lines, newline, isEnded, hasMark) => {
          const write = (texts: readonly string[]) =>
            `${hasMark ? '\ufeff' : ''}${texts.join(newline)}${isEnded ? newline : ''}`
          const both = async (texts: readonly string[]) =>
            [await files.read(write(texts)), await files.read(write(texts), () => ['false'])] as const
          const [read, expected] = await both(lines)
          assert.equal(typeof read, typeof expected, JSON.stringify([read, expected]))
          if (typeof expected !== 'string') return assert.deepEqual(read, expected)
          // Which of several is found first is not said.
          for (const one of lines) assert.deepEqual(...(await both([one])))
        },
      ),
      { numRuns: 30 },
    )
  })

  void test('INV-C8: lines that are proved give what the same lines give member by member', async () => {
    const provable = declared.map((column) =>
      column.name === 'price'
        ? { ...column, type: 'double' }
        : column.name === 'kept'
          ? { ...column, found: 'string' }
          : column,
    )
    assert.ok(isProvable(provable))
    await using files = await readFiles(provable)
    const usual: Pools = {
      ...ofType,
      amount: ['double'],
      kept: ['text'],
      unseen: ['text', 'escaped'],
      tags: ['whole'],
      'o/ä': ['whole struct'],
    }
    let proved = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(line(usual), { minLength: 1, maxLength: 3 }),
        newlines,
        fc.boolean(),
        async (lines, newline, isEnded) => {
          const text = `${lines.join(newline)}${isEnded ? newline : ''}`
          const found = await files.readProved(text)
          if (found === 'not proved') return
          proved++
          assert.deepEqual(found, await files.read(text, () => ['false']), text)
        },
      ),
      { numRuns: 150 },
    )
    assert.ok(proved > 20, `${proved} were proved`)
  })

  void test('are those that programs print: members in their order, with and without blanks, nulls and escapes', async () => {
    await using files = await readFiles()
    const object = {
      id: 1,
      n: -2,
      at: '2024-02-29T10:11:12.123Z',
      day: '2024-02-29',
      'user"name': 'ü',
      amount: 1.5,
      price: 2,
      ok: false,
      tags: [1, 2],
      'o/ä': { a: 1.5, b: 'x' },
    }
    const spaced = (text: string) => text.replaceAll('":', '": ').replaceAll(',"', ', "')
    const written = [
      object,
      { ...object, day: null, ok: null },
      { ...object, day: undefined, 'user"name': undefined },
      { ...object, 'user"name': 'a\n"b"\\' },
    ].map((one) => JSON.stringify(one))
    for (const text of written) assert.equal(await files.isPrinted(text), true, text)
    const { tags: _, 'o/ä': __, ...flat } = object
    assert.equal(await files.isPrinted(spaced(JSON.stringify(flat))), true)
    for (const text of [
      `{"n":1,"id":2}`,
      `{"id":"1"}`,
      `{"id":1.0}`,
      `{"id":1 }`,
      `{"amount":1e5}`,
      `{"amount":0.1234567890123456789}`,
      `{"user\\"name":"\\u00fc"}`,
    ])
      assert.equal(await files.isPrinted(text), false, text)
  })
})

async function readFiles(
  columns: readonly { readonly name: string; readonly type: string; readonly found: string | null }[] = declared,
) {
  const home = mkdtempSync(join(tmpdir(), 'weir-printed-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  const shape: FileShape & { format: 'json' } = {
    format: 'json',
    compression: 'none',
    layout: 'newline_delimited',
    columns: columns.map(({ name, found }) => ({ name, type: found })),
  }
  const path = join(home, 'a.ndjson')
  const query = async (text: string, sql: string) => {
    writeFileSync(path, text)
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  }
  return {
    /** Rows, or the error. */
    async read(text: string, isPrinted?: typeof isPrintedSql) {
      const sql = jsonSql(shape, [path], columns, isPrinted)
      const items = columns.map(
        ({ name, type, found }) => `${sql.value({ name, type: found }, type)} AS ${identifier(name)}`,
      )
      try {
        return await query(text, `SELECT ${items.join(', ')} FROM ${sql.from}`)
      } catch (error) {
        assert.ok(error instanceof Error)
        return error.message
      }
    },
    async readProved(text: string) {
      writeFileSync(path, text)
      const longest = await proveLines(path, columns, new AbortController().signal)
      if (longest === undefined) return 'not proved'
      assert.ok(longest >= Math.max(...text.split('\n').map((one) => Buffer.byteLength(one))))
      const sql = provedJsonSql(shape, [path], columns, longest)
      const items = columns.map(
        ({ name, type, found }) => `${sql.value({ name, type: found }, type)} AS ${identifier(name)}`,
      )
      return query(text, `SELECT ${items.join(', ')} FROM ${sql.from}`)
    },
    async isPrinted(text: string) {
      const { from } = jsonSql(shape, [path], columns)
      return (await query(`${text}\n`, `SELECT "weir:printed" AS printed FROM ${from}`))[0]!['printed']
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
