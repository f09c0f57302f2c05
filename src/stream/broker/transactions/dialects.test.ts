import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { openTransactionDesk, type Identity } from '../../../../test/support/transaction-desk.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { describeProducersApi } from '../../protocol/apis/describe-producers.ts'
import { listTransactionsApi } from '../../protocol/apis/list-transactions.ts'
import { writeTxnMarkersApi } from '../../protocol/apis/write-txn-markers.ts'
import { nameOfKafkaError } from '../../protocol/errors.ts'

void test('a classic client adds partitions and groups first; what it did not add is refused in the words of its version', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  const identity = await desk.init(2)
  assert.deepEqual([identity.error, identity.producerEpoch], ['NONE', 0])
  assert.equal(await desk.produce(7, identity, 0, 'a'), 'INVALID_TXN_STATE')
  assert.equal(await desk.produce(11, identity, 0, 'a'), 'TRANSACTION_ABORTABLE')
  assert.equal(await desk.commitOffset(3, identity, 5), 'INVALID_TXN_STATE')
  assert.equal(await desk.addPartitions(3, identity), 'NONE')
  assert.equal(await desk.produce(7, identity, 0, 'a'), 'NONE')
  assert.equal(await desk.produce(7, identity, 0, 'a'), 'NONE', 'sent again')
  assert.equal(await desk.produce(7, identity, 0, 'b', 1), 'INVALID_TXN_STATE', 'the other partition')
  assert.equal(await desk.addOffsets(identity), 'NONE')
  assert.equal(await desk.commitOffset(3, identity, 5), 'NONE')
  assert.deepEqual([await desk.offset(false), await desk.offset(true)], [-1, 'UNSTABLE_OFFSET_COMMIT'])
  const ended = await desk.end(3, identity, true)
  assert.equal(ended.error, 'NONE')
  assert.deepEqual([await desk.offset(false), await desk.offset(true)], [5, 5])
  assert.equal((await desk.end(3, identity, true)).error, 'NONE', 'asked again')
  assert.equal((await desk.end(3, identity, false)).error, 'INVALID_TXN_STATE')
  assert.equal(await desk.produce(7, identity, 1, 'late'), 'INVALID_TXN_STATE', 'behind the end (INV-X6)')
})

void test('in the newer dialect writes add themselves, and each end raises the epoch; a repeated end is answered as the first', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  const first = await desk.init(5)
  assert.equal(await desk.produce(13, first, 3, 'a'), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
  assert.equal(await desk.produce(13, first, 0, 'a'), 'NONE')
  assert.equal(await desk.commitOffset(5, first, 7), 'NONE')
  const ended = await desk.end(5, first, true)
  assert.deepEqual([ended.error, ended.producerId, ended.producerEpoch], ['NONE', first.producerId, 1])
  assert.deepEqual(await desk.end(5, first, true), ended)
  assert.equal((await desk.end(5, first, false)).error, 'INVALID_TXN_STATE')
  assert.equal(await desk.produce(13, first, 1, 'late'), 'INVALID_PRODUCER_EPOCH')
  const second = { producerId: ended.producerId, producerEpoch: ended.producerEpoch }
  assert.equal(await desk.produce(13, second, 0, 'b'), 'NONE')
  const aborted = await desk.end(5, second, false)
  assert.deepEqual([aborted.error, aborted.producerEpoch, await desk.offset(true)], ['NONE', 2, 7])
})

void test('committed reading ends in front of an open transaction and names the aborted; other reading is told null', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  let identity: Identity = await desk.init(5)
  await desk.produce(13, identity, 0, 'a')
  identity = await desk.end(5, identity, false)
  await desk.produce(13, identity, 0, 'b')
  const committed = await desk.fetch(1)
  assert.deepEqual([committed.highWatermark, committed.lastStableOffset], [3, 2])
  assert.deepEqual(
    committed.abortedTransactions?.map(({ producerId, firstOffset }) => [producerId, firstOffset]),
    [[identity.producerId, 0]],
  )
  assert.equal((await desk.fetch(0)).abortedTransactions, null)
  assert.deepEqual([await desk.latest(1), await desk.latest(0)], [2, 3])
  await desk.end(5, identity, true)
  assert.deepEqual([(await desk.fetch(1)).lastStableOffset, await desk.latest(1)], [4, 4])
})

void test('another producer fences the first, whose transaction is aborted (INV-X3); older versions are told in older words', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  const first = await desk.init(4)
  assert.equal(await desk.produce(13, first, 0, 'a'), 'NONE')
  assert.equal((await desk.init(4)).error, 'CONCURRENT_TRANSACTIONS')
  const second = await desk.init(4)
  assert.deepEqual([second.error, second.producerId, second.producerEpoch], ['NONE', first.producerId, 2])
  assert.equal((await desk.end(3, first, true)).error, 'PRODUCER_FENCED')
  assert.equal((await desk.end(1, first, true)).error, 'INVALID_PRODUCER_EPOCH')
  assert.equal(await desk.addPartitions(3, first), 'PRODUCER_FENCED')
  assert.equal(await desk.addPartitions(1, first), 'INVALID_PRODUCER_EPOCH')
  assert.equal(await desk.produce(11, first, 1, 'b'), 'INVALID_PRODUCER_EPOCH')
  const goesOn = { producerId: first.producerId, producerEpoch: first.producerEpoch }
  assert.equal((await desk.init(4, goesOn)).error, 'PRODUCER_FENCED')
  assert.equal((await desk.init(3, goesOn)).error, 'INVALID_PRODUCER_EPOCH')
})

