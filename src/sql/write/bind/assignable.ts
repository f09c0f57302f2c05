import { type DuckDBType, DuckDBTypeId as Id } from '@duckdb/node-api'
import type { ColumnRelation } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'
import { resultTypeOf } from '../../wire/result-type.ts'
import { isJson } from './value-text.ts'

const numbers = ['int', 'long', 'float', 'double', 'decimal', 'string']
const moments = ['date', 'time', 'timestamp', 'timestamptz', 'string']

/** What PostgreSQL casts to by itself when a value of this type is assigned, by Iceberg's names; all else is asked for in words. */
const casts: Readonly<Partial<Record<Id, readonly string[]>>> = {
  [Id.BOOLEAN]: ['boolean', 'string'],
  [Id.TINYINT]: numbers,
  [Id.SMALLINT]: numbers,
  [Id.INTEGER]: numbers,
  [Id.BIGINT]: numbers,
  [Id.HUGEINT]: numbers,
  [Id.UTINYINT]: numbers,
  [Id.USMALLINT]: numbers,
  [Id.UINTEGER]: numbers,
  [Id.UBIGINT]: numbers,
  [Id.UHUGEINT]: numbers,
  [Id.FLOAT]: numbers,
  [Id.DOUBLE]: numbers,
  [Id.DECIMAL]: numbers,
  [Id.VARCHAR]: ['string'],
  [Id.ENUM]: ['string'],
  [Id.DATE]: ['date', 'timestamp', 'timestamptz', 'string'],
  [Id.TIME]: ['time', 'string'],
  [Id.TIMESTAMP]: moments,
  [Id.TIMESTAMP_S]: moments,
  [Id.TIMESTAMP_MS]: moments,
  [Id.TIMESTAMP_NS]: moments,
  [Id.TIMESTAMP_TZ]: moments,
  [Id.INTERVAL]: ['time', 'string'],
  [Id.UUID]: ['uuid', 'string'],
  [Id.BLOB]: ['binary', 'fixed'],
}

/** SQLSTATE 42804 for a value whose type is not assigned to the column's by itself. */
export function mustBeAssignable(type: DuckDBType, column: ColumnRelation, position: number | undefined): void {
  const allowed = casts[type.typeId]
  // Of nested types DuckDB knows more, and says what does not fit.
  if (allowed === undefined || type.typeId === Id.SQLNULL) return
  const [name = ''] = /^[a-z]+/.exec(column.type) ?? []
  const isText = type.typeId === Id.VARCHAR && type.alias === 'JSON'
  if (allowed.includes(name) || (isText && isJson(column))) return
  throw sqlError(
    'WEIR-6002',
    `column "${column.name}" is of type ${shownTypes[name] ?? column.type} but expression is of type ${shownName(type)}`,
    {
      sqlstate: '42804',
      ...(position === undefined ? {} : { position }),
      hint: 'You will need to rewrite or cast the expression.',
    },
  )
}

/** The type of a column as PostgreSQL says it: `numeric(12,2)`. */
export function shownType({ type }: ColumnRelation): string {
  const [, name = '', digits = ''] = /^([a-z]+)(\([0-9, ]+\))?/.exec(type) ?? []
  return `${shownTypes[name] ?? type}${name === 'decimal' ? digits.replaceAll(' ', '') : ''}`
}

/** PostgreSQL's words for Iceberg's types. */
const shownTypes: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int: 'integer',
  long: 'bigint',
  float: 'real',
  double: 'double precision',
  decimal: 'numeric',
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  string: 'text',
  uuid: 'uuid',
  binary: 'bytea',
  struct: 'json',
  map: 'json',
}

const shownPg: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
}

function shownName(type: DuckDBType): string {
  const { pg, array } = resultTypeOf(type)
  return `${shownPg[pg.name] ?? pg.name}${array ? '[]' : ''}`
}
