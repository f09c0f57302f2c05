import type { DuckDBType } from '@duckdb/node-api'
import type { TableRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import { duckdbTypeOf } from '../../snapshot/duckdb-type.ts'
import type { ColumnRelation } from '../../engine-host.ts'
import { quoteText } from '../../gate/statement.ts'
import { mustBeAssignable } from './assignable.ts'
import type { Fragment } from '../grammar/token-reader.ts'
import type { WrittenTarget } from '../grammar/write-statement.ts'
import { targetName, writeSchema } from './write-names.ts'
import type { ValueText } from './value-text.ts'

/** What a statement is put together with. */
export interface ComposeContext {
  readonly target: TableRelation
  /** Types of the columns of a query of ours, which the gate looks at first. */
  readonly typesOf: (query: string) => Promise<readonly DuckDBType[]>
}

/** A statement as a query. */
export interface ComposedWrite {
  /** Gives the rows to write in the columns of the table, and before them the places of those that they replace. */
  readonly query: string
  /** Whether rows of the table are read with their places. */
  readonly readsPlaces: boolean
  /** Columns that are null in all rows, for the statement gives them no value, and neither does the table. */
  readonly nulls?: readonly string[]
}

export const withText = (defined: Fragment | undefined): string => (defined ? `${defined.text}\n` : '')

/** The target where a query reads it, under the name that the statement has for it. */
export function targetText({ table, alias }: WrittenTarget): string {
  return `${writeSchema}.${quoteName(targetName)} AS ${quoteName(alias ?? table.parts.at(-1)!)}`
}

/** The name by which the statement's columns are of the target. */
export const targetAlias = ({ table, alias }: WrittenTarget): string => quoteName(alias ?? table.parts.at(-1)!)

/** `22 AS "id"`: the value as the column's type, and an error where there must be one. */
export function columnText(value: string, column: ColumnRelation, table: TableRelation): string {
  const cast = `CAST(${value} AS ${duckdbTypeOf(column.type)})`
  return `${column.required ? notNull(cast, column, table) : cast} AS ${quoteName(column.name)}`
}

/** How an error of a statement's own is told from one of DuckDB's. */
export const ownError = (sqlstate: string, message: string): string => `weir:${sqlstate}:${message}`

function notNull(value: string, { name }: ColumnRelation, table: TableRelation): string {
  const message = ownError(
    '23502',
    `null value in column "${name}" of relation "${table.name}" violates not-null constraint`,
  )
  return `CASE WHEN (${value}) IS NULL THEN error(${quoteText(message)}) ELSE ${value} END`
}

/** SQLSTATE 42804 for a value that is not assigned to its column by itself. `wrap` puts what is listed into the query that it stands in. */
export async function checkValues(
  values: readonly ValueText[],
  { typesOf }: ComposeContext,
  wrap: (items: string) => string,
): Promise<void> {
  const open = values.filter(({ isSettled }) => !isSettled)
  if (open.length === 0) return
  const types = await typesOf(wrap(open.map(({ text }, at) => `${text} AS c${at}`).join(', ')))
  for (const [at, { column, position }] of open.entries()) mustBeAssignable(types[at]!, column, position)
}
