import { duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Schema } from '../types/type.ts'

/**
 * SELECT over Parquet files that resolves columns by field id, as Iceberg asks: a renamed column keeps its values, a
 * column that came later is null in older files, a widened type is cast. Without files it answers no rows, typed.
 * `paths` are what DuckDB can open (`ObjectStore.localPath`).
 */
export function scanSql(schema: Schema, paths: readonly string[]): string {
  const names = schema.fields.map((field) => identifier(field.name))
  if (paths.length === 0) {
    const empty = schema.fields.map((field, at) => `CAST(NULL AS ${duckdbType(field.type)}) AS ${names[at]}`)
    return `SELECT ${empty.join(', ')} WHERE false`
  }
  const columns = schema.fields.map(
    ({ id, name, type, 'initial-default': initial }) =>
      `${id}: {'name': ${literal(name)}, 'type': ${literal(duckdbType(type))}, 'default_value': ${defaultOf(initial)}}`,
  )
  const files = paths.map(literal).join(', ')
  return `SELECT ${names.join(', ')} FROM read_parquet([${files}], schema = MAP {${columns.join(', ')}})`
}

/** What rows of older files have in a column that came with a default (format version 3). */
function defaultOf(value: unknown): string {
  if (value === undefined || value === null) return 'NULL'
  if (typeof value === 'number' || typeof value === 'bigint') return literal(String(value))
  if (typeof value === 'boolean') return literal(value ? 'true' : 'false')
  return typeof value === 'string' ? literal(value) : 'NULL'
}
