import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '../../src/kernel/files/files.ts'
import { chosenSeed } from './chosen-seed.ts'
import { cutGroupPower } from './group-power-cuts.ts'

const timeout = 120_000

void test(
  'after a power cut what groups were told holds, and their members go on (INV-G1, G3, G7, G9)',
  { timeout },
  async (context) => {
    await cutGroupPower(chosenSeed(context), { rounds: 25, cuts: 25 })
  },
)

void test('the same test sees a log of groups that is not synced', { timeout }, async (context) => {
  const forget = async (): Promise<void> => {}
  const withoutSync = (files: Files): Files => ({
    ...files,
    async open(path, mode) {
      if (!path.includes('/groups/')) return files.open(path, mode)
      return { ...(await files.open(path, mode === 'durable' ? 'write' : mode)), sync: forget }
    },
  })
  await assert.rejects(cutGroupPower(chosenSeed(context), { rounds: 25, cuts: 40, careless: withoutSync }))
})
