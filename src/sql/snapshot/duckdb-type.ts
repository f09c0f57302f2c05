import { duckdbType } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'

const known = new Map<string, string>()
const knownMax = 1000

/** DuckDB's name of an Iceberg type as users write it: `list<struct<sku: string, count: int>>`. WEIR-4007 for a text that is none. */
export function duckdbTypeOf(type: string): string {
  const found = known.get(type) ?? duckdbType(parseType(type))
  if (known.size >= knownMax) known.clear()
  known.set(type, found)
  return found
}
