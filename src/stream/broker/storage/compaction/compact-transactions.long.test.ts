import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chosenSeed } from '../../../../../test/fault/chosen-seed.ts'
import { compact, dayMs, openUnsynced, randomRecord } from '../../../../../test/support/compacting.ts'
import { headersOf, keyedBatch, recordsOf, transactionalBatch } from '../../../../../test/support/keyed-records.ts'
import { createPartitionFolder } from '../../../../../test/support/partition-folder.ts'
import { failingFiles } from '../../../../../test/support/power-cut/failing-files.ts'
import { seededRandom } from '../../../../../test/support/seeded-random.ts'
import { unsyncedFiles } from '../../../../../test/support/unsynced-files.ts'

void test('INV-C4, INV-C5: aborted records go at once, committed ones count, open ones are left alone; markers go when nothing is left', async () => {
  using folder = createPartitionFolder()
  let now = 1_800_000_000_000
  const log = await openUnsynced(folder, { now: () => now })
  const sequences = new Map<number, number>()
  const write = async (producerId: number, key: string, value: string): Promise<void> => {
    const baseSequence = sequences.get(producerId) ?? 0
    sequences.set(producerId, baseSequence + 1)
    const producer = { producerId, producerEpoch: 0, baseSequence }
    await log.append(transactionalBatch([{ key, value, timestamp: 1000 }], producer))
  }
  const end = (producerId: number, isCommit: boolean): Promise<void> =>
    log.transactions.end({ producerId, producerEpoch: 0, isCommit, coordinatorEpoch: 0, version: 1 })
  const plain = (key: string, value: string): Promise<number> =>
    log.append(keyedBatch([{ key, value, timestamp: 1000 }]))
  await write(7, 'a', 'aborted') // 0
  await end(7, false) // 1
  await write(7, 'a', 'committed') // 2
  await end(7, true) // 3
  await plain('b', '1') // 4
  await write(8, 'b', 'aborted') // 5
  await end(8, false) // 6
  await write(8, 'c', 'x') // 7
  await end(8, true) // 8
  await log.roll()
  await write(9, 'a', 'open') // 9
  await log.roll()
  const pass = async (): Promise<string[]> => {
    await compact(log)
    const records = (await recordsOf(log)).map(({ offset, key, value }) => `${offset} ${key}=${value}`)
    const markers = (await headersOf(log)).filter(
      ({ attributes, recordCount }) => (attributes & 32) !== 0 && recordCount > 0,
    )
    return [...records, `markers ${markers.map(({ baseOffset }) => baseOffset).join()}`]
  }
  const left = ['2 a=committed', '4 b=1', '7 c=x', '9 a=open']
  assert.deepEqual(await pass(), [...left, 'markers 1,3,6,8'])
  assert.deepEqual(
    log.transactions.abortedBetween(0, 9).map(({ firstOffset }) => firstOffset),
    [0, 5],
  )
  await end(9, true) // 10
  await log.roll()
  // Nothing of the aborted ones was there this time: their markers have a time to go.
  assert.deepEqual(await pass(), ['4 b=1', '7 c=x', '9 a=open', 'markers 1,3,6,8,10'])
  assert.deepEqual(log.transactions.abortedBetween(0, 9), [])
  now += dayMs + 1
  await plain('d', '1') // 11
  await log.roll()
  assert.deepEqual(await pass(), ['4 b=1', '7 c=x', '9 a=open', '11 d=1', 'markers 3,8,10'])
  // Of the one that was outdone an empty batch stays, for the sequence of its producer, and its marker with it; no longer than that.
  now += dayMs + 1
  log.transactions.expireProducers(now)
  for (const [key, markers] of [
    ['e', 'markers 3,8,10'],
    ['f', 'markers 3,8,10'],
    ['g', 'markers 8,10'],
  ] as const) {
    await plain(key, '1')
    await log.roll()
    assert.equal((await pass()).at(-1), markers)
    now += dayMs + 1
  }
  await log.close()
})

