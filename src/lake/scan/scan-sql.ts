import { duckdbType, identifier } from '../types/duckdb-type.ts'
import type { Schema } from '../types/type.ts'
import { namedRowsSql } from './file-rows.ts'

/**
 * SELECT over Parquet files that resolves columns by field id, as Iceberg asks: a renamed column keeps its values, a
 * column that came later is null in older files, a widened type is cast. Without files it answers no rows, typed.
 * `paths` are what DuckDB can open (`ObjectStore.localPath`); `schemas` are all that the table keeps, so that fields inside
 * structs are found in files from before they were renamed.
 */
export function scanSql(schema: Schema, paths: readonly string[], schemas: readonly Schema[] = [schema]): string {
  const files = paths.map((path) => ({ path }))
  return paths.length === 0 ? emptySql(schema) : namedRowsSql(files, { schema, schemas })
}

export function emptySql({ fields }: Schema): string {
  const items = fields.map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${identifier(name)}`)
  return `SELECT ${items.join(', ')} WHERE false`
}
