import { literal } from '../types/duckdb-type.ts'
import type { Field } from '../types/type.ts'

/** What rows of older files have in a column that came with a default (format version 3). */
export function defaultOf({ type, 'initial-default': value }: Field): string {
  if (value === undefined || value === null) return 'NULL'
  // Bytes are hexadecimal digits in JSON, and `\xAB` in DuckDB.
  if (typeof value === 'string' && /^(binary|fixed)/.test(type as string))
    return literal(value.replaceAll(/../g, String.raw`\x$&`))
  if (typeof value === 'number' || typeof value === 'bigint') return literal(String(value))
  if (typeof value === 'boolean') return literal(value ? 'true' : 'false')
  return typeof value === 'string' ? literal(value) : 'NULL'
}
