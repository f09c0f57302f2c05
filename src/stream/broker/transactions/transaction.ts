/** As Kafka names them. Ids that expire are removed: Kafka calls that moment Dead. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'

/** A partition that a transaction writes to; by the topic's id, so that one made again under the name is another. */
export interface TransactionPartition {
  readonly topicId: string
  readonly topic: string
  readonly partition: number
}

/** All that is known of one transactional id. Each transition makes a new one, which is written down before anybody is told. */
export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  /** Before the last transition; tells a repeated request from a foreign one when the id was exhausted. */
  readonly previousProducerId: number
  /** Takes over when the transaction is complete, because the epochs of this one are exhausted; -1 for none. */
  readonly nextProducerId: number
  readonly epoch: number
  /** The one before, as its producer knows it; -1 when another producer took over. */
  readonly lastEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: readonly TransactionPartition[]
  /** Groups whose offsets are committed with it. */
  readonly groups: readonly string[]
  /** Milliseconds since the epoch; -1 without a transaction. */
  readonly startedAt: number
  readonly updatedAt: number
  /** Of the client that moved it last; with 2 each end raises the epoch (KIP-890). */
  readonly version: TransactionVersion
}

export type TransactionVersion = 0 | 2

/** The last epoch that is given to nobody: it is there to fence the one before. */
const epochMax = 32_767

export function isExhausted(epoch: number): boolean {
  return epoch >= epochMax - 1
}

export function isPrepared({ state }: Transaction): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort'
}

/** What a request does to a transactional id: nothing but an answer, or a transition that has to be durable before it. */
export type Decision =
  | { readonly kind: 'refused'; readonly error: TransactionError }
  /** It is as asked for. */
  | { readonly kind: 'stays'; readonly transaction: Transaction }
  | { readonly kind: 'moves'; readonly transaction: Transaction }

export type TransactionError =
  | 'INVALID_REQUEST'
  | 'INVALID_PRODUCER_ID_MAPPING'
  | 'PRODUCER_FENCED'
  | 'CONCURRENT_TRANSACTIONS'
  | 'INVALID_TXN_STATE'
  | 'TRANSACTION_ABORTABLE'

export function refused(error: TransactionError): Decision {
  return { kind: 'refused', error }
}

export function moves(from: Transaction, change: Partial<Transaction>): Decision {
  return { kind: 'moves', transaction: { ...from, previousProducerId: from.producerId, ...change } }
}
