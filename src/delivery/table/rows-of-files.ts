import { literal } from '../../lake/types/duckdb-type.ts'

/** A table expression of all rows of some files; undefined without any. */
export function rowsOfFiles(paths: readonly string[]): string | undefined {
  return paths.length === 0 ? undefined : `read_parquet([${paths.map(literal).join(', ')}], union_by_name = true)`
}
