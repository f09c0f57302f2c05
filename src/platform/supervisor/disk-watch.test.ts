import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { mayMount, smallDisk } from '../../../test/fault/small-disk.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { watchDisk } from './disk-watch.ts'

void test('the warning comes at 80 % of the budget, before it is used up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-disk-'))
  const disk = watchDisk(folder, 1_000_000, silentLogger)
  try {
    writeFileSync(join(folder, 'first'), Buffer.alloc(700_000))
    assert.equal((await disk.measure()).warning, undefined)
    writeFileSync(join(folder, 'second'), Buffer.alloc(150_000))
    assert.match((await disk.measure()).warning ?? '', /takes 8\d\d.* of its budget of 1 MB.*retention.*diskBudget/)
    writeFileSync(join(folder, 'third'), Buffer.alloc(200_000))
    assert.match((await disk.measure()).warning ?? '', /takes 1.*, more than its budget of 1 MB/)
    rmSync(join(folder, 'first'))
    assert.equal((await disk.measure()).warning, undefined)
  } finally {
    disk.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

const skip = mayMount() || process.env['CI'] !== undefined ? false : 'needs root, to mount a small disk'

void test('what is free is told as of now, and a full disk is called full', { skip }, async () => {
  using small = smallDisk(64)
  const disk = watchDisk(small.folder, undefined, silentLogger)
  try {
    await disk.measure()
    assert.match((await disk.now())?.warning ?? '', /only 6\d.* free/)
    small.fillUpTo(1_000_000)
    const full = await disk.now()
    assert.ok(full!.freeBytes <= 1_000_000)
    assert.match(full!.warning ?? '', /disk of the data directory is full .*producers are refused/)
    small.makeRoom()
    assert.match((await disk.now())?.warning ?? '', /only 6\d.* free/)
  } finally {
    disk.stop()
  }
})
