import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExactJson } from '../exact-json.ts'
import { createStepBudget, OutOfSteps } from '../step-budget.ts'
import { compareSchemas } from './compare-shapes.ts'
import type { Policy } from './differences.ts'
import { loadShape } from './load-shape.ts'

const modern = 'https://json-schema.org/draft/2020-12/schema'

function load(schema: unknown, references: Readonly<Record<string, unknown>> = {}) {
  const texts = Object.entries(references).map(([name, json]) => [name, parseExactJson(JSON.stringify(json))] as const)
  return loadShape(parseExactJson(JSON.stringify(schema)), new Map(texts)).shape
}

/** What makes values of the first schema invalid by the second, by type and path. */
function compare(original: unknown, update: unknown, policy: Policy = 'strict'): string[] {
  const found = compareSchemas(load(original), load(update), policy, createStepBudget(1_000_000))
  return found.map(({ type, path }) => `${type} ${path}`)
}

const open = (properties: unknown, more = {}) => ({ type: 'object', properties, ...more })
const closed = (properties: unknown, more = {}) => open(properties, { additionalProperties: false, ...more })
const string = { type: 'string' }
const number = { type: 'number' }

/** Original, update, and what is found; both of a row are held against each other in this direction only. */
const rules: Readonly<Record<string, readonly [original: unknown, update: unknown, found: readonly string[]][]>> = {
  'types and what has no type': [
    [string, number, ['TYPE_CHANGED #/']],
    [string, {}, []],
    [{}, string, ['TYPE_CHANGED #/']],
    [false, string, []],
    [string, true, []],
    [{ type: 'integer' }, number, []],
    [number, { type: 'integer' }, ['TYPE_NARROWED #/']],
    [{ type: 'boolean' }, { type: 'boolean', title: 'yes or no', default: true }, []],
    [{ type: 'string', 'connect.type': 'bytes' }, { type: 'number', 'connect.type': 'bytes' }, []],
  ],
  'texts and numbers': [
    [string, { type: 'string', maxLength: 5 }, ['MAX_LENGTH_ADDED #/maxLength']],
    [{ type: 'string', maxLength: 5 }, { type: 'string', maxLength: 4 }, ['MAX_LENGTH_DECREASED #/maxLength']],
    [{ type: 'string', maxLength: 5 }, { type: 'string', maxLength: 6 }, []],
    [{ type: 'string', minLength: 5 }, { type: 'string', minLength: 6 }, ['MIN_LENGTH_INCREASED #/minLength']],
    [{ type: 'string', minLength: 5 }, string, []],
    [string, { type: 'string', pattern: 'a' }, ['PATTERN_ADDED #/pattern']],
    [{ type: 'string', pattern: 'b' }, { type: 'string', pattern: 'a' }, ['PATTERN_CHANGED #/pattern']],
    [{ type: 'number', maximum: 5 }, { type: 'number', maximum: 4.5 }, ['MAXIMUM_DECREASED #/maximum']],
    [
      { type: 'number', exclusiveMinimum: 5 },
      { type: 'number', exclusiveMinimum: 6 },
      ['EXCLUSIVE_MINIMUM_INCREASED #/exclusiveMinimum'],
    ],
    [
      { type: 'number', minimum: 1 },
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      ['EXCLUSIVE_MINIMUM_ADDED #/exclusiveMinimum'],
    ],
    [{ type: 'number', multipleOf: 0.3 }, { type: 'number', multipleOf: 0.1 }, []],
    [{ type: 'number', multipleOf: 0.1 }, { type: 'number', multipleOf: 0.3 }, ['MULTIPLE_OF_EXPANDED #/multipleOf']],
    [{ type: 'number', multipleOf: 2 }, { type: 'number', multipleOf: 3 }, ['MULTIPLE_OF_CHANGED #/multipleOf']],
    [{ enum: ['a'] }, { enum: ['a', 1] }, []],
    [{ enum: ['a', 1.0] }, { enum: [1] }, ['ENUM_ARRAY_NARROWED #/enum']],
    [{ enum: ['a'] }, { enum: ['b'] }, ['ENUM_ARRAY_CHANGED #/enum']],
    [{ const: { a: 1, b: 2 } }, { const: { b: 2, a: 1 } }, []],
    [{ const: 1 }, { const: 2 }, ['ENUM_ARRAY_CHANGED #/const']],
  ],
  'content models of objects': [
    [open({}), open({ a: string }), ['OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a']],
    [open({}), open({ a: {} }), []],
    [
      open({}),
      open({ a: string }, { required: ['a'] }),
      ['REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a'],
    ],
    [open({ a: string }), open({}), []],
    [closed({}), closed({ a: string }), []],
    [
      closed({}),
      closed({ a: string }, { required: ['a'] }),
      ['REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a'],
    ],
    [closed({}), closed({ a: { type: 'string', default: '' } }, { required: ['a'] }), []],
    [closed({ a: string }), closed({}), ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a']],
    [closed({ a: false }), closed({}), []],
    [closed({ a: string }), open({}), []],
    [open({}, { additionalProperties: string }), open({ a: string }, { additionalProperties: string }), []],
    [
      open({}, { additionalProperties: number }),
      open({ a: string }, { additionalProperties: number }),
      ['TYPE_CHANGED #/properties/a', 'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a'],
    ],
    [
      open({ a: string }, { additionalProperties: number }),
      open({}, { additionalProperties: number }),
      ['TYPE_CHANGED #/properties/a', 'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a'],
    ],
    [
      open({}, { patternProperties: { '^s_': string } }),
      open({ s_a: string }, { patternProperties: { '^s_': string } }),
      [],
    ],
    [open({}), closed({}), ['ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties']],
    [open({}), open({}, { additionalProperties: string }), ['ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties']],
    [closed({}), open({}), []],
    [open({ a: string }), open({ a: string }, { required: ['a'] }), ['REQUIRED_ATTRIBUTE_ADDED #/required/a']],
    [open({ a: string }), open({ a: { type: 'string', default: '' } }, { required: ['a'] }), []],
    [open({ a: open({ b: string }) }), open({ a: open({ b: number }) }), ['TYPE_CHANGED #/properties/a/properties/b']],
    [open({}, { maxProperties: 3 }), open({}, { maxProperties: 2 }), ['MAX_PROPERTIES_DECREASED #/maxProperties']],
    [open({}), open({}, { dependencies: { a: ['b'] } }), ['DEPENDENCY_ARRAY_ADDED #/dependencies/a']],
    [
      open({}, { dependencies: { a: ['b'] } }),
      open({}, { dependencies: { a: ['b', 'c'] } }),
      ['DEPENDENCY_ARRAY_EXTENDED #/dependencies/a'],
    ],
    [open({}, { dependencies: { a: ['b', 'c'] } }), open({}, { dependencies: { a: ['b'] } }), []],
    [open({}), open({}, { dependencies: { a: string } }), ['DEPENDENCY_SCHEMA_ADDED #/dependencies/a']],
  ],
  'content models of arrays': [
    [{ type: 'array', items: string }, { type: 'array', items: number }, ['TYPE_CHANGED #/items']],
    [{ type: 'array' }, { type: 'array', items: number }, ['SCHEMA_ADDED #/items']],
    [{ type: 'array', items: number }, { type: 'array' }, []],
    [
      { type: 'array', items: [string] },
      { type: 'array', items: [string, number] },
      ['ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1'],
    ],
    [
      { type: 'array', items: [string], additionalItems: false },
      { type: 'array', items: [string, number], additionalItems: false },
      [],
    ],
    [
      { type: 'array', items: [string, number], additionalItems: false },
      { type: 'array', items: [string], additionalItems: false },
      ['ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1'],
    ],
    [{ type: 'array', items: [string, number] }, { type: 'array', items: [string] }, []],
    [{ type: 'array' }, { type: 'array', uniqueItems: true }, ['UNIQUE_ITEMS_ADDED #/uniqueItems']],
    [{ type: 'array', minItems: 1 }, { type: 'array', minItems: 2 }, ['MIN_ITEMS_INCREASED #/minItems']],
  ],
  'several schemas': [
    [string, { oneOf: [string, number] }, []],
    [{ oneOf: [string, number] }, string, ['TYPE_CHANGED #/']],
    [string, { allOf: [string] }, []],
    [{ allOf: [string, { maxLength: 3 }] }, string, []],
    [{ oneOf: [string] }, { anyOf: [string, number] }, []],
    [{ anyOf: [string, number] }, { oneOf: [string, number] }, ['COMBINED_TYPE_CHANGED #/']],
    [{ oneOf: [string, number] }, { oneOf: [number, string, { type: 'null' }] }, []],
    [{ oneOf: [string, number] }, { oneOf: [number] }, ['SUM_TYPE_NARROWED #/']],
    [{ allOf: [string] }, { allOf: [string, { maxLength: 2 }] }, ['PRODUCT_TYPE_EXTENDED #/']],
    [{ oneOf: [string, number] }, { oneOf: [{ type: 'null' }, string] }, ['COMBINED_TYPE_SUBSCHEMAS_CHANGED #/']],
    [{ type: ['string', 'null'] }, { type: ['null', 'string', 'number'] }, []],
    [{ not: { type: 'string', maxLength: 3 } }, { not: string }, ['NOT_TYPE_EXTENDED #/not']],
    [{ not: string }, { not: { type: 'string', maxLength: 3 } }, []],
    [{ type: 'string', enum: ['a'] }, { type: 'string', enum: ['a', 'b'] }, []],
  ],
  'newer drafts': [
    [
      { $schema: modern, type: 'array', prefixItems: [string], items: false },
      { $schema: modern, type: 'array', prefixItems: [string, number], items: false },
      [],
    ],
    [{ $schema: modern, type: 'array' }, { $schema: modern, type: 'array', items: string }, ['SCHEMA_ADDED #/items']],
    [
      { $schema: modern, ...open({}), unevaluatedProperties: true },
      { $schema: modern, ...open({}), unevaluatedProperties: false },
      ['UNEVALUATED_PROPERTIES_REMOVED #/unevaluatedProperties'],
    ],
    [
      { $schema: modern, ...open({}), unevaluatedProperties: false },
      { $schema: modern, ...open({ a: string }), unevaluatedProperties: false },
      [],
    ],
    [
      { $schema: modern, type: 'array', contains: string, maxContains: 3 },
      { $schema: modern, type: 'array', contains: string, maxContains: 2 },
      ['MAX_CONTAINS_DECREASED #/maxContains'],
    ],
    [
      { $schema: modern, ...open({}) },
      { $schema: modern, ...open({}), dependentRequired: { a: ['b'] } },
      ['DEPENDENCY_ARRAY_ADDED #/dependencies/a'],
    ],
    [
      { $schema: modern, $ref: '#/$defs/s', $defs: { s: string } },
      { $schema: modern, $ref: '#/$defs/s', maxLength: 3, $defs: { s: string } },
      ['TYPE_CHANGED #/'],
    ],
  ],
}

for (const [what, cases] of Object.entries(rules))
  void test(`comparison: ${what}`, () => {
    for (const [original, update, found] of cases)
      assert.deepEqual(compare(original, update), found, `${JSON.stringify(original)} to ${JSON.stringify(update)}`)
  })

void test('the lenient policy lets open content models get properties', () => {
  assert.deepEqual(compare(open({}), open({ a: string }), 'lenient'), [])
  assert.deepEqual(compare(closed({ a: string }), closed({}), 'lenient'), [])
  assert.deepEqual(compare(open({ a: string }), open({ a: number }), 'lenient'), ['TYPE_CHANGED #/properties/a'])
})

void test('references are followed: within the document, by id and anchor, into other schemas', () => {
  const names = {
    'address.json': {
      $id: 'address.json',
      definitions: { zip: { type: 'string', maxLength: 5 } },
      ...open({ zip: { $ref: '#/definitions/zip' } }),
    },
  }
  const user = (ref: string) => load(open({ home: { $ref: ref } }), names)
  const budget = createStepBudget(1000)
  const found = compareSchemas(user('address.json'), load(open({ home: open({ zip: number }) })), 'strict', budget)
  assert.deepEqual(
    found.map(({ type, path }) => `${type} ${path}`),
    ['TYPE_CHANGED #/properties/home/properties/zip'],
  )
  for (const ref of ['./address.json', 'address.json#/definitions/zip', 'address.json#/$defs/zip', '#'])
    assert.ok(user(ref), ref)
  assert.ok(load({ $schema: modern, $ref: '#here', $defs: { a: { $anchor: 'here', type: 'string' } } }))
  assert.ok(load({ $ref: 'http://json-schema.org/draft-07/schema#' }))
  assert.throws(() => user('elsewhere.json'), /nothing at the \$ref "elsewhere.json"/)
  assert.throws(() => load({ $ref: '#/definitions/none' }), /nothing at the \$ref/)
})

void test('schemas that lead back to themselves are compared to their end', () => {
  const tree = (leaf: unknown) => closed({ leaf, left: { $ref: '#' }, right: { $ref: '#' } })
  assert.deepEqual(compare(tree(number), tree(number)), [])
  assert.ok(compare(tree(number), tree(string)).includes('TYPE_CHANGED #/properties/leaf'))
  const loop = {
    $ref: '#/definitions/a',
    definitions: { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } },
  }
  assert.deepEqual(compare(loop, loop), [])
})

