import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, test } from 'node:test'
import {
  batchOf,
  createPartitionFolder,
  valuesFrom,
  type PartitionFolder,
  takeStart,
} from '../../../../test/support/partition-folder.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'
import type { RestoreNote } from '../restore-note.ts'
import type { PartitionLog } from './partition-log.ts'

let folder: PartitionFolder
beforeEach(() => (folder = createPartitionFolder()))
afterEach(() => folder[Symbol.dispose]())

const jump = 1_000_000_000_000
const restored: RestoreNote = { restore: 'first', offsets: jump }
const again: RestoreNote = { restore: 'second', offsets: jump }

async function written(...values: string[]): Promise<void> {
  const log = await folder.open()
  for (const [at, value] of values.entries()) await log.append(batchOf([value], { timestamp: 1000 + at * 10 }))
  await log.close()
}

async function baseAt(log: PartitionLog, offset: number): Promise<number | undefined> {
  return [...batchesIn(await log.read(offset, 100, true))][0]?.header.baseOffset
}

void test('a restored partition goes on behind a hole, once for each restore, and keeps the hole over starts', async () => {
  await written('a', 'b')
  for (const start of [1, 2, 3]) {
    const log = await folder.open({ restored, recoveryPoint: start > 1 ? 2 + jump : 2 })
    assert.equal(log.endOffset, 2 + jump, `start ${start}`)
    assert.equal(log.trouble, undefined)
    assert.deepEqual(
      log.holes.map(({ from, to }) => [from, to]),
      [[2, 2 + jump]],
    )
    assert.equal((await log.read(2, 100, true)).length, 0, 'a consumer at the hole waits')
    await log.close()
  }
  let log = await folder.open({ recoveryPoint: 2 + jump })
  assert.equal(await log.append(batchOf(['c'], { timestamp: 2000 })), 2 + jump)
  await log.close()
  log = await folder.open({ recoveryPoint: 3 + jump })
  assert.deepEqual(await valuesFrom(log, 0, 2), ['0:a', '1:b'])
  for (const offset of [2, 3, 1 + jump, 2 + jump]) assert.equal(await baseAt(log, offset), 2 + jump, `at ${offset}`)
  assert.deepEqual(await log.findByTime(1011), { offset: 2 + jump, timestamp: 2000 })
  assert.deepEqual(await log.findLatestTime(), { offset: 2 + jump, timestamp: 2000 })
  assert.equal(log.trouble, undefined)
  await log.close()
})

void test('two restores with nothing in between, and a partition that was empty', async () => {
  for (const note of [restored, again]) await (await folder.open({ restored: note })).close()
  const log = await folder.open()
  assert.deepEqual([log.startOffset, log.endOffset, log.trouble], [0, 2 * jump, undefined])
  assert.equal(await log.append(batchOf(['a'])), 2 * jump)
  assert.equal(await baseAt(log, 0), 2 * jump)
  assert.equal(await baseAt(log, jump), 2 * jump)
  await log.close()
})

void test('killed between the note of the hole and its segment, or anywhere in front: the same hole, no damage', async () => {
  await written('a', 'b')
  for (const failAt of [1, 2, 3, 4, 5, 6, 7, 8]) {
    let calls = 0
    const dying = new Proxy(nodeFiles, {
      get(target, name, receiver) {
        const found: unknown = Reflect.get(target, name, receiver)
        if (!['open', 'rename', 'syncDirectory', 'remove'].includes(String(name)) || typeof found !== 'function')
          return found
        return (...words: unknown[]): unknown => {
          if (++calls >= failAt) throw new Error('killed')
          return (found as (...all: unknown[]) => unknown).apply(target, words)
        }
      },
    })
    await folder.open({ restored, files: dying, recoveryPoint: 2 }).then(
      (log) => log.close().catch(() => undefined),
      () => undefined,
    )
  }
  const log = await folder.open({ restored, recoveryPoint: 2 })
  assert.deepEqual([log.endOffset, log.holes.length, log.trouble], [2 + jump, 1, undefined])
  assert.deepEqual(await valuesFrom(log, 0, 2), ['0:a', '1:b'])
  await log.close()
})

void test('retention takes the records before the hole; a consumer that stands at the hole is not thrown out', async () => {
  await written('a', 'b')
  let log = await folder.open({ restored, recoveryPoint: 2 })
  const [first] = log.segments()
  assert.equal(first?.endOffset, 2)
  takeStart(log, 2)
  await log.removeOutdated()
  assert.equal(folder.segments().length, 1)
  await log.append(batchOf(['c']))
  for (const reopened of [false, true]) {
    if (reopened) {
      await log.close()
      log = await folder.open({ startOffset: 2, recoveryPoint: 3 + jump })
    }
    assert.equal(log.startOffset, 2)
    assert.equal(await baseAt(log, 2), 2 + jump)
    await assert.rejects(log.read(1, 100, true), { errorName: 'OFFSET_OUT_OF_RANGE' })
  }
  takeStart(log, 1000)
  assert.equal(await baseAt(log, 1000), 2 + jump)
  await log.close()
})

void test('damage in front of a hole ends where the hole begins; a hole that nobody wrote down is damage', async () => {
  await written('a', 'b', 'c')
  folder.flipByte(folder.segments()[0]!, -1)
  let log = await folder.open({ restored, recoveryPoint: 3 })
  assert.match(log.trouble ?? '', /from offset 2 to 3 /)
  assert.equal(log.endOffset, 3 + jump)
  await assert.rejects(log.read(2, 100, true), { errorName: 'CORRUPT_MESSAGE' })
  assert.equal(log.readableFrom(2), 3)
  await log.close()
  rmSync(`${folder.path}/holes.json`)
  log = await folder.open({ recoveryPoint: 3 + jump })
  await assert.rejects(log.read(3, 100, true), { errorName: 'CORRUPT_MESSAGE' })
  await log.close()
})

void test('an idempotent producer goes on behind the hole, wherever its sequence is; what repeats is still known', async () => {
  const producer = (baseSequence: number, epoch = 0) => ({ producerId: 7, producerEpoch: epoch, baseSequence })
  let log = await folder.open()
  await log.append(batchOf(['a', 'b'], { producer: producer(0) }))
  await log.close()
  log = await folder.open({ restored, recoveryPoint: 2 })
  assert.equal(await log.append(batchOf(['a', 'b'], { producer: producer(0) })), 0, 'sent again after the restore')
  assert.equal(await log.append(batchOf(['z'], { producer: producer(40) })), 2 + jump)
  await assert.rejects(async () => log.append(batchOf(['y'], { producer: producer(50) })), {
    errorName: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  })
  assert.equal(await log.append(batchOf(['x'], { producer: producer(41) })), 3 + jump)
  await log.close()
})
