import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseType } from './parse-type.ts'
import { printType } from './print-type.ts'

void test('types are read as users space and spell them, and printed in one way', () => {
  const spellings: Readonly<Record<string, string>> = {
    ' LONG ': 'long',
    'decimal(38,38)': 'decimal(38, 38)',
    'Decimal( 9 , 0 )': 'decimal(9, 0)',
    'fixed(16)': 'fixed[16]',
    'fixed [ 3 ]': 'fixed[3]',
    'list<list<int>>': 'list<list<int>>',
    'map<string,list<struct<a:int>>>': 'map<string, list<struct<a: int>>>',
    'struct<required: int required, größe: date, "a ""b"": c>": uuid>':
      'struct<required: int required, größe: date, "a ""b"": c>": uuid>',
  }
  for (const [text, printed] of Object.entries(spellings)) {
    assert.equal(printType(parseType(text)), printed)
    assert.equal(printType(parseType(printed)), printed)
  }
})

void test('fields are optional unless marked, at every depth', () => {
  assert.deepEqual(parseType('struct<a: list<struct<b: int required>>, c: int>'), {
    type: 'struct',
    fields: [
      {
        id: 0,
        name: 'a',
        required: false,
        type: {
          type: 'list',
          'element-id': 0,
          'element-required': false,
          element: { type: 'struct', fields: [{ id: 0, name: 'b', required: true, type: 'int' }] },
        },
      },
      { id: 0, name: 'c', required: false, type: 'int' },
    ],
  })
})

const wrong: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /a type is expected at character 1/],
  ['lon', /lon is not a type; did you mean long\?/],
  ['geography', /geography is not a type; there are boolean, int/],
  ['"long"', /a type is expected/],
  ['long int', /nothing may follow the type, found int/],
  ['int>', /nothing may follow the type, found >/],
  ['decimal', /\( is expected at character 8/],
  ['decimal(0,0)', /precision of 1 to 38/],
  ['decimal(39,2)', /precision of 1 to 38/],
  ['decimal(3,4)', /scale of 0 to the precision/],
  ['decimal(1e1,0)', /the precision is expected/],
  ['decimal(0x9,0)', /the precision is expected/],
  ['decimal(9.5,2)', /, is expected at character 10/],
  ['decimal(9,-1)', /the scale is expected/],
  ['decimal("9",2)', /the precision is expected/],
  ['fixed[0]', /fixed takes a length/],
  ['fixed[1e3]', /a length is expected/],
  ['fixed[4)', /\] is expected/],
  ['list<>', /a type is expected at character 6/],
  ['list<int', /> is expected at character 9/],
  ['map<string>', /, is expected/],
  ['struct<>', /a field name is expected/],
  ['struct<a int>', /: is expected/],
  ['struct<a: int,>', /a field name is expected/],
  ['struct<"": int>', /a field name is expected/],
  ['struct<a: int, a: long>', /the field a is there twice/],
  ['struct<a: int, A: long>', /a and A differ only by case/],
  ['struct<a: int requiredly>', /> is expected/],
  [`${'list<'.repeat(100_000)}int`, /nested 64 levels deep/],
]

void test('what is no type is refused with the place and the nearest type', () => {
  for (const [text, message] of wrong)
    assert.throws(() => parseType(text), { code: 'WEIR-4007', message }, `${text.slice(0, 40)} must be refused`)
  const deepest = `${'list<'.repeat(63)}int${'>'.repeat(63)}`
  assert.equal(printType(parseType(deepest)), deepest)
})
