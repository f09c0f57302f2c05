import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteName } from '../gate/statement.ts'
import type { TableName } from '../engine-host.ts'

/**
 * A session's own names in DuckDB: an attached in-memory database in which each table that a statement reads is a view of
 * its snapshot and tail. Sessions see different moments, so they cannot share these.
 */
export interface SessionViews {
  readonly database: string
  /** Grows whenever a name comes to mean something else. */
  readonly version: number
  /** Makes the name mean this query from now on; what already runs is not touched. */
  place(relation: TableName, sql: string): Promise<void>
  /** DuckDB's search path for these schemas; those that are not there yet are made. */
  searchPath(schemas: readonly string[]): Promise<string>
  detach(): Promise<void>
}

let lastId = 0

export async function attachSessionViews(connection: DuckDBConnection): Promise<SessionViews> {
  const database = `weir_session_${++lastId}`
  const placed = new Map<string, string>()
  const schemas = new Set<string>()
  let version = 0
  await connection.run(`ATTACH ':memory:' AS ${database}`)

  const haveSchema = async (schema: string): Promise<void> => {
    if (schemas.has(schema)) return
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${database}.${quoteName(schema)}`)
    schemas.add(schema)
  }
  await haveSchema('public')
  return {
    database,
    get version() {
      return version
    },
    async place({ schema, name }, sql) {
      const target = `${database}.${quoteName(schema)}.${quoteName(name)}`
      if (placed.get(target) === sql) return
      await haveSchema(schema)
      version++
      // Until it is known that the view was made, its name means nothing.
      placed.delete(target)
      await connection.run(`CREATE OR REPLACE VIEW ${target} AS ${sql}`)
      placed.set(target, sql)
    },
    async searchPath(names) {
      for (const name of names) await haveSchema(name)
      return names.map((name) => `${database}.${quoteName(name)}`).join(',')
    },
    async detach() {
      await connection.run(`DETACH ${database}`)
    },
  }
}
