import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteName } from '../gate/statement.ts'
import type { TableName } from '../engine-host.ts'

/**
 * A session's own names in DuckDB: an attached in-memory database in which each table that a statement reads is a view of
 * its snapshot and tail. Sessions see different moments, so they cannot share these.
 */
export interface SessionViews {
  readonly database: string
  /** The names that views of the project speak of where the session's own may mean less: no statement can write it. */
  readonly ownerDatabase: string
  /** Grows whenever a name comes to mean something else. */
  readonly version: number
  /** Makes the name mean this query from now on; what already runs is not touched. */
  place(relation: TableName, sql: string, owner?: 'owner'): Promise<void>
  /** Columns of a name of the owner's. */
  ownerColumns(relation: TableName): Promise<readonly string[]>
  /** DuckDB's search path for these schemas; those that are not there yet are made. */
  searchPath(schemas: readonly string[]): Promise<string>
  detach(): Promise<void>
}

let lastId = 0

export async function attachSessionViews(connection: DuckDBConnection): Promise<SessionViews> {
  const id = ++lastId
  const [database, ownerDatabase] = [`weir_session_${id}`, `weir_owner_${id}`]
  const placed = new Map<string, string>()
  const schemas = new Set<string>()
  let version = 0
  let hasOwner = false
  await connection.run(`ATTACH ':memory:' AS ${database}`)

  const haveSchema = async (schema: string, of = database): Promise<void> => {
    if (schemas.has(`${of}.${schema}`)) return
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${of}.${quoteName(schema)}`)
    schemas.add(`${of}.${schema}`)
  }
  const haveOwner = async (): Promise<void> => {
    if (hasOwner) return
    await connection.run(`ATTACH ':memory:' AS ${ownerDatabase}`)
    hasOwner = true
  }
  await haveSchema('public')
  return {
    database,
    ownerDatabase,
    get version() {
      return version
    },
    async place({ schema, name }, sql, owner) {
      if (owner) await haveOwner()
      const of = owner ? ownerDatabase : database
      const target = `${of}.${quoteName(schema)}.${quoteName(name)}`
      if (placed.get(target) === sql) return
      await haveSchema(schema, of)
      version++
      // Until it is known that the view was made, its name means nothing.
      placed.delete(target)
      await connection.run(`CREATE OR REPLACE VIEW ${target} AS ${sql}`)
      placed.set(target, sql)
    },
    async ownerColumns({ schema, name }) {
      const prepared = await connection.prepare(
        `SELECT * FROM ${ownerDatabase}.${quoteName(schema)}.${quoteName(name)}`,
      )
      const names = Array.from({ length: prepared.columnCount }, (_, at) => prepared.columnName(at))
      prepared.destroySync()
      return names
    },
    async searchPath(names) {
      for (const name of names) await haveSchema(name)
      return names.map((name) => `${database}.${quoteName(name)}`).join(',')
    },
    async detach() {
      await connection.run(`DETACH ${database}`)
      if (hasOwner) await connection.run(`DETACH ${ownerDatabase}`)
    },
  }
}