void test('INV-X4: segments that began after failed writes are cleaned, and the log is killed: no transaction is open again', async () => {
  using folder = createPartitionFolder()
  const disk = failingFiles(unsyncedFiles)
  let now = 1_800_000_000_000
  const log = await folder.open({ files: disk.files, now: () => now })
  const plain = (key: string): Promise<number> => log.append(keyedBatch([{ key, value: '1', timestamp: 1000 }]))
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
  await log.append(transactionalBatch([{ key: 'a', value: 'outdone', timestamp: 1000 }], producer))
  // What is written down of producers has the transaction open.
  await log.roll()
  // KIP-890: the marker raises the epoch.
  await log.transactions.end({ producerId: 7, producerEpoch: 1, isCommit: true, coordinatorEpoch: 0, version: 2 })
  for (const key of ['a', 'b', 'c', 'd']) {
    disk.failSyncs(/\.log$/)
    await assert.rejects(plain('lost'))
    disk.failSyncs(null)
    await plain(key)
    await compact(log, { deleteRetentionMs: 0 })
    now += 1000
  }
  const markers = (await headersOf(log)).filter(
    ({ attributes, recordCount }) => (attributes & 32) !== 0 && recordCount > 0,
  )
  assert.deepEqual(markers, [], 'nothing is left of the transaction, so neither is its marker')
  assert.equal(log.transactions.lastStableOffset, log.endOffset)
  // As after a kill: it was not closed.
  const killed = await openUnsynced(folder)
  assert.deepEqual([killed.endOffset, killed.transactions.lastStableOffset], [log.endOffset, log.endOffset])
  await killed.close()
  await log.close()
})

void test('INV-X4: what was written down of producers is lost, or older than the pass, as in a backup: an emptied marker ends what is open', async () => {
  using folder = createPartitionFolder()
  let now = 1_800_000_000_000
  const log = await openUnsynced(folder, { now: () => now })
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
  await log.append(transactionalBatch([{ key: 'a', value: 'outdone', timestamp: 1000 }], producer))
  await log.roll()
  const producers = join(folder.path, 'producers.json')
  const older = readFileSync(producers)
  const ending = { producerId: 7, producerEpoch: 1, isCommit: true, coordinatorEpoch: 0, version: 2 }
  await log.transactions.end(ending)
  for (const key of ['a', 'b', 'c', 'd']) {
    await log.append(keyedBatch([{ key, value: '1', timestamp: 1000 }]))
    await log.roll()
    await compact(log, { deleteRetentionMs: 0 })
    now += 1000
  }
  const left = (await headersOf(log)).filter(({ attributes }) => (attributes & 32) !== 0)
  assert.deepEqual(
    left.map(({ producerEpoch, recordCount }) => ({ producerEpoch, recordCount })),
    [{ producerEpoch: 1, recordCount: 0 }],
    'the marker is there for its epoch alone',
  )
  for (const lose of [() => writeFileSync(producers, older), () => rmSync(producers)]) {
    lose()
    // As after a kill: it was not closed.
    const killed = await openUnsynced(folder)
    assert.equal(killed.transactions.lastStableOffset, log.endOffset)
    assert.deepEqual(killed.transactions.abortedBetween(0, log.endOffset), [])
    await killed.transactions.end(ending)
    assert.equal(killed.endOffset, log.endOffset, 'the marker is there, and is not written again')
    await assert.rejects(
      killed.append(transactionalBatch([{ key: 'a', value: 'fenced', timestamp: 1000 }], producer)),
      { errorName: 'INVALID_PRODUCER_EPOCH' },
    )
    await killed.close()
  }
  await log.close()
})

void test('INV-C1, INV-C5: transactions of several producers at once, over many passes: the last committed record of each key stays', async (context) => {
  using folder = createPartitionFolder()
  const random = seededRandom(chosenSeed(context))
  const log = await openUnsynced(folder, { segmentBytes: 3000 })
  const producers = [7, 8, 9].map((producerId) => ({ producerId, sequence: 0, open: [] as number[] }))
  const gone = new Set<number>()
  const end = async ({ producerId, open }: (typeof producers)[number], isCommit: boolean): Promise<void> => {
    await log.transactions.end({ producerId, producerEpoch: 0, isCommit, coordinatorEpoch: 0, version: 1 })
    for (const offset of open.splice(0)) if (!isCommit) gone.add(offset)
  }
  for (let round = 0; round < 6; round++) {
    for (let at = 0; at < 60; at++) {
      const producer = random.oneOf(producers)
      const { producerId, sequence, open } = producer
      const record = randomRecord(random, 1000, 25)
      const step = random.oneOf(['plain', 'plain', 'end', 'write', 'write'] as const)
      if (step === 'plain') await log.append(keyedBatch([record]))
      else if (step === 'end' && open.length > 0) await end(producer, random.chance(0.5))
      else {
        producer.sequence++
        open.push(
          await log.append(transactionalBatch([record], { producerId, producerEpoch: 0, baseSequence: sequence })),
        )
      }
    }
    for (const producer of producers) if (producer.open.length > 0) await end(producer, random.chance(0.5))
    await log.roll()
    const committed = (await recordsOf(log)).filter(({ offset }) => !gone.has(offset))
    const lastOffset = new Map(committed.map(({ key, offset }) => [key, offset]))
    await compact(log)
    assert.deepEqual(
      await recordsOf(log),
      committed.filter(({ key, offset }) => lastOffset.get(key) === offset),
    )
  }
  await log.close()
})
