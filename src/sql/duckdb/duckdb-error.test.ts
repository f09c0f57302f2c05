import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { duckdbError } from './duckdb-error.ts'

void test('the columns that a table has instead are a hint that reads well', () => {
  const said = 'Binder Error: Table "c" does not have a column named "teir"\n\nCandidate bindings: : "tier", "id"'
  const { message, details } = duckdbError(new Error(said)) as WeirError
  assert.equal(message, 'Table "c" does not have a column named "teir"')
  assert.equal(details['hint'], 'Candidate bindings: "tier", "id"')
})
