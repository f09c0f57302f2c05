import { WeirError } from '../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import type { Field, IcebergType } from './type.ts'

const names = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  timestamp_ns: 'TIMESTAMP_NS',
  timestamptz_ns: 'TIMESTAMPTZ',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
  fixed: 'BLOB',
} as const

/** The DuckDB type, as SQL text, that holds values of an Iceberg type without loss. WEIR-4007 for a struct whose fields only case tells apart. */
export function duckdbType(type: IcebergType): string {
  if (typeof type === 'string') {
    const primitive = primitiveOf(type)
    return primitive.name === 'decimal' ? `DECIMAL(${primitive.precision},${primitive.scale})` : names[primitive.name]
  }
  if (type.type === 'list') return `${duckdbType(type.element)}[]`
  if (type.type === 'map') return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`
  mustTellApart(type.fields)
  return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${duckdbType(field.type)}`).join(', ')})`
}

function mustTellApart(fields: readonly Field[]): void {
  const seen = new Map<string, string>()
  for (const { name } of fields) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined)
      throw new WeirError(
        'WEIR-4007',
        `the fields ${twin} and ${name} of a struct differ only by case, which SQL does not tell apart. Rename one by an Iceberg client of the catalog`,
      )
    seen.set(name.toLowerCase(), name)
  }
}

/** The text of COPY's FIELD_IDS for these columns: `{'id':1,'st':{__duckdb_field_id:2,'a':3}}`. */
export function duckdbFieldIds(fields: readonly Field[]): string {
  return `{${fields.map((field) => `${literal(field.name)}:${fieldIds(field.id, field.type)}`).join(',')}}`
}

function fieldIds(id: number, type: IcebergType): string {
  if (typeof type === 'string') return String(id)
  const nested =
    type.type === 'list'
      ? `'element':${fieldIds(type['element-id'], type.element)}`
      : type.type === 'map'
        ? `'key':${fieldIds(type['key-id'], type.key)},'value':${fieldIds(type['value-id'], type.value)}`
        : duckdbFieldIds(type.fields).slice(1, -1)
  return `{__duckdb_field_id:${id},${nested}}`
}

/** A quoted SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A quoted SQL text. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
