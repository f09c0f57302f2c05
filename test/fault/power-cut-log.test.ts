import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '../../src/kernel/files/files.ts'
import { chosenSeed } from './chosen-seed.ts'
import { cutLogPower } from './log-power-cuts.ts'

const timeout = 600_000

void test('after a power cut the log has what it acknowledged, once and in order', { timeout }, async (context) => {
  await cutLogPower(chosenSeed(context), { rounds: 25, cuts: 40 })
})

void test('the same test sees a log that syncs no file, and one that syncs no folder', { timeout }, async (context) => {
  const seed = chosenSeed(context)
  const forget = async (): Promise<void> => {}
  const withoutFileSync = (files: Files): Files => ({
    ...files,
    open: async (path, mode) => ({ ...(await files.open(path, mode)), sync: forget }),
  })
  const withoutFolderSync = (files: Files): Files => ({ ...files, syncDirectory: forget })
  for (const careless of [withoutFileSync, withoutFolderSync]) {
    await assert.rejects(cutLogPower(seed, { rounds: 25, cuts: 40, careless }))
  }
})
