/** Ids are given in their order. */
export interface Identity {
  readonly producerId: number
  readonly epoch: number
}

/** What became of one transaction, as its producer knows it. */
export interface WitnessedTransaction {
  readonly number: number
  readonly transactionalId: string
  readonly identity: Identity
  readonly values: Map<string, 'sent' | 'acknowledged'>
  offset: 'none' | 'acknowledged'
  asked: boolean
  told: 'commit' | 'abort' | null
  /** Another epoch was given out before its commit was asked for. */
  isFenced: boolean
}

/** Sees everything, and says what may not be. */
export interface Witness {
  begin(transactionalId: string, identity: Identity): WitnessedTransaction
  write(transaction: WitnessedTransaction, partition: number): string
  acknowledged(transaction: WitnessedTransaction, value: string): void
  offsetAcknowledged(transaction: WitnessedTransaction): void
  asksToCommit(transaction: WitnessedTransaction): void
  ended(transaction: WitnessedTransaction, isCommit: boolean): void
  /** A producer has the id, and a new epoch: whoever had not asked to commit by now never commits (INV-X3). */
  takesOver(transactionalId: string, identity: Identity): void
  /** The first rule that does not hold of what is visible at the end; null when all do. */
  judge(visible: readonly (readonly string[])[], offsets: ReadonlySet<number>): string | null
  readonly transactions: readonly WitnessedTransaction[]
}

export function createWitness(): Witness {
  const transactions: WitnessedTransaction[] = []
  let values = 0
  return {
    transactions,
    begin(transactionalId, identity) {
      const transaction: WitnessedTransaction = {
        number: transactions.length,
        transactionalId,
        identity,
        values: new Map(),
        offset: 'none',
        asked: false,
        told: null,
        isFenced: false,
      }
      transactions.push(transaction)
      return transaction
    },
    write(transaction, partition) {
      const value = `${transaction.number}/${partition}/${values++}`
      transaction.values.set(value, 'sent')
      return value
    },
    acknowledged: (transaction, value) => void transaction.values.set(value, 'acknowledged'),
    offsetAcknowledged: (transaction) => void (transaction.offset = 'acknowledged'),
    asksToCommit: (transaction) => void (transaction.asked = true),
    ended: (transaction, isCommit) => void (transaction.told = isCommit ? 'commit' : 'abort'),
    takesOver(transactionalId, { producerId, epoch }) {
      for (const transaction of transactions) {
        const { identity, asked } = transaction
        const isOlder =
          identity.producerId < producerId || (identity.producerId === producerId && identity.epoch < epoch)
        if (transaction.transactionalId === transactionalId && isOlder && !asked) transaction.isFenced = true
      }
    },
    judge(visible, offsets) {
      const seen = visible.flat()
      if (new Set(seen).size < seen.length) return 'INV-X7: a record is there twice'
      const all = new Set(seen)
      for (const transaction of transactions) {
        const found = violation(transaction, all, offsets)
        if (found) return `transaction ${transaction.number} of ${transaction.transactionalId}: ${found}`
      }
      return null
    },
  }
}

function violation(
  { number, values, offset, asked, told, isFenced }: WitnessedTransaction,
  seen: ReadonlySet<string>,
  offsets: ReadonlySet<number>,
): string | null {
  const present = [...values.keys()].filter((value) => seen.has(value))
  const isCommitted = present.length > 0 || offsets.has(number)
  const isWhole =
    [...values].every(([value, state]) => state === 'sent' || seen.has(value)) &&
    (offset === 'none' || offsets.has(number))
  if (told === 'commit' && !isWhole) return 'INV-X5: it was told to be committed, and a part of it is not there'
  if (isCommitted && !isWhole) return 'INV-X1: a part of it is there'
  if (told === 'abort' && isCommitted) return 'INV-X2: it was aborted, and is there'
  if (!asked && isCommitted) return 'INV-X2: nobody asked to commit it, and it is there'
  if (isFenced && isCommitted) return 'INV-X3: its producer was fenced before it asked to commit'
  return null
}
