import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLoginDelays } from './login-delays.ts'

void test('each failure of an address or a user doubles the wait up to 5 s, and time makes it shorter again', () => {
  let now = 0
  const delays = createLoginDelays(() => now, 100)
  const fail = (address: string, user?: string): number => {
    const wait = delays.failed(address, user)
    wait.waited()
    return wait.ms
  }
  assert.deepEqual([fail('a'), fail('a'), fail('a')], [100, 200, 400])
  assert.equal(fail('b'), 100)
  // Of a user that is tried from everywhere.
  assert.deepEqual([fail('c', 'ada'), fail('d', 'ada'), fail('e', 'ada')], [100, 200, 400])
  for (let failure = 0; failure < 20; failure++) fail('a')
  assert.equal(fail('a'), 5000)
  now += 3_600_000
  assert.equal(Math.round(fail('a')), 100)
})

void test('at most ten of one address wait; others are not kept from trying', () => {
  const delays = createLoginDelays(() => 0, 100)
  const waits = Array.from({ length: 10 }, () => delays.failed('a', undefined))
  assert.deepEqual([delays.mayTry('a'), delays.mayTry('b')], [false, true])
  waits[0]!.waited()
  assert.ok(delays.mayTry('a'))
})
