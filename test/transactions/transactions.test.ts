import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Carelessness } from './broker.ts'
import { sweepTransactions } from './sweep.ts'

void test('300 histories of producers, zombies, crashes, lost and late requests break no invariant (INV-X1 to X7)', async () => {
  const { findings, committed, aborted, crashes } = await sweepTransactions(1, 300)
  assert.deepEqual(findings, [])
  // Histories in which nothing happens would prove nothing.
  assert.ok(
    committed > 300 && aborted > 200 && crashes > 400,
    `${committed} committed, ${aborted} aborted, ${crashes} crashes`,
  )
})

/** Where to look: when what is explored changes, sweep some thousand seeds for each. */
const careless: readonly [Exclude<Carelessness, null>, seed: number][] = [
  ['answers before the disk', 1],
  ['writes markers before the decision', 1],
  ['verifies nothing', 890],
]

for (const [what, seed] of careless) {
  void test(`a log that ${what} is found out`, async () => {
    const { findings } = await sweepTransactions(seed, 600, what, 1)
    assert.equal(
      findings.length,
      1,
      'nothing breaks: the rule is good for nothing, or what it prevents is too rare here',
    )
  })
}
