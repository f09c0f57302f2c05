import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { createPartitionFolder } from '../../../../test/support/partition-folder.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { openTransactionDesk } from '../../../../test/support/transaction-desk.ts'
import { transactionalBatch } from '../../../../test/support/transactional-batch.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { endHanging, type HangingPorts } from './end-hanging.ts'
import type { Transaction } from './transaction.ts'

void test('a transaction whose coordinator forgot it is aborted, with its offsets (INV-X6)', async () => {
  await using log = await runBroker({ config: { limits: { retentionCheckIntervalMs: 10 } } })
  const desk = await openTransactionDesk(() => log.broker.port)
  const identity = await desk.init(5)
  await desk.produce(13, identity, 0, 'a')
  await desk.commitOffset(5, identity, 7)
  await log.broker.stop()
  rmSync(`${log.directory}/transactions`, { recursive: true })
  await log.start()
  await waitUntil('the last stable offset is the end', async () => (await desk.fetch(1)).lastStableOffset === 2)
  assert.equal((await desk.fetch(1)).abortedTransactions?.length, 1)
  await waitUntil('the offset is not pending', async () => (await desk.offset(true)) === -1)
})

void test('where the coordinator remembers what it decided of that producer and epoch, that is what it becomes', async () => {
  const known: Omit<Transaction, 'state'> = {
    transactionalId: 'x',
    producerId: 1,
    previousProducerId: 1,
    nextProducerId: -1,
    epoch: 1,
    lastEpoch: 0,
    timeoutMs: 1000,
    partitions: [{ topicId: 'here', topic: 't', partition: 0 }],
    groups: [],
    startedAt: 1,
    updatedAt: 2,
    version: 2,
  }
  const abortedAfter = async (state: Transaction['state'], partitions = known.partitions): Promise<number> => {
    using folder = createPartitionFolder()
    const log = await folder.open()
    await log.append(transactionalBatch(['a'], { producerId: 1, producerEpoch: 0, baseSequence: 0 }))
    const topics = { all: () => [{ id: 'here', partitions: [{ opened: log }] }] }
    const offsets = { pendingTransactions: () => [] }
    const coordinator = { all: () => [{ ...known, state, partitions }] }
    await endHanging({ topics, groups: { offsets }, coordinator, logger: silentLogger } as unknown as HangingPorts)
    const { lastStableOffset } = log.transactions
    const aborted = log.transactions.abortedBetween(0, 2).length
    await log.close()
    return lastStableOffset === 0 ? -1 : aborted
  }
  assert.deepEqual(
    [await abortedAfter('CompleteCommit'), await abortedAfter('CompleteAbort'), await abortedAfter('PrepareCommit')],
    [0, 1, -1],
  )
  // Its producer is in the next transaction by now, which ends in other partitions.
  const elsewhere = [
    [{ topicId: 'here', topic: 't', partition: 1 }],
    [{ topicId: 'elsewhere', topic: 't', partition: 0 }],
  ]
  for (const partitions of elsewhere) assert.equal(await abortedAfter('Ongoing', partitions), 1)
  assert.equal(await abortedAfter('Ongoing'), -1)
})
