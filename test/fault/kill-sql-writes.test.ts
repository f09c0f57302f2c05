import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { sqlRounds, transferProject } from './sql-rounds.ts'

void test('kill -9 of engine, writer and supervisor: each transaction is there whole or not at all, and what was answered is there', (context) =>
  sqlRounds({
    seed: chosenSeed(context),
    kills: 10,
    say: (line) => context.diagnostic(line),
    project: transferProject(),
    leastAnswered: 20,
  }))
