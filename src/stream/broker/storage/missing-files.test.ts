import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { suite, test } from 'node:test'
import {
  batchOf,
  createPartitionFolder,
  takeStart,
  valuesFrom,
  type PartitionFolder,
} from '../../../../test/support/partition-folder.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { isAsWritten, type PartitionCheckpoint } from './partition-checkpoint.ts'

const batchBytes = batchOf(['v0']).bytes.length
const corrupt = { errorName: 'CORRUPT_MESSAGE', message: /WEIR-3007|is damaged from offset/ }
const nameOf = (base: number) => `${String(base).padStart(20, '0')}.log`

/** Eight records, two in a file; gives what was written down of them. */
async function written(folder: PartitionFolder): Promise<PartitionCheckpoint> {
  const log = await folder.open({ segmentBytes: 2 * batchBytes })
  for (let at = 0; at < 8; at++) await log.append(batchOf([`v${at}`]))
  const checkpoint = log.checkpoint()
  await log.close()
  return checkpoint
}

void suite('INV-L1: files that were removed are damage, and are named', () => {
  const cases = [
    { removed: 'the oldest', files: [0], lost: [0, 2], named: nameOf(0) },
    { removed: 'one in the middle', files: [2], lost: [2, 4], named: nameOf(2) },
    { removed: 'two in the middle', files: [2, 4], lost: [2, 6], named: nameOf(2) },
    { removed: 'the newest', files: [6], lost: [6, 8], named: nameOf(6) },
    { removed: 'all of them', files: [0, 2, 4, 6], lost: [0, 8], named: nameOf(0) },
  ] as const
  for (const { removed, files, lost, named } of cases) {
    void test(removed, async () => {
      using folder = createPartitionFolder()
      const checkpoint = await written(folder)
      assert.ok(await isAsWritten(nodeFiles, folder.path, checkpoint))
      for (const base of files) folder.remove(nameOf(base))
      assert.equal(await isAsWritten(nodeFiles, folder.path, checkpoint), false, 'a start opens the partition')
      const [from, to] = lost
      for (const start of [1, 2]) {
        const log = await folder.open({ ...checkpoint, segmentBytes: 2 * batchBytes })
        assert.match(
          log.trouble ?? '',
          new RegExp(`^WEIR-3007 test-0 is damaged from offset ${from} to ${to} .*${named}`),
        )
        assert.equal(log.startOffset, 0, `start ${start}`)
        assert.equal(log.endOffset, 8)
        for (let offset = from; offset < to; offset++) await assert.rejects(log.read(offset, 1000, true), corrupt)
        const others = [0, 1, 2, 3, 4, 5, 6, 7].filter((offset) => offset < from || offset >= to)
        for (const at of others) assert.deepEqual(await valuesFrom(log, at, at + 1), [`${at}:v${at}`])
        await log.close()
      }
    })
  }
})

void test('the whole folder of a partition is gone: its records are refused by name, new ones follow, and the operator gives the old ones up', async () => {
  using folder = createPartitionFolder()
  const checkpoint = await written(folder)
  for (const name of readdirSync(folder.path)) folder.remove(name)
  rmSync(folder.path, { recursive: true })
  let log = await folder.open(checkpoint)
  assert.match(log.trouble ?? '', /damaged from offset 0 to 8 /)
  assert.equal(await log.append(batchOf(['v8'], { timestamp: 5000 })), 8)
  assert.equal(log.segments()[0]!.maxTimestamp, 5000, 'retention takes what is lost with the records behind it')
  await log.close()
  log = await folder.open(log.checkpoint())
  assert.match(log.trouble ?? '', /damaged from offset 0 to 8 /)
  takeStart(log, 8)
  await log.removeOutdated()
  assert.equal(log.trouble, undefined)
  await log.close()
  log = await folder.open(log.checkpoint())
  assert.deepEqual([log.startOffset, log.trouble, await valuesFrom(log)], [8, undefined, ['8:v8']])
  await log.close()
})

void test('what is lost and has no records behind it is never due, however short the retention', async () => {
  using folder = createPartitionFolder()
  const checkpoint = await written(folder)
  rmSync(folder.path, { recursive: true })
  mkdirSync(folder.path)
  const log = await folder.open(checkpoint)
  assert.equal(log.segments()[0]!.maxTimestamp, Infinity)
  await log.close()
})

void test('files that are put back end the damage', async () => {
  using folder = createPartitionFolder()
  const checkpoint = await written(folder)
  const [oldest] = folder.segments() as [string]
  const bytes = await nodeFiles.read(oldest)
  folder.remove(basename(oldest))
  let log = await folder.open({ ...checkpoint, segmentBytes: 2 * batchBytes })
  assert.notEqual(log.trouble, undefined)
  await log.append(batchOf(['v8']))
  await log.close()
  const file = await nodeFiles.open(oldest, 'write')
  await file.write([bytes], 0)
  await file.close()
  log = await folder.open(log.checkpoint())
  assert.equal(log.trouble, undefined)
  assert.equal((await valuesFrom(log)).length, 9)
  await log.close()
})

void test('a backup that was copied while retention ran is whole: it begins with the files that it has', async () => {
  using folder = createPartitionFolder()
  const checkpoint = await written(folder)
  folder.remove(nameOf(0))
  const restored = { restore: 'one', offsets: 1000 }
  let log = await folder.open({ ...checkpoint, restored })
  assert.deepEqual([log.startOffset, log.trouble], [2, undefined])
  await log.close()
  log = await folder.open(log.checkpoint())
  assert.deepEqual([log.startOffset, log.trouble], [2, undefined])
  await log.close()
})
