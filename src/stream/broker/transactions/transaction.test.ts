import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToTransaction, verifyInTransaction } from './add-to-transaction.ts'
import { complete, endClassic, endRaisingEpoch, fence } from './end-transaction.ts'
import { initProducer } from './init-producer.ts'
import type { Decision, Transaction, TransactionState } from './transaction.ts'

const id = { transactionalId: 'x', timeoutMs: 1000 }
const place = { topicId: 't', topic: 'orders', partition: 0 }

function moved(decision: Decision | { readonly kind: 'abort' }): Transaction {
  assert.equal(decision.kind, 'moves', JSON.stringify(decision))
  return (decision as Extract<Decision, { kind: 'moves' }>).transaction
}

/** As a test says it: an error, `stays`, or the state and epoch that it moves to. */
function brief(decision: Decision | { readonly kind: 'abort' }): string {
  if (decision.kind === 'refused') return decision.error
  return decision.kind === 'moves' ? `${decision.transaction.state} ${decision.transaction.epoch}` : decision.kind
}

const fresh = moved(initProducer(undefined, { ...id, expected: undefined }, 7, 1))
const ongoing = moved(addToTransaction(fresh, { producerId: 7, epoch: 0 }, { partitions: [place], groups: [] }, 2, 2))

function inState(state: TransactionState, epoch = 5): Transaction {
  return { ...ongoing, state, epoch, lastEpoch: epoch - 1, version: 2 }
}

void test('a first producer has epoch 0, each next one another epoch, and an open transaction is aborted first', () => {
  assert.deepEqual([fresh.producerId, fresh.epoch, fresh.state], [7, 0, 'Empty'])
  const again = { ...id, expected: undefined }
  assert.equal(brief(initProducer(fresh, again, 8, 2)), 'Empty 1')
  assert.equal(brief(initProducer(ongoing, again, 8, 3)), 'abort')
  assert.equal(brief(initProducer(inState('PrepareCommit'), again, 8, 3)), 'CONCURRENT_TRANSACTIONS')
})

void test('a producer that goes on names what it was: the current epoch is raised, a lost answer repeated, an old one fenced (KIP-360)', () => {
  const known = moved(initProducer(fresh, { ...id, expected: { producerId: 7, epoch: 0 } }, 8, 2))
  assert.deepEqual([known.epoch, known.lastEpoch], [1, 0])
  const ask = (producerId: number, epoch: number): string =>
    brief(initProducer(known, { ...id, expected: { producerId, epoch } }, 8, 3))
  assert.deepEqual([ask(7, 1), ask(7, 0), ask(6, 1)], ['Empty 2', 'Empty 1', 'PRODUCER_FENCED'])
  const taken = moved(initProducer(known, { ...id, expected: undefined }, 8, 3))
  assert.equal(brief(initProducer(taken, { ...id, expected: { producerId: 7, epoch: 1 } }, 8, 4)), 'PRODUCER_FENCED')
})

void test('when epochs are exhausted another producer id takes over, and a lost answer to that is repeated', () => {
  const last: Transaction = { ...fresh, epoch: 32_766 }
  const rotated = moved(initProducer(last, { ...id, expected: { producerId: 7, epoch: 32_766 } }, 8, 2))
  assert.deepEqual([rotated.producerId, rotated.epoch], [8, 0])
  const repeated = moved(initProducer(rotated, { ...id, expected: { producerId: 7, epoch: 32_766 } }, 9, 3))
  assert.deepEqual([repeated.producerId, repeated.epoch], [8, 0])

  const end = { producerId: 7, epoch: 32_766, isCommit: true }
  const prepared = moved(endRaisingEpoch({ ...ongoing, epoch: 32_766 }, end, 8, 3))
  assert.deepEqual([prepared.producerId, prepared.epoch], [7, 32_767], 'the markers fence the last epoch')
  const done = complete(prepared, 4)
  assert.deepEqual([done.producerId, done.epoch, done.state], [8, 0, 'CompleteCommit'])
  assert.equal(brief(endRaisingEpoch(done, end, 9, 5)), 'stays')
})

