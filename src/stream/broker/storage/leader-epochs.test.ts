import assert from 'node:assert/strict'
import { rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { batchOf, createPartitionFolder } from '../../../../test/support/partition-folder.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'
import type { PartitionLog } from './partition-log.ts'

async function epochsRead(log: PartitionLog): Promise<number[]> {
  return [...batchesIn(await log.read(log.startOffset, 1e6, true))].map(({ header }) => header.leaderEpoch)
}

void test('INV-L5: a clean start keeps the epoch; one that cut a torn tail off begins the next, and says where the old one ended', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (const value of ['a', 'b', 'c']) await log.append(batchOf([value]))
  await log.close()
  log = await folder.open({ recoveryPoint: 3 })
  assert.equal(log.leaderEpoch, 0)
  await log.close()
  const [file] = folder.segments() as [string]
  truncateSync(file, statSync(file).size - 3)
  for (const recoveryPoint of [0, 2]) {
    log = await folder.open({ recoveryPoint })
    assert.equal(log.leaderEpoch, 1)
    assert.deepEqual(log.endOfEpoch(0), { epoch: 0, endOffset: 2 })
    if (recoveryPoint === 0) await log.close()
  }
  await log.append(batchOf(['d']))
  assert.deepEqual(await epochsRead(log), [0, 0, 1])
  assert.deepEqual(
    [1, 2].map((epoch) => log.endOfEpoch(epoch)),
    [{ epoch: 1, endOffset: 3 }, undefined],
  )
  assert.deepEqual(
    [0, 1, 2].map((offset) => log.epochOf(offset)),
    [0, 0, 1],
  )
  await log.close()
})

void test('INV-L5: batches that share a sync carry their epoch for readers; on the disk that proves which sync covered them', async () => {
  using folder = createPartitionFolder()
  const log = await folder.open()
  await Promise.all(['a', 'b', 'c', 'd'].map((value) => log.append(batchOf([value]))))
  assert.deepEqual(await epochsRead(log), [0, 0, 0, 0])
  await log.close()
})

void test('INV-L5: a restored log goes on in the next epoch; who read what was lost hears where the old one ends', async () => {
  using folder = createPartitionFolder()
  let log = await folder.open()
  for (const value of ['a', 'b']) await log.append(batchOf([value]))
  await log.close()
  log = await folder.open({ restored: { restore: 'one', offsets: 1000 } })
  assert.deepEqual([log.leaderEpoch, log.endOfEpoch(0)], [1, { epoch: 0, endOffset: 2 }])
  await log.append(batchOf(['c']))
  await log.close()
  // The batches themselves tell of it when the file is lost.
  rmSync(join(folder.path, 'leader-epochs.json'))
  log = await folder.open()
  assert.deepEqual([log.leaderEpoch, log.endOfEpoch(0)], [1, { epoch: 0, endOffset: 2 }])
  await log.close()
})
