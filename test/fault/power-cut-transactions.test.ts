import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '../../src/kernel/files/files.ts'
import { chosenSeed } from './chosen-seed.ts'
import { cutTransactionPower } from './transaction-power-cuts.ts'

const timeout = 600_000

void test(
  'after a power cut each transaction is whole or not there, and what was told holds',
  { timeout },
  async (context) => {
    await cutTransactionPower(chosenSeed(context), { rounds: 12, cuts: 25 })
  },
)

void test('the same test sees a log of transactions that is not synced', { timeout }, async (context) => {
  const forget = async (): Promise<void> => {}
  const withoutSync = (files: Files): Files => ({
    ...files,
    async open(path, mode) {
      if (!path.includes('/transactions/')) return files.open(path, mode)
      return { ...(await files.open(path, mode === 'durable' ? 'write' : mode)), sync: forget }
    },
  })
  await assert.rejects(cutTransactionPower(chosenSeed(context), { rounds: 12, cuts: 40, careless: withoutSync }))
})
