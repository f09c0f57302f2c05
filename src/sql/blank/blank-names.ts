import type { DuckDBConnection } from '@duckdb/node-api'
import type { BoundRelations } from '../bind/binder.ts'
import type { TableName, TableRelation } from '../engine-host.ts'
import { quoteName } from '../gate/statement.ts'
import { duckdbTypeOf } from '../snapshot/duckdb-type.ts'
import { viewTarget } from '../snapshot/view-target.ts'

/** A database of one connection in which relations of the project are there by name, the tables without rows. */
export interface BlankNames {
  readonly database: string
  /** Makes the names of a statement mean what it was bound to. */
  place(bound: BoundRelations): Promise<void>
  /** DuckDB's search path for these schemas. */
  searchPath(schemas: readonly string[]): Promise<string>
  detach(): Promise<void>
}

let lastId = 0

export async function attachBlankNames(connection: DuckDBConnection): Promise<BlankNames> {
  const database = `weir_blank_${++lastId}`
  const schemas = new Set<string>()
  const placed = new Map<string, { readonly kind: 'TABLE' | 'VIEW'; readonly definition: string }>()
  await connection.run(`ATTACH ':memory:' AS ${database}`)

  const haveSchema = async (schema: string): Promise<void> => {
    if (schemas.has(schema)) return
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${database}.${quoteName(schema)}`)
    schemas.add(schema)
  }
  const put = async ({ schema, name }: TableName, kind: 'TABLE' | 'VIEW', definition: string): Promise<void> => {
    const target = `${database}.${quoteName(schema)}.${quoteName(name)}`
    const key = target.toLowerCase()
    const before = placed.get(key)
    if (before?.kind === kind && before.definition === definition) return
    await haveSchema(schema)
    placed.delete(key)
    if (before && before.kind !== kind) await connection.run(`DROP ${before.kind} ${target}`)
    await connection.run(`CREATE OR REPLACE ${kind} ${target} ${definition}`)
    placed.set(key, { kind, definition })
  }
  return {
    database,
    async place({ tables, views }) {
      for (const table of tables) await put(table, 'TABLE', columnsOf(table))
      for (const view of views) if (view.stands !== 'over owner') await put(view, 'VIEW', `AS ${viewTarget(view)}`)
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

function columnsOf({ columns }: TableRelation): string {
  return `(${columns.map(({ name, type }) => `${quoteName(name)} ${duckdbTypeOf(type)}`).join(', ')})`
}