void test('partitions join in every state but a prepared one; the claim is checked first', () => {
  const claim = { producerId: 7, epoch: 5 }
  const add = (transaction: Transaction | undefined, by = claim): string =>
    brief(addToTransaction(transaction, by, { partitions: [place], groups: [] }, 0, 3))
  assert.equal(add(undefined), 'INVALID_PRODUCER_ID_MAPPING')
  assert.equal(add(inState('Ongoing'), { producerId: 8, epoch: 5 }), 'INVALID_PRODUCER_ID_MAPPING')
  assert.equal(add(inState('Ongoing'), { producerId: 7, epoch: 4 }), 'PRODUCER_FENCED')
  assert.equal(add(inState('PrepareAbort')), 'CONCURRENT_TRANSACTIONS')
  assert.equal(add(inState('Ongoing')), 'stays')
  assert.equal(add(inState('CompleteAbort')), 'Ongoing 5')
})

void test('a batch for a partition that is not in the open transaction is not verified (KIP-890)', () => {
  const claim = { producerId: 7, epoch: 0 }
  assert.equal(verifyInTransaction(ongoing, claim, place), undefined)
  assert.equal(verifyInTransaction(ongoing, claim, { ...place, partition: 1 }), 'TRANSACTION_ABORTABLE')
  assert.equal(verifyInTransaction(ongoing, claim, 'group'), 'TRANSACTION_ABORTABLE')
  assert.equal(verifyInTransaction(fresh, claim, place), 'TRANSACTION_ABORTABLE')
  assert.equal(verifyInTransaction(ongoing, { ...claim, epoch: 1 }, place), 'PRODUCER_FENCED')
})

void test('a classic end keeps the epoch, and is taken again only for what was decided', () => {
  const end = (state: TransactionState, isCommit: boolean, epoch = 5): string =>
    brief(endClassic(inState(state), { producerId: 7, epoch, isCommit }, 3))
  assert.deepEqual([end('Ongoing', true), end('Ongoing', false)], ['PrepareCommit 5', 'PrepareAbort 5'])
  assert.deepEqual([end('Empty', true), end('Empty', false)], ['INVALID_TXN_STATE', 'INVALID_TXN_STATE'])
  assert.deepEqual([end('CompleteCommit', true), end('CompleteCommit', false)], ['stays', 'INVALID_TXN_STATE'])
  assert.deepEqual(
    [end('PrepareAbort', false), end('PrepareAbort', true)],
    ['CONCURRENT_TRANSACTIONS', 'INVALID_TXN_STATE'],
  )
  assert.equal(end('Ongoing', true, 4), 'PRODUCER_FENCED')
})

void test('an end that raises the epoch: as Kafka answers in each state, now and repeated', () => {
  const end = (state: TransactionState, isCommit: boolean, epoch: number): string =>
    brief(endRaisingEpoch(inState(state), { producerId: 7, epoch, isCommit }, 8, 3))
  const of = (state: TransactionState): string[] => [
    end(state, false, 4),
    end(state, false, 5),
    end(state, true, 4),
    end(state, true, 5),
  ]
  assert.deepEqual(of('Ongoing'), ['PRODUCER_FENCED', 'PrepareAbort 6', 'PRODUCER_FENCED', 'PrepareCommit 6'])
  assert.deepEqual(of('Empty'), ['PRODUCER_FENCED', 'PrepareAbort 6', 'PRODUCER_FENCED', 'INVALID_TXN_STATE'])
  assert.deepEqual(of('CompleteAbort'), ['stays', 'PrepareAbort 6', 'INVALID_TXN_STATE', 'INVALID_TXN_STATE'])
  assert.deepEqual(of('CompleteCommit'), ['INVALID_TXN_STATE', 'PrepareAbort 6', 'stays', 'INVALID_TXN_STATE'])
  assert.deepEqual(of('PrepareCommit'), [
    'INVALID_TXN_STATE',
    'PRODUCER_FENCED',
    'CONCURRENT_TRANSACTIONS',
    'PRODUCER_FENCED',
  ])
})

void test('a fenced producer of the newer dialect is not taken for one whose answer was lost, where a classic one has the id now', () => {
  const others: Transaction = { ...inState('CompleteAbort'), version: 0, lastEpoch: -1 }
  assert.equal(brief(endRaisingEpoch(others, { producerId: 7, epoch: 4, isCommit: false }, 8, 3)), 'PRODUCER_FENCED')
})

void test('fencing aborts and raises the epoch', () => {
  assert.equal(brief(fence(ongoing, 8, 3)), 'PrepareAbort 1')
})