void test('a transaction that takes too long is aborted, also over a restart; a timeout beyond the limit is refused', async () => {
  let now = systemClock.now()
  const limits = { transactionCheckIntervalMs: 10 }
  await using log = await runBroker({ config: { limits }, clock: { ...systemClock, now: () => now } })
  const desk = await openTransactionDesk(() => log.broker.port)
  for (const timeoutMs of [0, 900_001])
    assert.equal((await desk.init(4, undefined, timeoutMs)).error, 'INVALID_TRANSACTION_TIMEOUT')
  const identity = await desk.init(4, undefined, 5000)
  assert.equal(await desk.produce(13, identity, 0, 'a'), 'NONE')
  await log.restart()
  assert.equal((await desk.describe()).transactionState, 'Ongoing')
  now += 5001
  await waitUntil(
    'the transaction is aborted',
    async () => (await desk.describe()).transactionState === 'CompleteAbort',
  )
  assert.equal((await desk.fetch(1)).lastStableOffset, 2)
  assert.equal((await desk.end(3, identity, true)).error, 'PRODUCER_FENCED')
})

void test('an id of which nothing was heard is forgotten, unless its transaction is open', async () => {
  let now = systemClock.now()
  const limits = { retentionCheckIntervalMs: 10, transactionTimeoutMsMax: 2 ** 31 - 1 }
  await using log = await runBroker({ config: { limits }, clock: { ...systemClock, now: () => now } })
  const desk = await openTransactionDesk(() => log.broker.port)
  const identity = await desk.init(4, undefined, 2 ** 31 - 1)
  await desk.produce(13, identity, 0, 'a')
  now += 8 * 24 * 3_600_000
  await log.restart()
  assert.equal((await desk.describe()).transactionState, 'Ongoing')
  await desk.end(3, identity, true)
  now += 8 * 24 * 3_600_000
  await waitUntil(
    'it is forgotten',
    async () => nameOfKafkaError((await desk.describe()).errorCode) === 'TRANSACTIONAL_ID_NOT_FOUND',
  )
  await log.restart()
  assert.equal(nameOfKafkaError((await desk.describe()).errorCode), 'TRANSACTIONAL_ID_NOT_FOUND')
})

void test('offsets in a transaction are fenced by the group as well (KIP-447)', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  const identity = await desk.init(5)
  assert.equal(await desk.commitOffset(5, identity, 1, { generationId: 3, memberId: 'm' }), 'ILLEGAL_GENERATION')
  assert.equal(await desk.commitOffset(5, { ...identity, producerEpoch: 9 }, 1), 'INVALID_PRODUCER_EPOCH')
  assert.equal(await desk.commitOffset(5, { ...identity, producerId: 1 }, 1), 'INVALID_PRODUCER_ID_MAPPING')
})

void test('operators see producers and transactions, and end one by its markers', async () => {
  await using log = await runBroker()
  const desk = await openTransactionDesk(() => log.broker.port)
  const identity = await desk.init(5)
  await desk.produce(13, identity, 0, 'a')
  await desk.commitOffset(5, identity, 1)
  const described = await desk.describe()
  assert.deepEqual(
    [described.transactionState, described.producerId, described.topics.map(({ topic }) => topic)],
    ['Ongoing', identity.producerId, ['orders', '__consumer_offsets']],
  )
  const { port } = log.broker
  const list = async (filters: object): Promise<string[]> =>
    (await askKafka(port, listTransactionsApi, 2, filters)).transactionStates.map((one) => one.transactionState)
  assert.deepEqual(await list({}), ['Ongoing'])
  assert.deepEqual(await list({ stateFilters: ['Empty'] }), [])
  assert.deepEqual(await list({ transactionalIdPattern: 'x|y' }), ['Ongoing'])
  assert.deepEqual(await list({ durationFilter: 600_000 }), [])
  const partitionIndexes = [0]
  const producers = await askKafka(port, describeProducersApi, 0, { topics: [{ name: 'orders', partitionIndexes }] })
  assert.equal(producers.topics[0]!.partitions[0]!.activeProducers[0]!.currentTxnStartOffset, 0)
  const marker = {
    ...identity,
    transactionResult: false,
    topics: [{ name: 'orders', partitionIndexes }],
    coordinatorEpoch: 0,
  }
  const written = await askKafka(port, writeTxnMarkersApi, 1, { markers: [marker] })
  assert.equal(written.markers[0]!.topics[0]!.partitions[0]!.errorCode, 0)
  assert.equal((await desk.fetch(1)).lastStableOffset, 2)
})
