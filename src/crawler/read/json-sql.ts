import { literal } from '../../lake/types/duckdb-type.ts'
import type { FileShape } from '../crawled-table.ts'
import type { ShapeSql } from './shape-sql.ts'
import { castSql, doubleSql, misfitSql, textSql } from './text-sql.ts'

const objectBytesMax = 64 << 20
const compressionNames = { none: 'uncompressed', gzip: 'gzip', zstd: 'zstd' }

/** A column of the table, by the name that the files have for it. */
export interface WantedColumn {
  readonly name: string
  readonly type: string
}

/**
 * JSON objects member by member. A member that no crawl has seen fails the query, and so does one that is there twice: DuckDB alone would
 * say nothing of either. An object is parsed three times, for its names, its texts and their kinds; what is made of a text once is a column, for
 * DuckDB computes what stands in two branches of a CASE twice.
 */
export function jsonSql(
  shape: Extract<FileShape, { format: 'json' }>,
  paths: readonly string[],
  wanted: readonly WantedColumn[],
): ShapeSql {
  const files = `[${paths.map(literal).join(', ')}]`
  const options = `format = ${literal(shape.layout)}, compression = ${literal(compressionNames[shape.compression])}, maximum_object_size = ${objectBytesMax}, filename = true, hive_partitioning = false`
  const pointers = `[${wanted.map(({ name }) => literal(pointerTo(name))).join(', ')}]::VARCHAR[]`
  const known = `[${shape.columns.map(({ name }) => literal(name)).join(', ')}]::VARCHAR[]`
  // Most objects have all members, in the order in which the first had them.
  const isKnown = `CASE WHEN json_keys(json) = ${known} THEN true ELSE json_type(json) = 'OBJECT' AND len(json_keys(json)) = len(list_distinct(json_keys(json))) AND list_has_all(${known}, json_keys(json)) END`
  const said = (what: string) =>
    `error(concat('WEIR-4020 ', filename, ${literal(`: ${what}: `)}, left(CAST(json AS VARCHAR), 120)))`
  const check = `CASE WHEN NOT (${isKnown}) THEN ${said('an object has members that no crawl has seen, or one twice')} WHEN ${losesDigits} THEN ${said('a number has digits that a double does not keep')} ELSE true END`
  const members = `SELECT json AS "weir:json", filename AS "weir:file", file_index${wanted.length === 0 ? '' : `, json_extract_string(json, ${pointers}) AS "weir:texts", json_type(json, ${pointers}) AS "weir:kinds"`} FROM read_json_objects(${files}, ${options}) WHERE ${check}`
  const texts = wanted.map((column, at) => `${memberSql(column, at + 1)} AS "weir:text ${at}"`)
  const values = wanted.map(({ type }, at) => `${castSql(`"weir:text ${at}"`, type)} AS "weir:value ${at}"`)
  const indexes = new Map(wanted.map(({ name }, at) => [name, at]))
  return {
    from: `(SELECT ${['*', ...values].join(', ')} FROM (SELECT ${['*', ...texts].join(', ')} FROM (${members})))`,
    value({ name }, type) {
      const at = indexes.get(name)!
      return textSql(`"weir:text ${at}"`, type, { column: name, file: '"weir:file"' }, `"weir:value ${at}"`)
    },
  }
}

function pointerTo(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Whether an object has a number with a fraction or an exponent that is not what the double prints; few objects are looked at closely. */
const losesDigits = (() => {
  const json = 'CAST(json AS VARCHAR)'
  const bare = `regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g')`
  const numbers = `regexp_extract_all(${bare}, '-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?')`
  return `regexp_matches(${json}, '[0-9][0-9.]{15,}') AND len(list_filter(${numbers}, lambda n: regexp_matches(n, '[.eE]') AND NOT (${doubleSql('n')}))) > 0`
})()

/** Text in quotes is text, a date or a time; a number is none of them, and is read by how it is written. */
function memberSql({ name, type }: WantedColumn, at: number): string {
  const [text, kind] = [`"weir:texts"[${at}]`, `"weir:kinds"[${at}]`]
  if (type === 'string') return text
  const kinds = /^(date|timestamp)/.test(type)
    ? `'VARCHAR'`
    : type === 'boolean'
      ? `'BOOLEAN'`
      : `'BIGINT', 'UBIGINT', 'DOUBLE'`
  const place = { column: name, file: '"weir:file"' }
  const member = `CAST(json_extract("weir:json", ${literal(pointerTo(name))}) AS VARCHAR)`
  return `CASE WHEN ${kind} IN (${kinds}) THEN ${text} WHEN ${kind} IS NULL OR ${kind} = 'NULL' THEN NULL ELSE CAST(${misfitSql(member, type, place)} AS VARCHAR) END`
}
