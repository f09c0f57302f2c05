import assert from 'node:assert/strict'
import { rmSync, statSync, truncateSync } from 'node:fs'
import { afterEach, beforeEach, test } from 'node:test'
import { failingFiles } from '../../../../test/support/power-cut/failing-files.ts'
import {
  batchOf,
  createPartitionFolder,
  valuesFrom,
  type PartitionFolder,
  type PartitionOptions,
  takeStart,
} from '../../../../test/support/partition-folder.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { noProducer, type ProducerIdentity } from '../../protocol/records/batch-builder.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'
import type { CheckedBatch } from './checked-batch.ts'
import type { PartitionLog } from './partition-log.ts'

let folder: PartitionFolder
beforeEach(() => (folder = createPartitionFolder()))
afterEach(() => folder[Symbol.dispose]())

const open = (options?: PartitionOptions): Promise<PartitionLog> => folder.open(options)
const batch = (values: readonly string[], producer: ProducerIdentity = noProducer, timestamp = 1000): CheckedBatch =>
  batchOf(values, { producer, timestamp })
const readAll = valuesFrom
const segmentFiles = (): string[] => folder.segments()

void test('what was appended is read in order, over segments and after a restart', async () => {
  let log = await open({ segmentBytes: 200 })
  const expected = Array.from({ length: 20 }, (_, index) => `${index}:value ${index}`)
  for (let index = 0; index < 20; index++) assert.equal(await log.append(batch([`value ${index}`])), index)
  assert.ok(segmentFiles().length > 5)
  assert.deepEqual(await readAll(log), expected)
  await log.close()
  log = await open({ segmentBytes: 200, recoveryPoint: 20 })
  assert.deepEqual(await readAll(log), expected)
  assert.equal(await log.append(batch(['next'])), 20)
  await log.close()
})

void test('a fetch in the middle of a batch returns the whole batch; the first may be larger than asked for', async () => {
  const log = await open()
  await log.append(batch(['a', 'b', 'c']))
  const [first] = [...batchesIn(await log.read(2, 1, true))]
  assert.equal(first?.header.baseOffset, 0)
  assert.equal((await log.read(0, 1, false)).length, 0)
  await assert.rejects(log.read(4, 100, true), { errorName: 'OFFSET_OUT_OF_RANGE' })
  await log.close()
})

void test('a torn tail is cut off, and the log goes on', async () => {
  let log = await open()
  for (const value of ['a', 'b', 'c']) await log.append(batch([value]))
  await log.close()
  const path = segmentFiles()[0]!
  truncateSync(path, statSync(path).size - 3)
  log = await open()
  assert.deepEqual(await readAll(log), ['0:a', '1:b'])
  assert.equal(await log.append(batch(['d'])), 2)
  await log.close()
})

void test('damage below what was known to be whole is named, kept apart, and never skipped in silence', async () => {
  let log = await open({ segmentBytes: 100 })
  for (const value of ['a', 'b', 'c', 'd']) await log.append(batch([value.repeat(60)]))
  await log.close()
  const path = segmentFiles()[1]!
  folder.flipByte(path, -5)
  rmSync(path.replace('.log', '.index'))
  log = await open({ segmentBytes: 100, recoveryPoint: 4 })
  assert.match(log.trouble ?? '', /WEIR-3007 .*damaged from offset 1 to 2 .*01\.log/)
  assert.deepEqual((await readAll(log, 2)).length, 2)
  await assert.rejects(log.read(1, 1000, true), {
    errorName: 'CORRUPT_MESSAGE',
    message: /damaged from offset 1 to 2/,
  })
  assert.equal(await log.append(batch(['e'])), 4)
  await log.close()
})

void test('damage in the last segment below what was known to be whole does not give its offsets away again', async () => {
  let log = await open()
  for (const value of ['a', 'b', 'c']) await log.append(batch([value]))
  await log.close()
  const path = segmentFiles()[0]!
  folder.flipByte(path, -5)
  log = await open({ recoveryPoint: 3 })
  await assert.rejects(log.read(2, 1000, true), { errorName: 'CORRUPT_MESSAGE' })
  assert.equal(await log.append(batch(['d'])), 3)
  assert.deepEqual(await readAll(log, 3), ['3:d'])
  await log.close()
})

