import type { Transaction } from 'kysely'
import type { Database } from './database.ts'
import type { MetadataTables } from './tables.ts'

/** The lake's Receipt: that a request with an idempotency key was done. */
export interface StoredReceipt {
  readonly key: string
  readonly request: string
  readonly answer: string
  readonly at: number
  readonly expires: number
}

/** The lake's ReceiptStore. */
export interface ReceiptRows {
  receiptOf(key: string): Promise<StoredReceipt | undefined>
  keepReceipt(receipt: StoredReceipt): Promise<void>
}

export function receiptStore({ db, transact }: Database): ReceiptRows {
  return {
    async receiptOf(key) {
      const row = await db.selectFrom('catalog_receipt').selectAll().where('key', '=', key).executeTakeFirst()
      // PostgreSQL hands a bigint out as text.
      return row && { ...row, at: Number(row.at), expires: Number(row.expires) }
    },
    keepReceipt: (receipt) => transact((transaction) => insertReceipt(transaction, receipt)),
  }
}

/** Within the transaction that does what the receipt says. Rejects where the key has one that is not expired. */
export async function insertReceipt(
  transaction: Transaction<MetadataTables>,
  receipt: StoredReceipt | undefined,
): Promise<void> {
  if (receipt === undefined) return
  await transaction.deleteFrom('catalog_receipt').where('expires', '<=', receipt.at).execute()
  await transaction.insertInto('catalog_receipt').values(receipt).execute()
}
