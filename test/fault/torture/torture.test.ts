import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from '../chosen-seed.ts'
import { torture } from './torture.ts'

const timeout = 300_000

void test(
  'a log that is killed again and again, with torn tails, full disks, damage and a jumping clock, keeps what it promised',
  { timeout },
  async (context) => {
    const seed = chosenSeed(context)
    const { violations, mishaps, done } = await torture({ seed, kills: 15, aliveMs: 600, isEncrypted: seed % 2 === 0 })
    context.diagnostic(JSON.stringify({ ...mishaps, ...done }))
    assert.deepEqual(violations, [])
    for (const [what, count] of Object.entries({ ...mishaps, ...done, failedStarts: 1, killsAtStart: 1 }))
      assert.ok(count > 0, `nothing of this happened: ${what}`)
  },
)

void test('the same test sees a log that answers before it has synced', { timeout }, async (context) => {
  const { violations } = await torture({ seed: chosenSeed(context), kills: 6, aliveMs: 300, isCareless: true })
  assert.ok(
    violations.some(({ rule }) => rule === 'lost'),
    JSON.stringify(violations.slice(0, 10)),
  )
})
