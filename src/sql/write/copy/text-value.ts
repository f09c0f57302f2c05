import type { ColumnRelation } from '../../engine-host.ts'
import { quoteText } from '../../gate/statement.ts'
import { duckdbTypeOf } from '../../snapshot/duckdb-type.ts'
import { ownError } from '../bind/compose-context.ts'
import { castText, isJson } from '../bind/value-text.ts'

/** Where DuckDB would take more than PostgreSQL: what a text must look like, and what the type is called. */
const looks: Readonly<Record<string, { readonly pattern: string; readonly shown: string }>> = {
  int: { pattern: '\\s*[-+]?[0-9]+\\s*', shown: 'integer' },
  long: { pattern: '\\s*[-+]?[0-9]+\\s*', shown: 'bigint' },
  boolean: { pattern: '(?i)\\s*(t(r(ue?)?)?|f(a(l(se?)?)?)?|y(es?)?|no?|on|off?|1|0)\\s*', shown: 'boolean' },
}

/** A text that is not known yet, read as PostgreSQL reads it into a column of this type. */
export function textValue(text: string, column: ColumnRelation): string {
  const look = looks[column.type]
  if (!look) return readText(text, column)
  const message = quoteText(ownError('22P02', `invalid input syntax for type ${look.shown}: "`))
  const refused = `CAST(error(${message} || ${text} || '"') AS ${duckdbTypeOf(column.type)})`
  return `CASE WHEN ${text} IS NULL THEN NULL WHEN ${isLike(text, look.pattern)} THEN ${readText(text, column)} ELSE ${refused} END`
}

/** A condition that holds for a text that does not fit the column, and for none where there must be one. */
export function misfitText(text: string, column: ColumnRelation): string {
  const look = looks[column.type]
  const unlike = look ? `NOT ${isLike(text, look.pattern)} OR ` : ''
  const misfit = `${text} IS NOT NULL AND (${unlike}TRY(${readText(text, column)}) IS NULL)`
  return column.required ? `${text} IS NULL OR ${misfit}` : misfit
}

const isLike = (text: string, pattern: string): string => `regexp_full_match(${text}, ${quoteText(pattern)})`

function readText(text: string, column: ColumnRelation): string {
  const { type } = column
  if (type === 'boolean') return `regexp_matches(${text}, '^\\s*(?i:t|y|on|1)')`
  if (type === 'binary' || type.startsWith('fixed'))
    return `CASE WHEN starts_with(${text}, '\\x') THEN from_hex(${text}[3:]) ELSE encode(${text}) END`
  if (type.startsWith('list') && !isJson(column)) return castText(`('[' || ${text}[2:-2] || ']')`, column)
  return castText(text, column)
}
