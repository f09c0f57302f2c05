import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkSpec } from './check-spec.ts'

const schema = z.strictObject({
  count: z.int().min(1).max(1000).optional(),
  mode: z.enum(['copy', 'move']).optional(),
  keep: z.union([z.literal('forever'), z.string({ error: 'it takes a duration' })]).optional(),
  names: z.array(z.string().min(1)).min(1).optional(),
  users: z.record(z.string().regex(/^[a-z]+$/, 'a name is letters'), z.strictObject({ on: z.boolean() })).optional(),
})

const refusals = [
  ['NaN', { count: Number.NaN }, 'it: count is NaN: it takes a finite number'],
  ['infinity', { count: -Infinity }, 'it: count is -Infinity: it takes a finite number'],
  ['a bigint', { count: 4n }, 'it: count is 4n: it takes a number'],
  ['NaN inside', { count: [Number.NaN] }, 'it: count is [ NaN ]: it takes a number'],
  ['a part of a number', { count: 1.5 }, 'it: count is 1.5: it takes a whole number'],
  ['too little', { count: 0 }, 'it: count is 0: it is at least 1'],
  ['too much', { count: 1001 }, 'it: count is 1001: it is at most 1000'],
  ['a choice that there is not', { mode: 'link' }, 'it: mode is "link": it takes "copy" or "move"'],
  ['a misspelt choice', { mode: 'mvoe' }, 'it: mode is "mvoe": it takes "copy" or "move". Did you mean "move"?'],
  ['none of several forms', { keep: 7 }, 'it: keep is 7: it takes "forever", or a duration'],
  ['no elements', { names: [] }, 'it: names is []: it has at least one element'],
  ['an empty text', { names: [''] }, 'it: names.0 is "": it cannot be empty'],
  ['a name that is none', { users: { 'a b': { on: true } } }, 'it: users has the name "a b": a name is letters'],
  ['what is missing', { users: { a: {} } }, 'it: users.a.on is missing: it takes true or false'],
] as const

for (const [what, value, message] of refusals)
  void test(`${what} is refused with the value as it was written and what it should be`, () => {
    assert.throws(() => checkSpec(schema, 'it', value, () => undefined), { code: 'WEIR-1003', message })
  })

void test('a value that refers to itself is refused like any other', () => {
  const count: { self?: unknown } = {}
  count.self = count
  assert.throws(() => checkSpec(schema, 'it', { count }, () => undefined), { code: 'WEIR-1003', message: /count is/ })
})

void test('the place of what is missing is that of what it is missing in', () => {
  const asked = (error: unknown): boolean => (error as WeirError).at === 'users.a'
  assert.throws(() => checkSpec(schema, 'it', { users: { a: {} } }, (path) => path.join('.')), asked)
})
