import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '../../src/kernel/files/files.ts'
import { chosenSeed } from './chosen-seed.ts'
import { cutMetadataPower } from './metadata-power-cuts.ts'

const timeout = 180_000

for (const [title, isEncrypted] of [
  ['a log', false],
  ['an encrypted log whose key is changed', true],
] as const)
  void test(
    `INV-S2, INV-S6, INV-R1: after a power cut ${title} has the users, ACLs, quotas, topics, settings and schemas that it answered`,
    { timeout },
    (context) => cutMetadataPower(chosenSeed(context), { rounds: 12, cuts: 15, isEncrypted }),
  )

void test('the same test sees a log that syncs nothing', { timeout }, async (context) => {
  const forget = async (): Promise<void> => {}
  const withoutSync = (files: Files): Files => ({
    ...files,
    async open(path, mode) {
      return { ...(await files.open(path, mode === 'durable' ? 'write' : mode)), sync: forget }
    },
  })
  await assert.rejects(cutMetadataPower(chosenSeed(context), { rounds: 12, cuts: 25, careless: withoutSync }))
})
