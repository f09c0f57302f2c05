import { Kysely, PostgresDialect } from 'kysely'
import type { Database } from './database.ts'
import { postgresTypes } from './migrations.ts'
import type { MetadataTables } from './tables.ts'

/** PostgreSQL's word for "another transaction came between; nothing was changed". */
const serializationFailures = new Set(['40001', '40P01'])

/** pg is loaded only here: most projects never need it. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<MetadataTables>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    types: postgresTypes,
    async transact(work) {
      for (;;)
        try {
          return await db.transaction().setIsolationLevel('serializable').execute(work)
        } catch (error) {
          if (!serializationFailures.has((error as { code?: string }).code ?? '')) throw error
        }
    },
  }
}
