import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../../kernel/logger.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { TransactionEnd } from '../storage/partition-transactions.ts'
import type { Transaction } from './transaction.ts'
import { writeMarkers, type MarkerPorts } from './write-markers.ts'

const prepared: Transaction = {
  transactionalId: 'x',
  producerId: 1,
  previousProducerId: 1,
  nextProducerId: -1,
  epoch: 3,
  lastEpoch: 2,
  timeoutMs: 1000,
  state: 'PrepareCommit',
  partitions: [
    { topicId: 'here', topic: 'orders', partition: 0 },
    { topicId: 'gone', topic: 'visits', partition: 0 },
  ],
  groups: ['work'],
  startedAt: 1,
  updatedAt: 2,
  version: 2,
}

/** Ends fail as they are told, one after the other. */
function portsOf(failures: KafkaRefusal[], stopped = new AbortController()) {
  const ended: (TransactionEnd | string)[] = []
  const end = async (ending: TransactionEnd): Promise<void> => {
    const failure = failures.shift()
    if (failure) throw failure
    ended.push(ending)
  }
  const topic = { partitions: [{ log: async () => ({ transactions: { end } }) }] }
  const ports = {
    topics: { byId: (id: string) => (id === 'here' ? topic : undefined) },
    groups: { offsets: { endTransaction: async (group: string) => void ended.push(group) } },
    logger: silentLogger,
    stopped: stopped.signal,
    pause: async () => {},
  }
  return { ended, ports: ports as unknown as MarkerPorts }
}

const full = (): KafkaRefusal => new KafkaRefusal('KAFKA_STORAGE_ERROR', 'the disk is full')

void test('markers are written until they are durable; what was deleted meanwhile needs none', async () => {
  const { ended, ports } = portsOf([full(), full()])
  assert.equal(await writeMarkers(prepared, ports), true)
  const marker = { producerId: 1, producerEpoch: 3, isCommit: true, coordinatorEpoch: 0, version: 2 }
  assert.deepEqual(ended, ['work', marker])
})

void test('where a newer producer has written, there is nothing to end', async () => {
  const { ended, ports } = portsOf([new KafkaRefusal('INVALID_PRODUCER_EPOCH', 'newer')])
  assert.equal(await writeMarkers(prepared, ports), true)
  assert.deepEqual(ended, ['work'])
})

void test('a log that stops leaves the rest to its next start', async () => {
  const stopped = new AbortController()
  const { ports } = portsOf(Array.from({ length: 100 }, full), stopped)
  const written = writeMarkers(prepared, { ...ports, pause: async () => stopped.abort() })
  assert.equal(await written, false)
})
