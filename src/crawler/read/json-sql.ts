import { literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import type { FileShape } from '../crawled-table.ts'
import { isNestedType } from '../merge/found-type.ts'
import { nestedSql, pointerTo } from './nested-sql.ts'
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
  const names = shape.columns.map(({ name }) => name)
  const pointers = `[${names.map((name) => pointerTo(name)).join(', ')}]::VARCHAR[]`
  const known = `[${names.map(literal).join(', ')}]::VARCHAR[]`
  // Most objects have all members, in the order in which the first had them.
  const isKnown = `CASE WHEN json_keys(json) = ${known} THEN true ELSE json_type(json) = 'OBJECT' AND len(json_keys(json)) = len(list_distinct(json_keys(json))) AND list_has_all(${known}, json_keys(json)) END`
  const unknown = `error(concat('WEIR-4020 ', filename, ': an object has members that no crawl has seen, or one twice: ', left(CAST(json AS VARCHAR), 120)))`
  const parsed =
    wanted.length === 0
      ? ''
      : `, json_extract_string(json, ${pointers}) AS "weir:texts", json_type(json, ${pointers}) AS "weir:kinds"`
  const members = `SELECT CAST(json AS VARCHAR) AS "weir:json", filename AS "weir:file", file_index${parsed} FROM read_json_objects(${files}, ${options}) WHERE CASE WHEN ${isKnown} THEN true ELSE ${unknown} END`
  const plain = wanted.filter(({ type }) => !isNestedType(type))
  const texts = plain.map((column, at) => `${memberSql(column, names)} AS "weir:text ${at}"`)
  const values = plain.map(({ type }, at) => `${castSql(`"weir:text ${at}"`, type)} AS "weir:value ${at}"`)
  const indexes = new Map(plain.map(({ name }, at) => [name, at]))
  return {
    from: `(SELECT ${['*', ...values].join(', ')} FROM (SELECT ${['*', ...texts].join(', ')} FROM (${members})))`,
    value({ name }, type) {
      const place = { column: name, file: '"weir:file"' }
      if (isNestedType(type))
        return `CASE WHEN ${losesDigits} THEN ${tooManyDigits} ELSE ${nestedSql(`json_extract("weir:json", ${pointerTo(name)})`, parseType(type), place)} END`
      const at = indexes.get(name)!
      const [text, value] = [`"weir:text ${at}"`, `"weir:value ${at}"`]
      const checked = textSql(text, type, place, value)
      // A number of JSON so short has 15 digits at most, which a double keeps.
      return type === 'double'
        ? `CASE WHEN length(${text}) <= 15 AND abs(${value}) BETWEEN 1e-300 AND 1e300 THEN ${value} ELSE ${checked} END`
        : checked
    },
  }
}

/** Whether an object has a number with a fraction or an exponent that is not what the double prints; few objects are looked at closely. */
const losesDigits = (() => {
  const json = '"weir:json"'
  const bare = `regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g')`
  const numbers = `regexp_extract_all(${bare}, '-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?')`
  return `regexp_matches(${json}, '[0-9][0-9.]{15,}|[0-9][eE]-[0-9]{3}') AND len(list_filter(${numbers}, lambda n: regexp_matches(n, '[.eE]') AND NOT (${doubleSql('n')}))) > 0`
})()

const tooManyDigits = `error(concat('WEIR-4020 ', "weir:file", ': a number has digits that a double does not keep: ', left("weir:json", 120)))`

/** Text in quotes is text, a date or a time; a number is none of them, and is read by how it is written. */
function memberSql({ name, type }: WantedColumn, names: readonly string[]): string {
  const at = names.indexOf(name) + 1
  const [text, kind] = [`"weir:texts"[${at}]`, `"weir:kinds"[${at}]`]
  const number = `CASE WHEN ${isWrittenSo(name, text)} THEN ${text} WHEN ${losesDigits} THEN ${tooManyDigits} ELSE ${text} END`
  if (type === 'string')
    return `CASE WHEN ${kind} = 'DOUBLE' THEN ${number} WHEN ${kind} IN ('OBJECT', 'ARRAY') AND ${losesDigits} THEN ${tooManyDigits} ELSE ${text} END`
  const place = { column: name, file: '"weir:file"' }
  const member = `CAST(json_extract("weir:json", ${pointerTo(name)}) AS VARCHAR)`
  const misfit = `WHEN ${kind} IS NULL OR ${kind} = 'NULL' THEN NULL ELSE CAST(${misfitSql(member, type, place)} AS VARCHAR)`
  if (/^(date|timestamp)/.test(type)) return `CASE WHEN ${kind} = 'VARCHAR' THEN ${text} ${misfit} END`
  if (type === 'boolean') return `CASE WHEN ${kind} = 'BOOLEAN' THEN ${text} ${misfit} END`
  return `CASE WHEN ${kind} IN ('BIGINT', 'UBIGINT') THEN ${text} WHEN ${kind} = 'DOUBLE' THEN ${number} ${misfit} END`
}

/**
 * Whether the object has a number as DuckDB prints it, so that no digit was lost: a text that is found in nearly every line at once, where looking
 * for long numbers takes longer than parsing. Inside a text quotes are escaped; an object in the object might have the same name.
 */
function isWrittenSo(name: string, text: string): string {
  const key = literal(`${JSON.stringify(name)}:`)
  const found = [',', '}'].map((end) => `contains("weir:json", concat(${key}, ${text}, '${end}'))`)
  return `(${found.join(' OR ')}) AND NOT list_contains("weir:kinds", 'OBJECT') AND NOT list_contains("weir:kinds", 'ARRAY')`
}
