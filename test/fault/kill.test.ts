import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { killRounds } from './kill-rounds.ts'

void test('20 times kill -9 of a random process: nothing acknowledged is lost, nothing is there twice', async (context) => {
  const seed = chosenSeed(context)
  const { killed, acknowledged, sent } = await killRounds(seed, 20, (line) => context.diagnostic(line))
  context.diagnostic(`${JSON.stringify(killed)}, ${acknowledged} of ${sent} values acknowledged`)
  assert.ok(acknowledged > 1000, `only ${acknowledged} values were acknowledged`)
})
