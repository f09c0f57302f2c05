import assert from 'node:assert/strict'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import {
  createPartitionFolder,
  openIn,
  takeStart,
  type PartitionFolder,
} from '../../../../test/support/partition-folder.ts'
import { failingFiles } from '../../../../test/support/power-cut/failing-files.ts'
import { transactionalBatch } from '../../../../test/support/transactional-batch.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { hiddenBatches } from '../../client/aborted-records.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import type { PartitionLog } from './partition-log.ts'

let folder: PartitionFolder
beforeEach(() => (folder = createPartitionFolder()))
afterEach(() => folder[Symbol.dispose]())

/** Each producer's next sequence. */
const sequences = new Map<number, number>()
beforeEach(() => sequences.clear())

async function write(log: PartitionLog, producerId: number, value: string): Promise<number> {
  const baseSequence = sequences.get(producerId) ?? 0
  const offset = await log.append(transactionalBatch([value], { producerId, producerEpoch: 0, baseSequence }))
  sequences.set(producerId, baseSequence + 1)
  return offset
}

function end(log: PartitionLog, producerId: number, isCommit: boolean): Promise<void> {
  return log.transactions.end({ producerId, producerEpoch: 0, isCommit, coordinatorEpoch: 0, version: 0 })
}

/** What a consumer of committed records gets, batch by batch from wherever it begins. */
async function committed(log: PartitionLog, from = log.startOffset): Promise<string[]> {
  const values: string[] = []
  const before = log.transactions.lastStableOffset
  for (let offset = from; offset < before;) {
    const bytes = await log.read(offset, 1, true, undefined, before)
    let next = before
    const isHidden = hiddenBatches(log.transactions.abortedBetween(offset, before))
    for (const { at, header } of batchesIn(bytes)) {
      next = header.baseOffset + header.lastOffsetDelta + 1
      if (isHidden(header)) continue
      const records = openRecords(bytes, at, header)
      while (records.next()) values.push(records.buffer.toString('utf8', records.valueStart, records.valueEnd))
    }
    offset = next
  }
  return values
}

/** Interleaved transactions of two producers over small segments: 1 commits and aborts in turn, 2 the other way round. */
async function fill(log: PartitionLog, rounds: number): Promise<string[]> {
  const expected: string[] = []
  for (let round = 0; round < rounds; round++) {
    const isCommit = round % 2 === 0
    await write(log, 1, `a${round}`)
    await write(log, 2, `b${round}`)
    await write(log, 1, `c${round}`)
    await end(log, 1, isCommit)
    await write(log, 2, `d${round}`)
    await end(log, 2, !isCommit)
    expected.push(...(isCommit ? [`a${round}`, `c${round}`] : [`b${round}`, `d${round}`]))
  }
  return expected
}

void test('the last stable offset waits for the oldest open transaction, and moves when its marker is durable (INV-X4)', async () => {
  const log = await folder.open()
  const { transactions } = log
  assert.equal(await write(log, 1, 'a'), 0)
  assert.equal(await write(log, 2, 'b'), 1)
  assert.equal(transactions.lastStableOffset, 0)
  await end(log, 2, true)
  assert.equal(transactions.lastStableOffset, 0)
  assert.deepEqual(await committed(log), [])
  await end(log, 1, false)
  assert.equal(transactions.lastStableOffset, log.endOffset)
  assert.deepEqual(await committed(log), ['b'])
  await log.close()
})

void test('aborted transactions are known over segments and restarts, clean or not, and from any place (INV-X2)', async () => {
  let log = await folder.open({ segmentBytes: 400 })
  const expected = await fill(log, 6)
  assert.ok(folder.segments().length > 5)
  assert.deepEqual(await committed(log), expected)
  using killed = createPartitionFolder()
  cpSync(folder.path, killed.path, { recursive: true })
  await log.close()
  for (const { path } of [folder, killed]) {
    log = await openIn(path, { segmentBytes: 400, recoveryPoint: log.endOffset })
    for (let from = 0; from < log.endOffset; from += 3) {
      const tail = await committed(log, from)
      assert.deepEqual(tail, expected.slice(expected.length - tail.length), `from offset ${from}`)
    }
    assert.deepEqual(await committed(log), expected)
    await log.close()
  }
})

