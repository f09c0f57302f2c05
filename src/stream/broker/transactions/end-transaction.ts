import type { ProducerClaim } from './add-to-transaction.ts'
import { isExhausted, isPrepared, moves, refused, type Decision, type Transaction } from './transaction.ts'

export interface EndRequest extends ProducerClaim {
  readonly isCommit: boolean
}

/** The end as a client asks for it that raises no epochs: EndTxn up to version 4. */
export function endClassic(transaction: Transaction | undefined, request: EndRequest, now: number): Decision {
  const { producerId, epoch, isCommit } = request
  if (transaction?.producerId !== producerId) return refused('INVALID_PRODUCER_ID_MAPPING')
  if (transaction.epoch !== epoch) return refused('PRODUCER_FENCED')
  if (transaction.state === 'Ongoing')
    return moves(transaction, { state: prepared(isCommit), updatedAt: now, version: 0, nextProducerId: -1 })
  return answerOfEnded(transaction, isCommit)
}

/**
 * The end that raises the epoch (KIP-890, EndTxn 5), so that nothing of this transaction can be taken for a part of the next
 * one. An abort is taken in any state but a prepared one: a client may not know whether its transaction began. A repeated request
 * names the epoch before. `freshId` is a producer id that nobody has.
 */
export function endRaisingEpoch(
  transaction: Transaction | undefined,
  request: EndRequest,
  freshId: number,
  now: number,
): Decision {
  if (!transaction) return refused('INVALID_PRODUCER_ID_MAPPING')
  const isAfterExhaustion =
    transaction.previousProducerId === request.producerId && isExhausted(request.epoch) && transaction.epoch === 0
  if (transaction.producerId !== request.producerId && !isAfterExhaustion) return refused('INVALID_PRODUCER_ID_MAPPING')
  // Where clients of both dialects share an id, the epoch alone would take a fenced producer for the one that was answered.
  const isRaised = transaction.version === 2 && transaction.lastEpoch === request.epoch
  const isRepeated = isRaised && (transaction.epoch === request.epoch + 1 || isAfterExhaustion)
  const mayRepeat = isRepeated && transaction.state !== 'Empty' && transaction.state !== 'Ongoing'
  const isCurrent = transaction.epoch === request.epoch && !isPrepared(transaction)
  if (!mayRepeat && !isCurrent) return refused('PRODUCER_FENCED')
  if (mayRepeat) return answerOfEnded(transaction, request.isCommit)
  if (transaction.state !== 'Ongoing' && request.isCommit) return refused('INVALID_TXN_STATE')
  return prepareRaisingEpoch(transaction, request.isCommit, freshId, now)
}

/** Aborts an open transaction without its producer, which is fenced thereby: it took too long, or another one takes over. */
export function fence(transaction: Transaction, freshId: number, now: number): Decision {
  return prepareRaisingEpoch(transaction, false, freshId, now)
}

/** All markers are written. */
export function complete(transaction: Transaction, now: number): Transaction {
  const { producerId, nextProducerId } = transaction
  return {
    ...transaction,
    state: transaction.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    previousProducerId: producerId,
    nextProducerId: -1,
    ...(nextProducerId >= 0 ? { producerId: nextProducerId, epoch: 0 } : {}),
    partitions: [],
    groups: [],
    updatedAt: now,
  }
}

function prepareRaisingEpoch(transaction: Transaction, isCommit: boolean, freshId: number, now: number): Decision {
  const { epoch, state, startedAt } = transaction
  return moves(transaction, {
    state: prepared(isCommit),
    epoch: epoch + 1,
    lastEpoch: epoch,
    nextProducerId: isExhausted(epoch) ? freshId : -1,
    startedAt: state === 'Ongoing' ? startedAt : now,
    updatedAt: now,
    version: 2,
  })
}

function prepared(isCommit: boolean): 'PrepareCommit' | 'PrepareAbort' {
  return isCommit ? 'PrepareCommit' : 'PrepareAbort'
}

/** To a request whose end has begun, or is done. */
function answerOfEnded(transaction: Transaction, isCommit: boolean): Decision {
  const { state } = transaction
  if (state === (isCommit ? 'CompleteCommit' : 'CompleteAbort')) return { kind: 'stays', transaction }
  return refused(state === prepared(isCommit) ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE')
}
