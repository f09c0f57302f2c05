import {
  isPrepared,
  moves,
  refused,
  type Decision,
  type Transaction,
  type TransactionError,
  type TransactionPartition,
  type TransactionVersion,
} from './transaction.ts'

/** Who asks, as every request of a transactional producer says it. */
export interface ProducerClaim {
  readonly producerId: number
  readonly epoch: number
}

export interface Addition {
  readonly partitions: readonly TransactionPartition[]
  readonly groups: readonly string[]
}

const nothingYet: Addition = { partitions: [], groups: [] }

/** Partitions and groups join the transaction, which begins with the first ones. */
export function addToTransaction(
  transaction: Transaction | undefined,
  claim: ProducerClaim,
  addition: Addition,
  version: TransactionVersion,
  now: number,
): Decision {
  const error = claimError(transaction, claim)
  if (error || !transaction) return refused(error ?? 'INVALID_PRODUCER_ID_MAPPING')
  const isOngoing = transaction.state === 'Ongoing'
  const { partitions, groups } = isOngoing ? transaction : nothingYet
  const newPartitions = addition.partitions.filter((one) => !partitions.some((other) => isSame(one, other)))
  const newGroups = addition.groups.filter((group) => !groups.includes(group))
  if (isOngoing && newPartitions.length + newGroups.length === 0) return { kind: 'stays', transaction }
  return moves(transaction, {
    state: 'Ongoing',
    partitions: [...partitions, ...newPartitions],
    groups: [...groups, ...newGroups],
    startedAt: isOngoing ? transaction.startedAt : now,
    updatedAt: now,
    version,
  })
}

/** Why a batch, or offsets, must not be written for this producer: a transaction that ended cannot be made hanging (KIP-890). */
export function verifyInTransaction(
  transaction: Transaction | undefined,
  claim: ProducerClaim,
  wanted: TransactionPartition | string,
): TransactionError | undefined {
  const error = claimError(transaction, claim)
  if (error) return error
  const { partitions, groups, state } = transaction!
  const isIn =
    typeof wanted === 'string' ? groups.includes(wanted) : partitions.some((partition) => isSame(partition, wanted))
  return isIn && state === 'Ongoing' ? undefined : 'TRANSACTION_ABORTABLE'
}

function claimError(transaction: Transaction | undefined, claim: ProducerClaim): TransactionError | undefined {
  if (transaction?.producerId !== claim.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  if (transaction.epoch !== claim.epoch) return 'PRODUCER_FENCED'
  return isPrepared(transaction) ? 'CONCURRENT_TRANSACTIONS' : undefined
}

function isSame(left: TransactionPartition, right: TransactionPartition): boolean {
  return left.partition === right.partition && left.topicId === right.topicId
}
