import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { cutLakePower } from './lake-power-cuts.ts'

const timeout = 120_000
const size = { rounds: 15, cuts: 60 }

void test(
  'after a power cut the pointer names nothing that is gone or torn, and every commit that was answered is in the table',
  { timeout },
  async (context) => {
    await cutLakePower(chosenSeed(context), size)
  },
)

void test('the same of a Delta table, whose log is whole', { timeout }, async (context) => {
  await cutLakePower(chosenSeed(context), { ...size, format: 'delta' })
})

void test(
  'the same test sees a lake that syncs no folder, and one that does not sync what DuckDB wrote',
  { timeout },
  async (context) => {
    const seed = chosenSeed(context)
    const forget = async (): Promise<void> => {}
    await assert.rejects(
      cutLakePower(seed, { ...size, careless: (files) => ({ ...files, syncDirectory: forget }) }),
      /is gone/,
    )
    await assert.rejects(
      cutLakePower(seed, { ...size, careless: (files) => ({ ...files, syncForeign: forget }) }),
      /is torn/,
    )
    await assert.rejects(
      cutLakePower(seed, { ...size, format: 'delta', careless: (files) => ({ ...files, syncDirectory: forget }) }),
      /is gone|a gap|ahead of the log|ENOENT/,
    )
  },
)
