import { duckdbType, identifier, literal } from './duckdb-type.ts'
import type { Field, IcebergType } from './type.ts'

/**
 * What a row has in this field that was given no value, as an expression of DuckDB of the field's type (format version 3, `write-default`);
 * undefined for null. A struct has the defaults of its own fields.
 */
export function writeDefaultSql(field: Field): string | undefined {
  const value = field['write-default']
  return value === undefined || value === null ? undefined : typed(field.type, value)
}

const typed = (type: IcebergType, value: unknown): string => `CAST(${valueSql(type, value)} AS ${duckdbType(type)})`

/** Of JSON's form of a single value (specification, appendix D). */
function valueSql(type: IcebergType, value: unknown): string {
  if (value === undefined || value === null) return 'NULL'
  if (typeof type === 'string') return primitiveSql(type, value)
  if (type.type === 'list')
    return `[${(value as readonly unknown[]).map((item) => typed(type.element, item)).join(', ')}]`
  if (type.type === 'map') {
    const { keys, values } = value as { readonly keys: readonly unknown[]; readonly values: readonly unknown[] }
    const listed = (inner: IcebergType, items: readonly unknown[]) =>
      `[${items.map((item) => typed(inner, item)).join(', ')}]`
    return `MAP(${listed(type.key, keys)}, ${listed(type.value, values)})`
  }
  const fields = type.fields.map(
    (field) => `${identifier(field.name)}: ${writeDefaultSql(field) ?? typed(field.type, null)}`,
  )
  return `{${fields.join(', ')}}`
}

/** As a text that DuckDB casts to the type. */
export function primitiveSql(type: string, value: unknown): string {
  // Bytes are hexadecimal digits in JSON, and `\xAB` in DuckDB.
  if (typeof value === 'string' && /^(binary|fixed)/.test(type))
    return literal(value.replaceAll(/../g, String.raw`\x$&`))
  if (typeof value === 'string') return literal(value)
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? literal(String(value))
    : 'NULL'
}
