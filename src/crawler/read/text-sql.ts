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
 * value. A value is never null because it does not fit. `value` is where `castSql` of the text stands, if it does.
 */
export function textSql(text: string, type: string, place: ValuePlace, value = castSql(text, type)): string {
  if (type === 'string') return text
  const duckdb = duckdbType(type)
  return `CASE WHEN ${text} IS NULL THEN NULL WHEN ${isValueSql(text, type, value)} THEN ${value} ELSE CAST(${misfitSql(text, type, place)} AS ${duckdb}) END`
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

/** What DuckDB takes the text for, null if for nothing: it is looser than `textSql`. */
export function castSql(text: string, type: string): string {
  return type === 'string' ? text : `TRY_CAST(${text} AS ${duckdbType(type)})`
}

const names = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
}

function duckdbType(type: string): string {
  const primitive = parsePrimitive(type)
  if (primitive?.name === 'decimal') return `DECIMAL(${primitive.precision}, ${primitive.scale})`
  return names[primitive?.name as keyof typeof names] ?? 'TIMESTAMPTZ'
}

/** Whether `value`, which is `castSql` of the text, is what it says. */
function isValueSql(text: string, type: string, value: string): string {
  const matching = (pattern: string) => `regexp_matches(${text}, ${literal(pattern)}) AND ${value} IS NOT NULL`
  const primitive = parsePrimitive(type)
  switch (primitive?.name) {
    case 'boolean':
      return booleanSql(text, value)
    case 'int':
    case 'long':
      return wholeSql(text, value)
    case 'double':
      return doubleSql(text, value)
    case 'decimal': {
      const { scale } = primitive
      const fraction = scale === 0 ? '(\\.0+)?' : `(\\.[0-9]{1,${scale}}0*)?`
      return matching(`^-?(0|[1-9][0-9]*)${fraction}$`)
    }
    case 'date':
      return matching(`^${day}$`)
    case 'timestamp':
      return matching(`^${day}[T ]${time}$`)
    default:
      return matching(`^${day}[T ]${time}(Z|[+-][0-9]{2}(:?[0-9]{2})?)$`)
  }
}

/** `true`, `True` and `TRUE`, and no other case. A list of the six words would be a join. */
function booleanSql(text: string, value: string): string {
  const printed = `CAST(${value} AS VARCHAR)`
  const inCapitals = `(lower(${text}) = ${printed} AND (${text} = upper(${text}) OR substr(${text}, 2) = substr(${printed}, 2)))`
  return `(${text} = ${printed} OR ${inCapitals})`
}

/** Written again it is the same text: 007, +1 and 1.0 are not. */
function wholeSql(text: string, value: string): string {
  return `(CAST(${value} AS VARCHAR) = ${text} OR ${text} = '-0')`
}

/** 15 digits always keep; of more, those that the double prints itself. What overflows or falls to zero keeps none. */
export function doubleSql(text: string, value = castSql(text, 'double')): string {
  const digits = `regexp_replace(regexp_replace(${text}, '[eE].*$', ''), '[^0-9]', '', 'g')`
  const few = `length(trim(${digits}, '0')) <= 15 AND isfinite(${value}) AND (${value} <> 0 OR trim(${digits}, '0') = '')`
  const printed = `CAST(${value} AS VARCHAR)`
  const whole = `CAST(TRY_CAST(${value} AS HUGEINT) AS VARCHAR) = ${text}`
  const slow = `regexp_matches(${text}, ${literal(number)}) AND (${few} OR ${printed} = lower(${text}) OR ${whole})`
  // Nearly all are printed as they were written; only finite ones begin with a digit and end with one.
  return `CASE WHEN isfinite(${value}) AND ${text} IN (${printed}, left(${printed}, -2)) AND regexp_matches(${text}, '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$') THEN true ELSE ${slow} END`
}
