import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import { jsonOptionsSql, type JsonShape } from './json-sql.ts'
import { objectBytesFor } from '../../record/json/object-bytes.ts'
import type { WantedColumn } from './printed-json.ts'
import type { ShapeSql } from './shape-sql.ts'

/** Lines that `proveLines` has looked at, by DuckDB's own reader alone. */
export function provedJsonSql(
  shape: JsonShape,
  paths: readonly string[],
  wanted: readonly WantedColumn[],
  longestLine: number,
): ShapeSql {
  const columns = wanted.map(({ name, type }) => `${literal(name)}: ${literal(duckdbType(parseType(type)))}`)
  return {
    from: `read_json([${paths.map(literal).join(', ')}], ${jsonOptionsSql(shape, objectBytesFor(longestLine))}, auto_detect = false, columns = {${columns.join(', ')}})`,
    value: ({ name }) => identifier(name),
  }
}
