import type { ChangeForm } from '../storage/change-batches.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import { openStateLog, type StateLog, type StateLogPlace } from '../storage/state-log.ts'
import type { Transaction } from './transaction.ts'

/** A transition of a transactional id, or that it is forgotten. */
export interface TransactionChange {
  readonly transactionalId: string
  readonly transaction: Transaction | null
  readonly at: number
}

/** All ids of producers that transactional ids have or had, as far as they are known. */
export function* producerIdsIn(table: TransactionTable): Generator<number> {
  for (const { producerId, previousProducerId, nextProducerId } of table.all())
    yield* [producerId, previousProducerId, nextProducerId]
}

/** All transactional ids; their log holds the last transition of each. */
export interface TransactionTable {
  get(transactionalId: string): Transaction | undefined
  all(): readonly Transaction[]
  readonly size: number
  apply(change: TransactionChange): void
}

export type TransactionLog = Pick<StateLog<TransactionChange>, 'append' | 'checkpoint' | 'settled' | 'close'>

export function createTransactionTable(): TransactionTable {
  const transactions = new Map<string, Transaction>()
  return {
    get: (transactionalId) => transactions.get(transactionalId),
    all: () => [...transactions.values()],
    get size() {
      return transactions.size
    },
    apply({ transactionalId, transaction }) {
      if (transaction) transactions.set(transactionalId, transaction)
      else transactions.delete(transactionalId)
    },
  }
}

/** The log of transactions, and what it holds. */
export interface OpenedTransactions {
  readonly table: TransactionTable
  readonly log: TransactionLog
}

export async function openTransactions(place: StateLogPlace, services: StorageServices): Promise<OpenedTransactions> {
  const table = createTransactionTable()
  const log = await openStateLog(place, services, {
    name: 'transactions',
    whenLost:
      'Transactional ids whose last state lay there go on from an earlier one or begin anew, and transactions that nobody knows are aborted.',
    form: transactionForm,
    load: (change) => table.apply(change),
    *state() {
      for (const transaction of table.all())
        yield { transactionalId: transaction.transactionalId, transaction, at: transaction.updatedAt }
    },
  })
  return { table, log }
}

const transactionForm: ChangeForm<TransactionChange> = {
  stored: ({ transactionalId, transaction }) => Buffer.from(JSON.stringify(transaction ?? { transactionalId })),
  read(text, at) {
    const stored = JSON.parse(text) as Transaction | { readonly transactionalId: string }
    return { transactionalId: stored.transactionalId, transaction: 'state' in stored ? stored : null, at }
  },
}
