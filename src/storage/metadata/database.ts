import type { Kysely, Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { migrations, type ColumnTypes } from './migrations.ts'
import type { MetadataTables } from './tables.ts'

/**
 * One of the two databases. `transact` is serializable, durable when it resolves, and runs its work again when the
 * database says that another transaction came between: work does nothing but read and write through what it is given.
 */
export interface Database {
  readonly db: Kysely<MetadataTables>
  readonly types: ColumnTypes
  readonly transact: <Result>(work: (transaction: Transaction<MetadataTables>) => Promise<Result>) => Promise<Result>
}

/** Brings the tables to this version of the code; WEIR-2006 when they are of a newer one. */
export async function migrate({ db, types }: Database): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations(types) }).migrateToLatest()
  if (error === undefined) return
  if (error instanceof Error && error.message.includes('previously executed migration'))
    throw new WeirError(
      'WEIR-2006',
      `the metadata database was written by a newer version of Weir: ${error.message}. Use that version`,
      { cause: error },
    )
  throw error
}
