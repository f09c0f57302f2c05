import { isExhausted, isPrepared, moves, refused, type Decision, type Transaction } from './transaction.ts'

export interface InitRequest {
  readonly transactionalId: string
  readonly timeoutMs: number
  /** Who the producer was, when it goes on after an error (KIP-360). */
  readonly expected: { readonly producerId: number; readonly epoch: number } | undefined
}

/**
 * A producer begins, or goes on, under a transactional id: all before it are fenced. `freshId` is a producer id that nobody
 * has. An open transaction is aborted first (`abort`), and the producer asks again.
 */
export function initProducer(
  known: Transaction | undefined,
  request: InitRequest,
  freshId: number,
  now: number,
): Decision | { readonly kind: 'abort' } {
  const transaction = known ?? newTransaction(request, freshId, now)
  if (request.expected && !mayBe(transaction, request.expected)) return refused('PRODUCER_FENCED')
  if (isPrepared(transaction)) return refused('CONCURRENT_TRANSACTIONS')
  if (transaction.state === 'Ongoing') return { kind: 'abort' }
  return nextEpoch(transaction, request, freshId, now)
}

/** Whether a request needs a fresh producer id. */
export function needsFreshId(known: Transaction | undefined): boolean {
  return known === undefined || isExhausted(known.epoch)
}

function newTransaction({ transactionalId, timeoutMs }: InitRequest, producerId: number, now: number): Transaction {
  return {
    transactionalId,
    producerId,
    previousProducerId: -1,
    nextProducerId: -1,
    epoch: -1,
    lastEpoch: -1,
    timeoutMs,
    state: 'Empty',
    partitions: [],
    groups: [],
    startedAt: -1,
    updatedAt: now,
    version: 0,
  }
}

/** The epoch is compared later; a retry after the id was exhausted names the one before. */
function mayBe(
  { producerId, previousProducerId, epoch }: Transaction,
  expected: NonNullable<InitRequest['expected']>,
): boolean {
  return (
    epoch === -1 ||
    expected.producerId === producerId ||
    (expected.producerId === previousProducerId && isExhausted(expected.epoch))
  )
}

function nextEpoch(from: Transaction, { timeoutMs, expected }: InitRequest, freshId: number, now: number): Decision {
  const { epoch, lastEpoch } = from
  const begun = { state: 'Empty', timeoutMs, partitions: [], groups: [], startedAt: -1, updatedAt: now } as const
  const isOwn = expected === undefined || epoch === -1 || expected.epoch === epoch
  if (isOwn && isExhausted(epoch))
    return moves(from, { ...begun, producerId: freshId, epoch: 0, lastEpoch: expected ? epoch : -1 })
  if (isOwn) return moves(from, { ...begun, epoch: epoch + 1, lastEpoch: expected ? epoch : -1 })
  // The answer to the same request was lost; another producer would have set the last epoch to -1.
  if (expected.epoch === lastEpoch) return moves(from, { ...begun, epoch, lastEpoch })
  return refused('PRODUCER_FENCED')
}
