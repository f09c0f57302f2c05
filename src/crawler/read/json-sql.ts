import { literal } from '../../lake/types/duckdb-type.ts'
import type { FileShape } from '../crawled-table.ts'
import type { ShapeSql } from './shape-sql.ts'
import { doubleSql, misfitSql, textSql } from './text-sql.ts'

const objectBytesMax = 64 << 20
const compressionNames = { none: 'uncompressed', gzip: 'gzip', zstd: 'zstd' }

/**
 * JSON objects member by member. A member that no crawl has seen fails the query, and so does one that is there twice: DuckDB alone would
 * say nothing of either.
 */
export function jsonSql(shape: Extract<FileShape, { format: 'json' }>, paths: readonly string[]): ShapeSql {
  const files = `[${paths.map(literal).join(', ')}]`
  const options = `format = ${literal(shape.layout)}, compression = ${literal(compressionNames[shape.compression])}, maximum_object_size = ${objectBytesMax}, filename = true, hive_partitioning = false`
  const pointers = shape.columns.map(({ name }) => literal(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`))
  const names = shape.columns.map(({ name }) => literal(name))
  const known = `[${names.join(', ')}]::VARCHAR[]`
  const isKnown = `json_type(json) = 'OBJECT' AND len(json_keys(json)) = len(list_distinct(json_keys(json))) AND list_has_all(${known}, json_keys(json))`
  const said = (what: string) =>
    `error(concat('WEIR-4020 ', filename, ${literal(`: ${what}: `)}, left(CAST(json AS VARCHAR), 120)))`
  const check = `CASE WHEN NOT (${isKnown}) THEN ${said('an object has members that no crawl has seen, or one twice')} WHEN ${losesDigits} THEN ${said('a number has digits that a double does not keep')} ELSE true END`
  const indexes = new Map(shape.columns.map(({ name }, at) => [name, at + 1]))
  return {
    from: `(SELECT json_extract(json, [${pointers.join(', ')}]::VARCHAR[]) AS "weir:members", filename AS "weir:file", file_index FROM read_json_objects(${files}, ${options}) WHERE ${check})`,
    value: ({ name }, type) => memberSql(`"weir:members"[${indexes.get(name)!}]`, name, type),
  }
}

/** Whether an object has a number with a fraction or an exponent that is not what the double prints; few objects are looked at closely. */
const losesDigits = (() => {
  const json = 'CAST(json AS VARCHAR)'
  const bare = `regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g')`
  const numbers = `regexp_extract_all(${bare}, '-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?')`
  return `regexp_matches(${json}, '[0-9][0-9.]{15,}') AND len(list_filter(${numbers}, lambda n: regexp_matches(n, '[.eE]') AND NOT (${doubleSql('n')}))) > 0`
})()

/** Text in quotes is text, a date or a time; a number is none of them, and is read by how it is written. */
function memberSql(member: string, column: string, type: string): string {
  const place = { column, file: '"weir:file"' }
  const kind = `json_type(${member})`
  const text = `(${member} ->> '$')`
  const isNull = `${member} IS NULL OR ${kind} = 'NULL'`
  if (type === 'string') return `CASE WHEN ${isNull} THEN NULL ELSE ${text} END`
  const kinds = /^(date|timestamp)/.test(type)
    ? `'VARCHAR'`
    : type === 'boolean'
      ? `'BOOLEAN'`
      : `'BIGINT', 'UBIGINT', 'DOUBLE'`
  const misfit = `CAST(${misfitSql(`CAST(${member} AS VARCHAR)`, type, place)} AS BOOLEAN)`
  // The outer case decides by kind alone, so that the inner one sees nothing else.
  return textSql(
    `(CASE WHEN ${isNull} THEN NULL WHEN ${kind} IN (${kinds}) THEN ${text} ELSE CAST(${misfit} AS VARCHAR) END)`,
    type,
    place,
  )
}
