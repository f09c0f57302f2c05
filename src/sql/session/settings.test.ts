import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSettings, timeoutMsOf } from './settings.ts'

void test('a statement_timeout is kept in any unit of PostgreSQL, and is none where it is 0 of any', () => {
  const settings = createSettings({})
  const set = (value: string): string => {
    settings.set('statement_timeout', value)
    return settings.get('statement_timeout')
  }
  for (const [value, ms] of [
    ['250', 250],
    ['5s', 5_000],
    ['5  s', 5_000],
    ['2 min', 120_000],
    ['1h', 3_600_000],
    ['2147483647', 2_147_483_647],
  ] as const)
    assert.equal(timeoutMsOf(set(value)), ms, value)
  for (const none of ['0', '0ms', '0 s', '000']) assert.equal(set(none), '0', none)
})

void test('a statement_timeout that no timer takes is refused: it would end every statement at once', () => {
  const settings = createSettings({})
  for (const value of ['2147483648', '30d', '-1', '1.5s', '5 weeks', ''])
    assert.throws(
      () => settings.set('statement_timeout', value),
      { code: 'WEIR-6002', message: `invalid value for parameter "statement_timeout": "${value}"` },
      value,
    )
})
