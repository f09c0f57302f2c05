import { literalOf } from '../../bind/parameter-literal.ts'
import type { ColumnRelation } from '../../engine-host.ts'
import { quoteText } from '../../gate/statement.ts'
import { duckdbTypeOf } from '../../snapshot/duckdb-type.ts'
import type { Fragment } from '../grammar/token-reader.ts'

/** A value on its way into a column, as SQL. */
export interface ValueText {
  readonly column: ColumnRelation
  readonly text: string
  /** Of the column's type already; otherwise its own type is still to be looked at. */
  readonly isSettled: boolean
  /** 1-based, in the statement. */
  readonly position: number | undefined
}

/**
 * A literal without a type, NULL and a parameter take the type of the column, as PostgreSQL has it; anything else has a
 * type of its own. DEFAULT is what the table says, else null.
 */
export function valueText(value: Fragment | 'default', column: ColumnRelation): ValueText {
  if (value === 'default') return { column, text: defaultOf(column), isSettled: true, position: undefined }
  const { text, tokens, position } = value
  const [token, ...more] = tokens
  if (more.length > 0 || !token) return { column, text: `(${text}\n)`, isSettled: false, position }
  const settled = (sql: string): ValueText => ({ column, text: sql, isSettled: true, position })
  if (token.kind === 'string') return settled(untypedLiteral(token.value, column))
  if (token.kind === 'parameter') return settled(castText(text, column))
  if (token.kind === 'word' && token.value === 'null') return settled(nullOf(column))
  return { column, text: `(${text}\n)`, isSettled: false, position }
}

/** What the column has in a row that was given no value for it. */
export const defaultOf = (column: ColumnRelation): string => column.default ?? nullOf(column)

export const nullOf = ({ type }: ColumnRelation): string => `CAST(NULL AS ${duckdbTypeOf(type)})`

/** What a text means in a column of this type. */
function untypedLiteral(text: string, column: ColumnRelation): string {
  const type = duckdbTypeOf(column.type)
  return isJson(column) ? castText(quoteText(text), column) : literalOf({ text, oid: 0 }, type)
}

/** A text, or a parameter, as the column's type. Structs, maps and lists of those are JSON to PostgreSQL's clients. */
export function castText(text: string, column: ColumnRelation): string {
  const type = duckdbTypeOf(column.type)
  return isJson(column) ? `CAST(CAST(${text} AS JSON) AS ${type})` : `CAST(${text} AS ${type})`
}

/** A value of whatever type as the column's. */
export const castTo = (text: string, { type }: ColumnRelation): string => `CAST(${text} AS ${duckdbTypeOf(type)})`

export const isJson = ({ type }: ColumnRelation): boolean =>
  /^\s*(struct|map|list\s*<\s*(struct|map|list))\b/.test(type)
