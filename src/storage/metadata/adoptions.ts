import type { Database } from './database.ts'

/** Which table a delivery adopted, and which topic it read last. */
export interface StoredAdoption {
  /** UUID of the table. */
  readonly table: string
  /** Id of the topic. */
  readonly source: string
}

/** `table` is the name under which the delivery knows it, `namespace.name`. */
export interface AdoptionStore {
  get(delivery: string, table: string): Promise<StoredAdoption | null>
  /** In place of the one before. Durable when it resolves. */
  save(delivery: string, table: string, adoption: StoredAdoption): Promise<void>
  /** Whatever the delivery adopted. */
  forget(delivery: string): Promise<void>
}

export function adoptionStore({ db }: Database): AdoptionStore {
  return {
    async get(delivery, table) {
      const row = await db
        .selectFrom('adoption')
        .select(['table_uuid', 'source'])
        .where('delivery', '=', delivery)
        .where('table_name', '=', table)
        .executeTakeFirst()
      return row ? { table: row.table_uuid, source: row.source } : null
    },
    async save(delivery, table, adoption) {
      const found = { table_uuid: adoption.table, source: adoption.source }
      await db
        .insertInto('adoption')
        .values({ delivery, table_name: table, ...found })
        .onConflict((conflict) => conflict.columns(['delivery', 'table_name']).doUpdateSet(found))
        .execute()
    },
    async forget(delivery) {
      await db.deleteFrom('adoption').where('delivery', '=', delivery).execute()
    },
  }
}
