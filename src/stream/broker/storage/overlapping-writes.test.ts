import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, test } from 'node:test'
import { setImmediate as turnEnd } from 'node:timers/promises'
import {
  batchOf,
  createPartitionFolder,
  valuesFrom,
  type PartitionFolder,
} from '../../../../test/support/partition-folder.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { batchField } from '../../protocol/records/batch-header.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'
import { sharedSyncEpoch } from './leader-epochs.ts'
import type { PartitionLog } from './partition-log.ts'

let folder: PartitionFolder
beforeEach(() => (folder = createPartitionFolder()))
afterEach(() => folder[Symbol.dispose]())

/** A disk whose writes to segments end when they are let go, in any order. */
function heldWrites(): { readonly files: Files; readonly held: (() => void)[]; hold: boolean; failNext: boolean } {
  const disk = {
    held: [] as (() => void)[],
    hold: false,
    failNext: false,
    files: {
      ...nodeFiles,
      async open(path, mode) {
        const file = await nodeFiles.open(path, mode)
        if (mode !== 'durable') return file
        return {
          ...file,
          async write(buffers, position) {
            const fails = disk.failNext
            disk.failNext = false
            if (disk.hold) await new Promise<void>((resolve) => disk.held.push(resolve))
            if (fails) throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' })
            await file.write(buffers, position)
          },
        }
      },
    } satisfies Files as Files,
  }
  return disk
}

/** Each in a turn of the event loop of its own, so that each may be a write of its own. */
async function appendEach(log: PartitionLog, values: readonly string[]): Promise<{ readonly done: Promise<number> }[]> {
  const appended: { readonly done: Promise<number> }[] = []
  for (const value of values) {
    const done = log.append(batchOf([value]))
    done.catch(() => undefined)
    appended.push({ done })
    for (let turns = 0; turns < 5; turns++) await turnEnd()
  }
  return appended
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    turnEnd().then(() => turnEnd(false)),
  ])
}

void test('writes run beside each other, three at most, and are acknowledged in order whichever ends first', async () => {
  const disk = heldWrites()
  const log = await folder.open({ files: disk.files, overlapBytesMin: 1 })
  await log.append(batchOf(['a']))
  disk.hold = true
  const appended = await appendEach(log, ['b', 'c', 'd', 'e'])
  assert.equal(disk.held.length, 3)
  disk.held[2]!()
  disk.held[1]!()
  for (const { done } of appended) assert.equal(await isSettled(done), false)
  assert.equal(log.endOffset, 1)
  disk.held[0]!()
  assert.deepEqual(await Promise.all(appended.slice(0, 3).map(({ done }) => done)), [1, 2, 3])
  assert.deepEqual(await valuesFrom(log), ['0:a', '1:b', '2:c', '3:d'])
  await turnEnd()
  disk.held[3]!()
  assert.equal(await appended[3]!.done, 4)
  assert.deepEqual(await valuesFrom(log), ['0:a', '1:b', '2:c', '3:d', '4:e'])
  await log.close()
})

void test('what is less waits for the sync before it and shares the next one', async () => {
  const disk = heldWrites()
  const log = await folder.open({ files: disk.files, overlapBytesMin: 1000 })
  await log.append(batchOf(['a']))
  disk.hold = true
  const appended = await appendEach(log, ['b', 'c', 'd'])
  assert.equal(disk.held.length, 1)
  disk.held[0]!()
  assert.equal(await appended[0]!.done, 1)
  await turnEnd()
  assert.equal(disk.held.length, 2)
  disk.held[1]!()
  assert.deepEqual(await Promise.all([appended[1]!.done, appended[2]!.done]), [2, 3])
  await log.close()
})

void test('a write that fails takes those with it that run beside it, and the log goes on without them', async () => {
  const disk = heldWrites()
  let log = await folder.open({ files: disk.files, overlapBytesMin: 1 })
  await log.append(batchOf(['a']))
  disk.hold = true
  disk.failNext = true
  const appended = await appendEach(log, ['lost', 'lost too', 'lost as well', 'waits'])
  for (const go of disk.held.toReversed()) go()
  for (const { done } of appended) await assert.rejects(done, { errorName: 'KAFKA_STORAGE_ERROR' })
  disk.hold = false
  assert.equal(await log.append(batchOf(['b'])), 1)
  assert.deepEqual(await valuesFrom(log), ['0:a', '1:b'])
  await log.close()
  log = await folder.open({ recoveryPoint: 2 })
  assert.deepEqual(await valuesFrom(log), ['0:a', '1:b'])
  assert.equal(log.trouble, undefined)
  await log.close()
})

void test('a batch has an epoch only if all before it was durable when its write began, and no stretch without is long', async () => {
  const log = await folder.open()
  const value = 'x'.repeat(1_000_000)
  let left = 60
  const producer = async (): Promise<void> => {
    while (left-- > 0) await log.append(batchOf([value]))
  }
  await Promise.all(Array.from({ length: 5 }, producer))
  await log.close()
  const bytes = readFileSync(folder.segments()[0]!)
  const stretches = [0]
  for (const { at, header } of batchesIn(bytes)) {
    const isShared = bytes.readInt32BE(at + batchField.leaderEpoch) === sharedSyncEpoch
    if (isShared) stretches[stretches.length - 1]! += header.recordCount
    else stretches.push(1)
  }
  assert.equal(
    stretches.reduce((sum, count) => sum + count),
    60,
  )
  assert.ok(Math.max(...stretches) > 5, 'no writes ran beside each other')
  assert.ok(Math.max(...stretches) <= 16, `a start could not tell damage in ${Math.max(...stretches)} MB`)
})