void test('a failed sync refuses what it covered; the log goes on in a new segment without it', async () => {
  const disk = failingFiles(nodeFiles)
  let log = await open({ files: disk.files })
  await log.append(batch(['a']))
  disk.failSyncs(/\.log$/)
  const refused = await Promise.allSettled([log.append(batch(['lost'])), log.append(batch(['lost too']))])
  assert.ok(
    refused.every((result) => result.status === 'rejected' && result.reason.errorName === 'KAFKA_STORAGE_ERROR'),
  )
  assert.match(log.trouble ?? '', /cannot write/)
  disk.failSyncs(null)
  assert.equal(await log.append(batch(['b'])), 1)
  assert.deepEqual(await readAll(log), ['0:a', '1:b'])
  assert.equal(segmentFiles().length, 2)
  await log.close()
  log = await open({ recoveryPoint: 2 })
  assert.deepEqual(await readAll(log), ['0:a', '1:b'])
  assert.equal(log.trouble, undefined)
  await log.close()
})

void test('a full disk refuses records by a clear error, and takes them again when there is room', async () => {
  const disk = failingFiles(nodeFiles)
  const log = await open({ files: disk.files })
  await log.append(batch(['a']))
  disk.setRoom(30)
  for (let attempt = 0; attempt < 3; attempt++)
    await assert.rejects(log.append(batch(['x'.repeat(100)])), {
      errorName: 'KAFKA_STORAGE_ERROR',
      message: /disk is full/,
    })
  assert.deepEqual(await readAll(log), ['0:a'])
  disk.setRoom(Infinity)
  assert.equal(await log.append(batch(['b'])), 1)
  assert.deepEqual(await readAll(log), ['0:a', '1:b'])
  await log.close()
})

void test('an idempotent producer: a repeat has its first offset, a gap is refused, also after a restart', async () => {
  const from = (baseSequence: number, producerEpoch = 0): CheckedBatch =>
    batch(['a', 'b'], { producerId: 7, producerEpoch, baseSequence })
  let log = await open({ segmentBytes: 150 })
  for (let sequence = 0; sequence < 16; sequence += 2) assert.equal(await log.append(from(sequence)), sequence)
  for (const restarted of [false, true]) {
    if (restarted) {
      await log.close()
      log = await open({ segmentBytes: 150 })
    }
    assert.equal(await log.append(from(14)), 14)
    assert.equal(await log.append(from(8)), 8)
    await assert.rejects(log.append(from(20)), { errorName: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  }
  assert.equal(log.endOffset, 16)
  assert.equal(await log.append(from(0, 1)), 16)
  await assert.rejects(log.append(from(16, 0)), { errorName: 'INVALID_PRODUCER_EPOCH' })
  await log.close()
})

void test('a repeat of a batch whose write failed is written, not taken for a repeat', async () => {
  const disk = failingFiles(nodeFiles)
  const log = await open({ files: disk.files })
  const from = (baseSequence: number): CheckedBatch => batch(['a'], { producerId: 7, producerEpoch: 0, baseSequence })
  await log.append(from(0))
  disk.failSyncs(/\.log$/)
  await assert.rejects(log.append(from(1)))
  disk.failSyncs(null)
  assert.equal(await log.append(from(1)), 1)
  assert.equal(await log.append(from(1)), 1)
  assert.equal(log.endOffset, 2)
  await log.close()
})

void test('a record is found by its time, within a batch and over segments', async () => {
  const log = await open({ segmentBytes: 200 })
  for (let at = 0; at < 10; at++) await log.append(batch(['a', 'b', 'c'], noProducer, 1000 + at * 10))
  assert.deepEqual(await log.findByTime(0), { offset: 0, timestamp: 1000 })
  assert.deepEqual(await log.findByTime(1041), { offset: 13, timestamp: 1041 })
  assert.deepEqual(await log.findByTime(1043), { offset: 15, timestamp: 1050 })
  assert.deepEqual(await log.findLatestTime(), { offset: 29, timestamp: 1092 })
  assert.equal(await log.findByTime(2000), undefined)
  await log.close()
})

void test('what lies below the start is removed, and a removal that a crash ended goes on', async () => {
  let log = await open({ segmentBytes: 100 })
  for (const value of ['a', 'b', 'c', 'd']) await log.append(batch([value.repeat(60)]))
  takeStart(log, 2)
  await log.removeOutdated()
  assert.equal(segmentFiles().length, 2)
  takeStart(log, 3)
  await log.close()
  log = await open({ segmentBytes: 100, startOffset: 3, recoveryPoint: 4 })
  assert.equal(segmentFiles().length, 1)
  assert.equal((await readAll(log)).length, 1)
  await assert.rejects(log.read(2, 100, true), { errorName: 'OFFSET_OUT_OF_RANGE' })
  await log.close()
})
