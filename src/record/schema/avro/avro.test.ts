import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc from 'avsc'
import fc from 'fast-check'
import { printIncompatibility } from '../incompatibility.ts'
import { createStepBudget } from '../step-budget.ts'
import { decodeAvro } from './decode-avro.ts'
import { normalizeAvro } from './normalize-avro.ts'
import { parseAvro } from './parse-avro.ts'
import { printAvro } from './print-avro.ts'
import { incompatibilitiesOf } from './read-avro.ts'

const noNames = new Map()

function parse(schema: unknown, strict = true) {
  return parseAvro(JSON.stringify(schema), noNames, strict).schema
}

function canonical(schema: unknown): string {
  return printAvro(parse(schema))
}

function record(...fields: unknown[]): unknown {
  return { type: 'record', name: 'R', namespace: 'a.b', fields }
}

/** What a reader cannot read of a writer, by type and path. */
function reading(reader: unknown, writer: unknown): string[] {
  const found = incompatibilitiesOf(parse(reader), parse(writer), createStepBudget(100_000))
  return found.map(({ type, path, info }) => `${type} ${path} ${info}`)
}

void test('a schema is written with its attributes in one order, and its names as short as they can be', () => {
  const inner = {
    name: 'a.b.Inner',
    type: 'enum',
    symbols: ['X', 'Y'],
    default: 'X',
    aliases: ['Old', 'c.Older'],
    doc: 'd',
  }
  const schema = {
    fields: [
      { type: inner, name: 'one', aliases: ['uno'], doc: 'first', extra: 1.0, default: 'X', order: 'ignore' },
      { name: 'two', type: ['null', 'a.b.Inner'], default: null },
      { name: 'self', type: { type: 'array', items: 'R' } },
      { name: 'amount', type: { precision: 9, type: 'bytes', logicalType: 'decimal', scale: 2 } },
      { name: 'other', type: { type: 'fixed', name: 'F', namespace: 'c', size: 4 } },
    ],
    name: 'R',
    namespace: 'a.b',
    type: 'record',
    custom: { z: 1, a: 2 },
  }
  assert.equal(
    canonical(schema),
    '{"type":"record","name":"R","namespace":"a.b","fields":[' +
      '{"name":"one","type":{"type":"enum","name":"Inner","doc":"d","symbols":["X","Y"],"default":"X","aliases":["Old","c.Older"]},' +
      '"doc":"first","default":"X","order":"ignore","aliases":["uno"],"extra":1},' +
      '{"name":"two","type":["null","Inner"],"default":null},' +
      '{"name":"self","type":{"type":"array","items":"R"}},' +
      '{"name":"amount","type":{"type":"bytes","precision":9,"logicalType":"decimal","scale":2}},' +
      '{"name":"other","type":{"type":"fixed","name":"F","namespace":"c","size":4}}],"custom":{"z":1,"a":2}}',
  )
  assert.equal(canonical({ type: 'string' }), '"string"')
})

void test('a number keeps the text that it was written with', () => {
  const text =
    '{"type":"record","name":"R","fields":[{"name":"d","type":"double","default":1.0},{"name":"l","type":"long","default":9007199254740993}]}'
  assert.equal(printAvro(parseAvro(text, noNames, true).schema), text)
})

void test('schemas that differ only in what has no order become one by normalizing', () => {
  const one = record({
    name: 'a',
    type: { type: 'long', zeta: 1, logicalType: 'timestamp-millis', alpha: 2 },
    aliases: ['z', 'y', 'z'],
  })
  const other = record({
    aliases: ['y', 'z'],
    name: 'a',
    type: { alpha: 2, zeta: 1, type: 'long', logicalType: 'timestamp-millis' },
  })
  assert.notEqual(printAvro(parse(one)), printAvro(parse(other)))
  const normal = printAvro(normalizeAvro(parse(one)))
  assert.equal(normal, printAvro(normalizeAvro(parse(other))))
  assert.match(normal, /"type":"long","logicalType":"timestamp-millis","alpha":2,"zeta":1/)
})

