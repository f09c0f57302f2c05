import { literal } from '../../lake/types/duckdb-type.ts'
import { parsePrimitive } from '../../record/schema/primitive.ts'

/** Where a value stands, as SQL, for the error that says what does not fit. */
export interface ValuePlace {
  readonly column: string
  /** An expression for the path of the file. */
  readonly file: string
}

const number = `^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$`
const time = `([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?`
const day = `[0-9]{4}-[0-9]{2}-[0-9]{2}`

/**
 * The value of a type that a text says, as SQL: what `look/text-fits.ts` takes, and for all else an error that names file, column and
 * value. A value is never null because it does not fit.
 */
export function textSql(text: string, type: string, place: ValuePlace): string {
  if (type === 'string') return text
  const { isValue, value, duckdb } = valueOf(text, type)
  return `CASE WHEN ${text} IS NULL THEN NULL WHEN ${isValue} THEN ${value} ELSE CAST(${misfitSql(text, type, place)} AS ${duckdb}) END`
}

/** WEIR-4020 as DuckDB throws it; `src/sql/duckdb/duckdb-error.ts` takes it for what it is. */
export function misfitSql(text: string, type: string, { column, file }: ValuePlace): string {
  const said = [
    literal('WEIR-4020 '),
    file,
    literal(`: the column "${column}" is ${type}, but a value is `),
    `left(${text}, 60)`,
  ]
  return `error(concat(${said.join(', ')}))`
}

interface ValueSql {
  readonly isValue: string
  readonly value: string
  readonly duckdb: string
}

function valueOf(text: string, type: string): ValueSql {
  const cast = (duckdb: string) => `TRY_CAST(${text} AS ${duckdb})`
  const matching = (pattern: string, duckdb: string): ValueSql => ({
    isValue: `regexp_matches(${text}, ${literal(pattern)}) AND ${cast(duckdb)} IS NOT NULL`,
    value: cast(duckdb),
    duckdb,
  })
  const primitive = parsePrimitive(type)
  switch (primitive?.name) {
    case 'boolean':
      return {
        isValue: `${text} IN ('true', 'false', 'True', 'False', 'TRUE', 'FALSE')`,
        value: cast('BOOLEAN'),
        duckdb: 'BOOLEAN',
      }
    case 'int':
      return { isValue: `${wholeSql(text, 'INTEGER')}`, value: cast('INTEGER'), duckdb: 'INTEGER' }
    case 'long':
      return { isValue: `${wholeSql(text, 'BIGINT')}`, value: cast('BIGINT'), duckdb: 'BIGINT' }
    case 'double':
      return { isValue: doubleSql(text), value: cast('DOUBLE'), duckdb: 'DOUBLE' }
    case 'decimal':
      return decimalSql(text, primitive.precision, primitive.scale)
    case 'date':
      return matching(`^${day}$`, 'DATE')
    case 'timestamp':
      return matching(`^${day}[T ]${time}$`, 'TIMESTAMP')
    default:
      return matching(`^${day}[T ]${time}(Z|[+-][0-9]{2}(:?[0-9]{2})?)$`, 'TIMESTAMPTZ')
  }
}

/** Written again it is the same text: 007, +1 and 1.0 are not. */
function wholeSql(text: string, duckdb: string): string {
  return `(CAST(TRY_CAST(${text} AS ${duckdb}) AS VARCHAR) = ${text} OR ${text} = '-0')`
}

/** 15 digits always keep; of more, those that the double prints itself. What overflows or falls to zero keeps none. */
export function doubleSql(text: string): string {
  const value = `TRY_CAST(${text} AS DOUBLE)`
  const digits = `regexp_replace(regexp_replace(${text}, '[eE].*$', ''), '[^0-9]', '', 'g')`
  const few = `length(trim(${digits}, '0')) <= 15 AND isfinite(${value}) AND (${value} <> 0 OR trim(${digits}, '0') = '')`
  const whole = `CAST(TRY_CAST(${value} AS HUGEINT) AS VARCHAR) = ${text}`
  return `regexp_matches(${text}, ${literal(number)}) AND (${few} OR CAST(${value} AS VARCHAR) = lower(${text}) OR ${whole})`
}

function decimalSql(text: string, precision: number, scale: number): ValueSql {
  const duckdb = `DECIMAL(${precision}, ${scale})`
  const fraction = scale === 0 ? '(\\.0+)?' : `(\\.[0-9]{1,${scale}}0*)?`
  return {
    isValue: `regexp_matches(${text}, ${literal(`^-?(0|[1-9][0-9]*)${fraction}$`)}) AND TRY_CAST(${text} AS ${duckdb}) IS NOT NULL`,
    value: `TRY_CAST(${text} AS ${duckdb})`,
    duckdb,
  }
}
