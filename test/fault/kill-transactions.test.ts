import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { killTransactions } from './kill-transactions.ts'

void test(
  'transactions of both dialects are whole or not there, however often the log is killed',
  { timeout: 180_000 },
  async (context) => {
    const { committed, aborted, unknown } = await killTransactions(chosenSeed(context), 8, 400)
    assert.ok(
      committed > 0 && aborted > 0 && unknown > 0,
      `${committed} committed, ${aborted} aborted, ${unknown} unknown`,
    )
  },
)
