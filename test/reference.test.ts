import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { kinds } from '../src/platform/kinds/registry.ts'
import { specJsonSchema } from '../src/platform/kinds/json-schema.ts'
import { answerTypes } from '../tools/answer-types.ts'
import { referencePages } from '../tools/reference.ts'

void test('the reference is what the declarations say', async () => {
  for (const [path, text] of await referencePages())
    assert.equal(readFileSync(path, 'utf8'), text, `${path} is not current: node tools/reference.ts`)
})

void test('every option of every kind has a description', () => {
  let seen = 0
  const visit = (path: string, json: Record<string, unknown>): void => {
    for (const [name, option] of Object.entries(
      (json['properties'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      seen++
      assert.ok(option['description'], `${path}.${name} has no description`)
      visit(`${path}.${name}`, option)
    }
  }
  for (const kind of kinds) visit(kind.kind, specJsonSchema(kind))
  assert.ok(seen > 15, `only ${seen} options seen`)
})

const text = { type: 'string' }
const nullable = { anyOf: [text, { type: 'null' }] }
const arrays = {
  of: text,
  nullable,
  enumerated: { enum: ['a', 'b'] },
  nested: { type: 'array', items: text },
  either: { type: ['string', 'null'] },
  object: { properties: { key: nullable }, required: ['key'] },
} as const

void test('an array has parentheses around what needs them only, as the formatter has it', () => {
  const properties = Object.fromEntries(Object.entries(arrays).map(([name, items]) => [name, { type: 'array', items }]))
  const lines = answerTypes({ Arrays: { properties } }).split('\n').slice(3)
  assert.deepEqual(lines, [
    'export interface Arrays {',
    '  readonly of?: readonly string[]',
    '  readonly nullable?: readonly (string | null)[]',
    "  readonly enumerated?: readonly ('a' | 'b')[]",
    '  readonly nested?: readonly (readonly string[])[]',
    '  readonly either?: readonly (string | null)[]',
    '  readonly object?: readonly {',
    '    readonly key: string | null',
    '  }[]',
    '}',
    '',
  ])
})
