import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSeed } from './chosen-seed.ts'
import { cutObjectPower } from './object-power-cuts.ts'

void test('after a power cut every object that was answered is there and none is torn', async (context) => {
  await cutObjectPower(chosenSeed(context), 150)
})

void test('the same test sees a folder that is not synced, and a file that is not', async (context) => {
  const seed = chosenSeed(context)
  const forget = async (): Promise<void> => {}
  await assert.rejects(
    cutObjectPower(seed, 150, (files) => ({ ...files, syncDirectory: forget })),
    /is gone/,
  )
  await assert.rejects(
    cutObjectPower(seed, 150, (files) => ({ ...files, syncForeign: forget })),
    /is torn/,
  )
})