void test('a type may be of the references, and may be named before it is defined', () => {
  const address = parseAvro('{"type":"record","name":"x.Address","fields":[]}', noNames, true)
  const user = parseAvro(
    '{"type":"record","name":"User","fields":[{"name":"at","type":"x.Address"}]}',
    address.names,
    true,
  )
  assert.equal(
    printAvro(user.schema, address.names.keys()),
    '{"type":"record","name":"User","fields":[{"name":"at","type":"x.Address"}]}',
  )
  assert.match(printAvro(user.schema), /"type":\{"type":"record","name":"Address","namespace":"x"/)
  const forward = record(
    { name: 'a', type: ['null', 'a.b.Later'] },
    { name: 'b', type: { type: 'enum', name: 'Later', symbols: ['S'] } },
  )
  assert.match(canonical(forward), /"type":\["null",\{"type":"enum","name":"Later"/)
})

void test('an enum or a fixed that is defined once more in the same words is the one that it was', () => {
  const key = { type: 'fixed', name: 'x.K', size: 4 }
  const twice = (again: object) => record({ name: 'a', type: key }, { name: 'b', type: { ...key, ...again } })
  assert.match(canonical(twice({ aliases: ['x.Other'] })), /\{"name":"b","type":"x.K"\}/)
  assert.throws(() => parse(twice({ size: 5 })), /x\.K is defined twice/)
  assert.throws(() => parse(twice({ unit: 'bytes' })), /x\.K is defined twice/)
  const twin = { type: 'record', name: 'x.T', fields: [] }
  assert.throws(() => parse(record({ name: 'a', type: twin }, { name: 'b', type: twin })), /x\.T is defined twice/)
})

void test('what is no schema is refused with what is wrong', () => {
  const refused: [schema: unknown, what: RegExp][] = [
    ['strin', /there is no type strin/],
    [{ type: 'record', name: 'R' }, /no list of "fields"/],
    [{ type: 'record', name: '1R', fields: [] }, /"1R" is no name/],
    [{ type: 'record', name: 'string', fields: [] }, /name of a primitive/],
    [{ type: 'enum', name: 'E', symbols: ['A', 'A'] }, /two symbols/],
    [{ type: 'enum', name: 'E', symbols: ['A'], default: 'B' }, /none of its symbols/],
    [{ type: 'fixed', name: 'F', size: -1 }, /whole number/],
    [['null', 'null'], /two branches of a union are null/],
    [['null', ['int']], /a union directly in a union/],
    [record({ name: 'a', type: 'int' }, { name: 'a', type: 'int' }), /two fields/],
    [record({ name: 'a', type: 'int', default: 'x' }), /default "x" is no int/],
    [record({ name: 'a', type: 'int', default: 2147483648 }), /is no int/],
    [record({ name: 'a', type: ['null', 'int'], default: 'x' }), /default "x" is no union/],
    [record({ name: 'a', type: 'int', order: 'up' }), /it is one of ascending/],
    [record({ name: 'a', type: 'R', default: {} }), /default \{\} is no a.b.R/],
    [{ items: 'int' }, /without "type"/],
    [7, /7 is no type/],
  ]
  for (const [schema, what] of refused) assert.throws(() => parse(schema), what, JSON.stringify(schema))
  assert.throws(() => parseAvro('{"type":', noNames, true), /it is not JSON/)
  const deep = `${'{"type":"array","items":'.repeat(200)}"int"${'}'.repeat(200)}`
  assert.throws(() => parseAvro(deep, noNames, true), /more than 128 levels/)
  // Of a schema that is stored already, defaults are taken as they are.
  assert.ok(parse(record({ name: 'a', type: 'int', default: 'x' }), false))
})

void test('what a reader can read of a writer follows the rules of schema resolution', () => {
  const color = (...symbols: string[]) => ({ type: 'enum', name: 'Color', symbols })
  const cases: [reader: unknown, writer: unknown, found: string[]][] = [
    ['long', 'int', []],
    ['float', 'long', []],
    ['double', 'float', []],
    ['bytes', 'string', []],
    ['string', 'bytes', []],
    ['int', 'long', ['TYPE_MISMATCH / reader type: INT not compatible with writer type: LONG']],
    [['int', 'string'], 'int', []],
    [['null', 'long'], 'int', []],
    ['int', ['int'], []],
    ['int', ['int', 'string'], ['TYPE_MISMATCH / reader type: INT not compatible with writer type: STRING']],
    [['int', 'string'], 'boolean', ['MISSING_UNION_BRANCH / reader union lacking writer type: BOOLEAN']],
    [['int', 'string'], ['int', 'boolean'], ['MISSING_UNION_BRANCH /1 reader union lacking writer type: BOOLEAN']],
    [
      { type: 'array', items: 'int' },
      { type: 'array', items: 'string' },
      ['TYPE_MISMATCH /items reader type: INT not compatible with writer type: STRING'],
    ],
    [{ type: 'map', values: 'long' }, { type: 'map', values: 'int' }, []],
    [color('A', 'B'), color('A'), []],
    [color('A'), color('A', 'C', 'B'), ['MISSING_ENUM_SYMBOLS /symbols [B, C]']],
    [{ ...color('A'), default: 'A' }, color('A', 'B'), []],
    [
      { type: 'fixed', name: 'F', size: 4 },
      { type: 'fixed', name: 'F', size: 8 },
      ['FIXED_SIZE_MISMATCH /size expected: 8, found: 4'],
    ],
    [{ type: 'fixed', name: 'x.F', size: 4 }, { type: 'fixed', name: 'y.F', size: 4 }, []],
    [{ type: 'fixed', name: 'G', size: 4 }, { type: 'fixed', name: 'F', size: 4 }, ['NAME_MISMATCH /name expected: F']],
    [{ type: 'fixed', name: 'G', size: 4, aliases: ['F'] }, { type: 'fixed', name: 'F', size: 4 }, []],
    [record({ name: 'a', type: 'int' }), record(), ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a']],
    [record({ name: 'a', type: 'int', default: 1 }), record(), []],
    [record({ name: 'a', type: ['null', 'int'], default: null }), record(), []],
    [record(), record({ name: 'a', type: 'int' }), []],
    [record({ name: 'b', type: 'long', aliases: ['a'] }), record({ name: 'a', type: 'int' }), []],
    [
      record({ name: 'b', type: 'int', aliases: ['a'] }),
      record({ name: 'a', type: 'int' }, { name: 'b', type: 'int' }),
      ['AMBIGUOUS_FIELD /fields/0 a, b'],
    ],
    [
      record({ name: 'a', type: 'int' }, { name: 'b', type: { type: 'map', values: 'int' } }),
      record({ name: 'b', type: { type: 'map', values: 'string' } }),
      [
        'READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a',
        'TYPE_MISMATCH /fields/1/type/values reader type: INT not compatible with writer type: STRING',
      ],
    ],
  ]
  for (const [reader, writer, found] of cases)
    assert.deepEqual(reading(reader, writer), found, `${JSON.stringify(reader)} reads ${JSON.stringify(writer)}`)
})

void test('recursive types are compared to their end, and once', () => {
  const list = (value: unknown) => ({
    type: 'record',
    name: 'List',
    fields: [
      { name: 'value', type: value },
      { name: 'next', type: ['null', 'List'] },
    ],
  })
  assert.deepEqual(reading(list('long'), list('int')), [])
  assert.equal(reading(list('int'), list('long')).length, 2)
  // Each level is used twice by the one above: without remembering pairs this would take 2^60 steps.
  const tower = (leaf: string) => {
    const types = Array.from({ length: 60 }, (_, level) => ({
      type: 'record',
      name: `L${level}`,
      fields: [
        { name: 'a', type: level === 59 ? leaf : `L${level + 1}` },
        { name: 'b', type: level === 59 ? leaf : `L${level + 1}` },
      ],
    }))
    return types
      .toReversed()
      .reduce(
        (below: unknown, type) =>
          below === undefined ? type : { ...type, fields: [{ name: 'a', type: below }, type.fields[1]] },
        undefined,
      )
  }
  assert.ok(reading(tower('int'), tower('string')).length > 0)
  assert.deepEqual(reading(tower('long'), tower('int')), [])
})

void test('a pair that was taken for compatible within one that failed is not believed', () => {
  // Branch A of the reader fails at its end; what was concluded on the way about B must not carry over to the second branch.
  const reader = {
    type: 'record',
    name: 'Top',
    fields: [
      { name: 'one', type: { type: 'record', name: 'B', fields: [{ name: 'up', type: ['null', 'Top'] }] } },
      { name: 'fails', type: 'int' },
    ],
  }
  const writer = {
    type: 'record',
    name: 'Top',
    fields: [
      { name: 'one', type: { type: 'record', name: 'B', fields: [{ name: 'up', type: ['null', 'Top'] }] } },
      { name: 'fails', type: 'string' },
    ],
  }
  assert.deepEqual(
    reading(reader, writer).map((each) => each.split(' ', 2).join(' ')),
    ['MISSING_UNION_BRANCH /fields/0/type/fields/0/type/1', 'TYPE_MISMATCH /fields/1/type'],
  )
})

void test('an incompatibility says in words which schema lacks what', () => {
  const [found] = incompatibilitiesOf(parse(record({ name: 'a', type: 'int' })), parse(record()), createStepBudget(10))
  assert.equal(
    printIncompatibility(found!, 'new', 'old'),
    "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'the field a of the new schema has no default value and is missing in the old schema (path '/fields/0')', additionalInfo:'a'}",
  )
})

void test('values are decoded for people, with all their digits', () => {
  const schema = record(
    { name: 'id', type: 'long' },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'more', type: ['null', { type: 'map', values: 'float' }] },
    { name: 'raw', type: 'bytes' },
  )
  const bytes = Buffer.concat([
    Buffer.from('feffffffffffffffff01', 'hex'),
    Buffer.from([4, 0xfb, 0x1e]),
    avsc.Type.forSchema('long').toBuffer(-1),
    avsc.Type.forSchema('int').toBuffer(20_458),
    avsc.Type.forSchema({ type: 'array', items: 'string' }).toBuffer(['é', '']),
    Buffer.from([2, 2, 2, 0x78, 0xcd, 0xcc, 0xcc, 0x3d, 0]),
    Buffer.from([4, 1, 2]),
  ])
  assert.equal(
    JSON.stringify(decodeAvro(parse(schema), bytes)),
    '{"id":9223372036854775807,"price":-12.50,"at":"1969-12-31T23:59:59.999Z","day":"2026-01-05","tags":["é",""],"more":{"x":0.1},"raw":"AQI="}',
  )
  assert.throws(() => decodeAvro(parse(schema), bytes.subarray(0, -1)), /bytes are needed/)
  assert.throws(() => decodeAvro(parse('int'), Buffer.from([2, 2])), /1 bytes are left over/)
  assert.throws(
    () => decodeAvro(parse({ type: 'array', items: 'null' }), Buffer.from('feffffff0f00', 'hex')),
    /a block of/,
  )
})

void test('what another library wrote is decoded to what it was, and bytes never bring it down', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: [
      { name: 'i', type: 'int' },
      { name: 's', type: 'string' },
      { name: 'd', type: 'double' },
      { name: 'b', type: 'boolean' },
      { name: 'u', type: ['null', 'string'] },
      { name: 'm', type: { type: 'map', values: 'int' } },
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
    ],
  }
  const type = avsc.Type.forSchema(schema as avsc.Schema)
  const parsed = parse(schema)
  const value = fc.record({
    i: fc.integer(),
    s: fc.string({ unit: 'grapheme' }),
    d: fc.double({ noNaN: true, noDefaultInfinity: true }),
    b: fc.boolean(),
    u: fc.option(fc.string()),
    m: fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      fc.integer(),
      { maxKeys: 4 },
    ),
    e: fc.constantFrom('A', 'B'),
  })
  fc.assert(
    fc.property(value, (given) => {
      const decoded: unknown = JSON.parse(
        JSON.stringify(decodeAvro(parsed, type.toBuffer({ ...given, d: given.d + 0 }))),
      )
      assert.deepEqual(decoded, JSON.parse(JSON.stringify(given)))
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeAvro(parsed, Buffer.from(bytes))
      } catch (error) {
        assert.equal((error as Error).constructor.name, 'UndecodableValue')
      }
    }),
  )
})
