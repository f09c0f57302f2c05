import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { keyedProject, keyedRounds } from './keyed-rounds.ts'

const kills = 12

void test(`${kills} times kill -9 of a random process, with compactions between: each key has its last value, once`, (context) =>
  keyedRounds({
    seed: chosenSeed(context),
    kills,
    say: (line) => context.diagnostic(line),
    project: keyedProject(),
    leastAcknowledged: 500,
  }))
