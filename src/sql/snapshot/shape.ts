import { quoteName } from '../gate/statement.ts'
import type { TableRelation } from '../engine-host.ts'
import { duckdbTypeOf } from './duckdb-type.ts'

/** A SELECT with the columns of a table and no row: enough to describe a statement without looking at data. */
export function shapeOf({ columns }: Pick<TableRelation, 'columns'>): string {
  const items = columns.map(({ name, type }) => `CAST(NULL AS ${duckdbTypeOf(type)}) AS ${quoteName(name)}`)
  return `SELECT ${items.join(', ')} LIMIT 0`
}
