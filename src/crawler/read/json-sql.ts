import { literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import type { FileShape } from '../crawled-table.ts'
import { isNestedType } from '../merge/found-type.ts'
import { nestedSql, pointerTo } from './nested-sql.ts'
import { isPrintedSql, readMembers, readSql, type ReadMember, type WantedColumn } from './printed-json.ts'
import type { ShapeSql } from './shape-sql.ts'
import { castSql, doubleSql, misfitSql, textSql } from './text-sql.ts'

export const objectBytesMax = 64 << 20
const compressionNames = { none: 'uncompressed', gzip: 'gzip', zstd: 'zstd' }

export type JsonShape = Extract<FileShape, { format: 'json' }>

/** Of DuckDB's readers of JSON. */
export function jsonOptionsSql({ layout, compression }: JsonShape, objectBytes = objectBytesMax): string {
  return `format = ${literal(layout)}, compression = ${literal(compressionNames[compression])}, maximum_object_size = ${objectBytes}, hive_partitioning = false`
}

/**
 * JSON objects member by member. A member that no crawl has seen fails the query, and so does one that is there twice: DuckDB alone would
 * say nothing of either. Each object is parsed once for all its values; where these, printed, are the object again, nothing was lost. Any
 * other object is parsed three times more, for its names, its texts and their kinds. What is made of a text once is a column, for
 * DuckDB computes what stands in two branches of a CASE twice. `isPrinted` says which objects need no more than the one parse.
 */
export function jsonSql(
  shape: JsonShape,
  paths: readonly string[],
  wanted: readonly WantedColumn[],
  isPrinted: typeof isPrintedSql = isPrintedSql,
): ShapeSql {
  const names = shape.columns.map(({ name }) => name)
  const members = readMembers(shape.columns, wanted)
  const readAs = new Map(members.map((member, at) => [member.name, { ...member, value: readColumn(at) }]))
  const plain = wanted.filter(({ type }) => !isNestedType(type))
  const texts = plain.map(
    (column, at) => `${otherwise(readAs.get(column.name)!, 'text', memberSql(column, names))} AS "weir:text ${at}"`,
  )
  const values = plain.map(
    ({ name, type }, at) =>
      `${otherwise(readAs.get(name)!, 'value', castSql(`"weir:text ${at}"`, type))} AS "weir:value ${at}"`,
  )
  const indexes = new Map(plain.map(({ name }, at) => [name, at]))
  return {
    from: `(SELECT ${['*', ...values].join(', ')} FROM (SELECT ${['*', ...texts].join(', ')} FROM (${objectsSql(shape, paths, members, isPrinted)})))`,
    value({ name }, type) {
      const place = { column: name, file: '"weir:file"' }
      const read = readAs.get(name)!
      if (isNestedType(type)) {
        const json = `CASE WHEN "weir:printed" THEN ${read.value} WHEN ${losesDigits} THEN CAST(${tooManyDigits} AS JSON) ELSE json_extract("weir:json", ${pointerTo(name)}) END`
        return nestedSql(json, parseType(type), place)
      }
      const at = indexes.get(name)!
      const [text, value] = [`"weir:text ${at}"`, `"weir:value ${at}"`]
      const checked = textSql(text, type, place, value)
      if (isValue(read)) return `CASE WHEN "weir:printed" THEN ${value} ELSE ${checked} END`
      // A number of JSON so short has 15 digits at most, which a double keeps.
      return type === 'double'
        ? `CASE WHEN strlen(${text}) <= 15 AND abs(${value}) BETWEEN 1e-300 AND 1e300 THEN ${value} ELSE ${checked} END`
        : checked
    },
  }
}

const readColumn = (at: number): string => `"weir:read ${at}"`

/** The objects as texts, with the columns that are read of them, whether they are as these print, and if not, texts and kinds of their members. */
function objectsSql(
  shape: JsonShape,
  paths: readonly string[],
  members: readonly ReadMember[],
  isPrinted: typeof isPrintedSql,
): string {
  const files = `[${paths.map(literal).join(', ')}]`
  const names = shape.columns.map(({ name }) => name)
  const pointers = `[${names.map((name) => pointerTo(name)).join(', ')}]::VARCHAR[]`
  const known = `[${names.map(literal).join(', ')}]::VARCHAR[]`
  const keys = 'json_keys("weir:json")'
  // Most objects have all members, in the order in which the first had them.
  const isKnown = `${keys} = ${known} OR (json_type("weir:json") = 'OBJECT' AND len(${keys}) = len(list_distinct(${keys})) AND list_has_all(${known}, ${keys}))`
  const unknown = `error(concat('WEIR-4020 ', "weir:file", ': an object has members that no crawl has seen, or one twice: ', left("weir:json", 120)))`
  const read = members.map(({ name }, at) => `, struct_extract("weir:read", ${literal(name)}) AS ${readColumn(at)}`)
  const printed = isPrinted('"weir:json"', members, (at) => `struct_extract("weir:read", ${literal(names[at]!)})`)
  const unlessPrinted = (sql: string): string => `CASE WHEN "weir:printed" THEN NULL ELSE ${sql} END`
  const objects = `SELECT CAST(json AS VARCHAR) AS "weir:json", filename AS "weir:file", file_index, ${readSql('json', members)} AS "weir:read" FROM read_json_objects(${files}, ${jsonOptionsSql(shape)}, filename = true)`
  const judged = `SELECT "weir:json", "weir:file", file_index${read.join('')}, CASE ${printed.map((condition) => `WHEN ${condition} THEN true`).join(' ')} WHEN ${isKnown} THEN false ELSE ${unknown} END AS "weir:printed" FROM (${objects})`
  // What can fail is not computed before it is asked for, so the objects of a count are judged as well, and no condition is carried below it.
  return `SELECT *, ${unlessPrinted(`json_extract_string("weir:json", ${pointers})`)} AS "weir:texts", ${unlessPrinted(`json_type("weir:json", ${pointers})`)} AS "weir:kinds" FROM (${judged}) WHERE "weir:printed" IS NOT NULL`
}

/** What is read in one parse where the object is as it prints; else what `sql` makes of the text of the member. */
function otherwise(
  { as, value }: ReadMember & { readonly value: string },
  part: 'text' | 'value',
  sql: string,
): string {
  if (isValue({ as })) return `CASE WHEN "weir:printed" THEN ${part === 'value' ? value : 'NULL'} ELSE ${sql} END`
  return part === 'value' ? sql : `CASE WHEN "weir:printed" THEN CAST(${value} AS VARCHAR) ELSE ${sql} END`
}

const isValue = ({ as }: Pick<ReadMember, 'as'>): boolean => as === 'long' || as === 'int' || as === 'boolean'

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
