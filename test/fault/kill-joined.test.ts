import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { killJoinedRounds } from './kill-joined-rounds.ts'

void test('INV-W3: of two workers that joined one is killed, then others at random: nothing is lost, nothing is there twice', async (context) => {
  const seed = chosenSeed(context)
  const { killed, acknowledged } = await killJoinedRounds(seed, {
    first: ['worker', 'process', 'supervisor'],
    count: 6,
    say: (line) => context.diagnostic(line),
  })
  context.diagnostic(`${JSON.stringify(killed)}, ${acknowledged} values acknowledged`)
  assert.ok(acknowledged > 500, `only ${acknowledged} values were acknowledged`)
})
