import { Kysely, PostgresDialect } from 'kysely'
import type { PoolClient } from 'pg'
import { WeirError } from '../../kernel/errors/weir-error.ts'
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
  const connect = (): Promise<PoolClient> => pool.connect().catch(named(url))
  const db = new Kysely<MetadataTables>({
    dialect: new PostgresDialect({ pool: { connect, end: () => pool.end(), options: pool.options } }),
  })
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

/** `host:5432/weir`: never user or password. */
export function placeOfPostgres(url: string): string {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '?', pathname: '' }
  return `${host}${pathname}`
}

export function named(url: string) {
  return (cause: unknown): never => {
    const { message, code } = cause as NodeJS.ErrnoException
    throw new WeirError(
      'WEIR-8006',
      `the metadata database at ${placeOfPostgres(url)} does not answer: ${message || code}. Start it, or correct the option metadata`,
      { cause },
    )
  }
}