void test('what is no schema is refused with where it is', () => {
  const refused: [schema: unknown, what: RegExp][] = [
    [7, /an object, or true or false/],
    [{ type: 'strin' }, /there is no type strin/],
    [{ properties: [] }, /#\/properties is \[\], where it has to be an object/],
    [open({ a: 3 }), /#\/properties\/a is no schema/],
    [{ required: 'a' }, /#\/required is "a", where it has to be a list/],
    [{ required: [1] }, /a list of texts/],
    [{ minLength: -1 }, /a whole number of at least 0/],
    [{ multipleOf: 0 }, /above 0/],
    [{ allOf: {} }, /#\/allOf is \{\}/],
    [{ if: 3 }, /#\/if is no schema/],
  ]
  for (const [schema, what] of refused) assert.throws(() => load(schema), what, JSON.stringify(schema))
  const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => ({ not: inner }), {})
  assert.throws(() => load(deep), /more than 128 levels/)
})

void test('a comparison ends, whatever the schemas', () => {
  const parts = Array.from({ length: 400 }, (_, at) => ({ type: 'string', maxLength: at }))
  const budget = createStepBudget(10_000)
  assert.throws(() => compareSchemas(load({ oneOf: parts }), load({ anyOf: parts }), 'strict', budget), OutOfSteps)
  const hostile = open({}, { patternProperties: { '^(a+)+$': string } })
  assert.throws(() => compare(hostile, open({ [`${'a'.repeat(40)}!`]: string })), /cannot be searched for/)
})
