import { fieldsById } from '../../../lake/types/schema.ts'
import { tableSchema } from '../../../lake/metadata/read.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import type { TableRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import type { Assignment, WriteStatement } from '../grammar/write-statement.ts'

/** A column by which the rows of a table are told apart: an identifier field of Iceberg. */
export interface KeyColumn {
  readonly id: number
  readonly name: string
  readonly type: string
  /** How a query of the table's columns reads it. */
  readonly text: string
}

/** The key of a table; empty when it has none. */
export function keyOf(metadata: TableMetadata): readonly KeyColumn[] {
  const { fields, 'identifier-field-ids': ids = [] } = tableSchema(metadata)
  const known = fieldsById(fields)
  return ids.flatMap((id) => {
    const { path, type } = known.get(id) ?? {}
    if (!path || typeof type !== 'string') return []
    return [{ id, name: path.join('.'), type, text: path.map(quoteName).join('.') }]
  })
}

/** As PostgreSQL names what holds a primary key. */
export const keyConstraint = (table: string): string => `${table}_pkey`

/** Whether a statement may bring a key that the table did not have. */
export function bringsKeys(statement: WriteStatement, { key = [] }: TableRelation): boolean {
  const names = new Set(key.map((name) => name.toLowerCase()))
  const assignsKey = (assignments: readonly Assignment[]) =>
    assignments.some(({ column }) => names.has(column.parts[0]!.toLowerCase()))
  if (names.size === 0) return false
  switch (statement.kind) {
    case 'insert':
      return true
    case 'update':
      return assignsKey(statement.assignments)
    case 'merge':
      return statement.clauses.some(
        ({ action }) => action.kind === 'insert' || (action.kind === 'update' && assignsKey(action.assignments)),
      )
    case 'delete':
      return false
  }
}
