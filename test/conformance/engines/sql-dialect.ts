import { type Column, fieldsOf, type Row, type Value } from './columns.ts'

/** How an engine's SQL writes types and values; all three cast, so that null has a type too. */
export interface SqlDialect {
  readonly types: Readonly<Record<string, string>>
  readonly list: (element: string) => string
  readonly map: (key: string, value: string) => string
  readonly struct: (fields: readonly (readonly [name: string, type: string])[]) => string
  readonly literal: Readonly<Record<'date' | 'timestamp' | 'timestamptz' | 'binary', (text: string) => string>>
  readonly listOf: (items: readonly string[]) => string
  readonly mapOf: (keys: readonly string[], values: readonly string[]) => string
  readonly structOf: (fields: readonly (readonly [name: string, value: string])[]) => string
}

const spaced = (text: string): string => text.replace('T', ' ')
const withoutZone = (text: string): string => spaced(text).replace('+00:00', '')
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const sparkDialect: SqlDialect = {
  types: {
    long: 'bigint',
    boolean: 'boolean',
    int: 'int',
    float: 'float',
    double: 'double',
    string: 'string',
    date: 'date',
    timestamp: 'timestamp_ntz',
    timestamptz: 'timestamp',
    binary: 'binary',
  },
  list: (element) => `array<${element}>`,
  map: (key, value) => `map<${key}, ${value}>`,
  struct: (fields) => `struct<${fields.map(([name, type]) => `${name}: ${type}`).join(', ')}>`,
  literal: {
    date: (text) => `date'${text}'`,
    timestamp: (text) => `timestamp_ntz'${spaced(text)}'`,
    timestamptz: (text) => `timestamp'${spaced(text)}'`,
    binary: (text) => `X'${text}'`,
  },
  listOf: (items) => `array(${items.join(', ')})`,
  mapOf: (keys, values) => `map_from_arrays(array(${keys.join(', ')}), array(${values.join(', ')}))`,
  structOf: (fields) => `named_struct(${fields.map(([name, value]) => `'${name}', ${value}`).join(', ')})`,
}

export const trinoDialect: SqlDialect = {
  types: {
    long: 'bigint',
    boolean: 'boolean',
    int: 'integer',
    float: 'real',
    double: 'double',
    string: 'varchar',
    date: 'date',
    timestamp: 'timestamp(6)',
    timestamptz: 'timestamp(6) with time zone',
    binary: 'varbinary',
  },
  list: (element) => `array(${element})`,
  map: (key, value) => `map(${key}, ${value})`,
  struct: (fields) => `row(${fields.map(([name, type]) => `${name} ${type}`).join(', ')})`,
  literal: {
    date: (text) => `DATE '${text}'`,
    timestamp: (text) => `TIMESTAMP '${spaced(text)}'`,
    timestamptz: (text) => `TIMESTAMP '${withoutZone(text)} UTC'`,
    binary: (text) => `X'${text}'`,
  },
  listOf: (items) => `ARRAY[${items.join(', ')}]`,
  mapOf: (keys, values) => `map(ARRAY[${keys.join(', ')}], ARRAY[${values.join(', ')}])`,
  structOf: (fields) => `row(${fields.map(([, value]) => value).join(', ')})`,
}

/** Weir's own, which is DuckDB's. */
export const weirDialect: SqlDialect = {
  types: {
    long: 'bigint',
    boolean: 'boolean',
    int: 'integer',
    float: 'float',
    double: 'double',
    string: 'varchar',
    date: 'date',
    timestamp: 'timestamp',
    timestamptz: 'timestamptz',
    binary: 'blob',
  },
  list: (element) => `${element}[]`,
  map: (key, value) => `map(${key}, ${value})`,
  struct: (fields) => `struct(${fields.map(([name, type]) => `${name} ${type}`).join(', ')})`,
  literal: {
    date: (text) => `date '${text}'`,
    timestamp: (text) => `timestamp '${spaced(text)}'`,
    timestamptz: (text) => `timestamptz '${spaced(text)}'`,
    binary: (text) => `from_hex('${text}')`,
  },
  listOf: (items) => `[${items.join(', ')}]`,
  mapOf: (keys, values) => `map([${keys.join(', ')}], [${values.join(', ')}])`,
  structOf: (fields) => `struct_pack(${fields.map(([name, value]) => `${name} := ${value}`).join(', ')})`,
}

export function sqlType(dialect: SqlDialect, type: string): string {
  if (type.startsWith('decimal')) return type
  const list = /^list<(\w+)>$/.exec(type)
  if (list) return dialect.list(sqlType(dialect, list[1]!))
  const map = /^map<(\w+), (\w+)>$/.exec(type)
  if (map) return dialect.map(sqlType(dialect, map[1]!), sqlType(dialect, map[2]!))
  if (type.startsWith('struct'))
    return dialect.struct(fieldsOf(type).map((field) => [field.name, sqlType(dialect, field.type)]))
  return dialect.types[type]!
}

function sqlValue(dialect: SqlDialect, type: string, value: Value): string {
  return `CAST(${value === null ? 'NULL' : bareValue(dialect, type, value)} AS ${sqlType(dialect, type)})`
}

function bareValue(dialect: SqlDialect, type: string, value: NonNullable<Value>): string {
  if (type in dialect.literal) return dialect.literal[type as keyof SqlDialect['literal']](value as string)
  const list = /^list<(\w+)>$/.exec(type)
  if (list) return dialect.listOf((value as readonly Value[]).map((item) => sqlValue(dialect, list[1]!, item)))
  const map = /^map<(\w+), (\w+)>$/.exec(type)
  if (map) {
    const { keys, values } = value as { readonly keys: readonly Value[]; readonly values: readonly Value[] }
    return dialect.mapOf(
      keys.map((key) => sqlValue(dialect, map[1]!, key)),
      values.map((item) => sqlValue(dialect, map[2]!, item)),
    )
  }
  if (type.startsWith('struct'))
    return dialect.structOf(
      fieldsOf(type).map((field) => [field.name, sqlValue(dialect, field.type, (value as Row)[field.name] ?? null)]),
    )
  if (typeof value === 'string') return quoted(value)
  return type === 'double' || type === 'float' ? quoted(JSON.stringify(value)) : JSON.stringify(value)
}

/** `(…), (…)`, in the order of the columns. */
export function sqlRows(dialect: SqlDialect, columns: readonly Column[], rows: readonly Row[]): string {
  const texts = rows.map(
    (row) => `(${columns.map(({ name, type }) => sqlValue(dialect, type, row[name] ?? null)).join(', ')})`,
  )
  return texts.join(',\n')
}