void test('where an index file is lost, the begins of aborted transactions are found by reading all files', async () => {
  let log = await folder.open({ segmentBytes: 400 })
  const expected = await fill(log, 6)
  await log.close()
  const indexes = readdirSync(folder.path).filter((name) => name.endsWith('.index'))
  assert.ok(indexes.length > 5)
  for (const lost of [indexes[2]!, indexes.at(-1)!]) {
    rmSync(join(folder.path, lost))
    log = await folder.open({ segmentBytes: 400, recoveryPoint: log.endOffset })
    assert.deepEqual(await committed(log), expected, `without ${lost}`)
    await log.close()
  }
})

void test('an open transaction is open after a restart, and retention of its beginning ends its hold', async () => {
  let log = await folder.open({ segmentBytes: 200 })
  await write(log, 1, 'a')
  for (let at = 0; at < 5; at++) await write(log, 2, `b${at}`)
  await end(log, 2, true)
  await log.close()
  log = await folder.open({ segmentBytes: 200, recoveryPoint: log.endOffset })
  assert.equal(log.transactions.lastStableOffset, 0)
  assert.ok(log.transactions.isOpen(1, 0))
  takeStart(log, 3)
  await log.removeOutdated()
  assert.equal(log.transactions.lastStableOffset, 3)
  await end(log, 1, false)
  assert.deepEqual(await committed(log), ['b2', 'b3', 'b4'])
  await log.close()
})

void test('a write that failed takes back what it began and what it ended', async () => {
  const failing = failingFiles(nodeFiles)
  const log = await folder.open({ files: failing.files })
  await write(log, 1, 'a')
  failing.failSyncs(/\.log$/)
  await assert.rejects(end(log, 1, true))
  failing.failSyncs(null)
  assert.equal(log.transactions.lastStableOffset, 0)
  assert.ok(log.transactions.isOpen(1, 0))
  failing.failSyncs(/\.log$/)
  await assert.rejects(log.append(transactionalBatch(['b'], { producerId: 2, producerEpoch: 0, baseSequence: 0 })))
  failing.failSyncs(null)
  assert.equal(log.transactions.knows(2), false)
  await end(log, 1, true)
  assert.equal(log.transactions.lastStableOffset, log.endOffset)
  assert.deepEqual(await committed(log), ['a'])
  await log.close()
})

void test('a marker that is there is not written again; one of an older epoch or coordinator is refused', async () => {
  const log = await folder.open()
  await write(log, 1, 'a')
  const raised = { producerId: 1, producerEpoch: 1, isCommit: true, coordinatorEpoch: 1, version: 2 }
  await log.transactions.end(raised)
  const { endOffset } = log
  await log.transactions.end(raised)
  assert.equal(log.endOffset, endOffset)
  await assert.rejects(end(log, 1, false), { errorName: 'INVALID_PRODUCER_EPOCH' })
  await log.append(transactionalBatch(['b'], { producerId: 1, producerEpoch: 1, baseSequence: 0 }))
  await assert.rejects(log.transactions.end(raised), { errorName: 'INVALID_PRODUCER_EPOCH' })
  await assert.rejects(log.transactions.end({ ...raised, version: 0, coordinatorEpoch: 0 }), {
    errorName: 'TRANSACTION_COORDINATOR_FENCED',
  })
  await log.close()
})

void test('idle producers are forgotten, those with an open transaction are not', async () => {
  const log = await folder.open()
  await write(log, 1, 'a')
  await write(log, 2, 'b')
  await end(log, 2, true)
  log.transactions.expireProducers(Date.now() + 1000)
  assert.deepEqual(
    log.transactions.producers().map(([id]) => id),
    [1],
  )
  await log.close()
})
