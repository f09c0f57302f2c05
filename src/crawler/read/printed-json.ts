import { literal } from '../../lake/types/duckdb-type.ts'
import type { FileColumn } from '../crawled-table.ts'
import { isNestedType } from '../merge/found-type.ts'

/** A column of the table, by the name that the files have for it. */
export interface WantedColumn {
  readonly name: string
  readonly type: string
}

/** How a member of an object is read in one parse, and how it is printed again. */
export interface ReadMember {
  readonly name: string
  /** `quoted` is what a text in quotes says, `bare` what anything else says, `json` any value as it stands there; the others are values. */
  readonly as: 'long' | 'int' | 'boolean' | 'bare' | 'json' | 'quoted'
}

const duckdbTypes = {
  long: 'BIGINT',
  int: 'INTEGER',
  boolean: 'BOOLEAN',
  bare: 'VARCHAR',
  quoted: 'VARCHAR',
  json: 'JSON',
} as const

/** For each member that files of a shape have: by the table's type, or by what was found where the table does not have it. */
export function readMembers(columns: readonly FileColumn[], wanted: readonly WantedColumn[]): readonly ReadMember[] {
  const types = new Map(wanted.map(({ name, type }) => [name, type]))
  return columns.map(({ name, type: found }) => ({ name, as: readAs(found, types.get(name) ?? found ?? 'string') }))
}

function readAs(found: string | null, type: string): ReadMember['as'] {
  if (isNestedType(type)) return 'json'
  if (type === 'long' || type === 'int' || type === 'boolean') return type
  if (type === 'string') return (found ?? 'string') === 'string' ? 'quoted' : 'bare'
  // DuckDB prints a number that it was asked for as text twice as slowly.
  return /^(date|timestamp)/.test(type) ? 'quoted' : 'json'
}

/** All members in one parse, as a struct: the first of those that have one name, and nothing of those without a column. */
export function readSql(json: string, members: readonly ReadMember[]): string {
  if (members.length === 0) return 'NULL'
  const types = members.map(({ name, as }) => `${JSON.stringify(name)}:"${duckdbTypes[as]}"`)
  return `json_transform(${json}, ${literal(`{${types.join(',')}}`)})`
}

/**
 * Whether an object is, byte for byte, what was read of it, printed. Then it has no other member, none twice, no number with digits that were lost,
 * and each value is of the kind that was read: what is printed is read in one way only.
 *
 * These are conditions of a CASE, to be tried one after the other. Most objects are printed alike, all members in their order, with or without a blank
 * behind `:` and `,`, which takes one concat. The next looks for what is null or not there, and for escapes. What is found so is a guess that
 * the comparison proves or refutes. `valueOf` is the column that `readSql` has for a member.
 */
export function isPrintedSql(
  json: string,
  members: readonly ReadMember[],
  valueOf: (at: number) => string,
): readonly string[] {
  if (members.length === 0) return [`${json} = '{}'`]
  const isSpaced = `starts_with(${json}, ${literal(`{${JSON.stringify(members[0]!.name)}: `)})`
  const isSame = (print: (blank: '' | ' ') => string): string =>
    `CASE WHEN ${isSpaced} THEN ${print(' ')} ELSE ${print('')} END = ${json}`
  const whole = isSame((blank) => printedWhole(members, valueOf, blank))
  return [whole, isSame((blank) => printedSparse(members, valueOf, blank, json))]
}

function printedWhole(members: readonly ReadMember[], valueOf: (at: number) => string, blank: '' | ' '): string {
  const parts: string[] = []
  let between = '{'
  members.forEach(({ name, as }, at) => {
    const quote = as === 'quoted' ? '"' : ''
    parts.push(literal(`${between}${JSON.stringify(name)}:${blank}${quote}`), bareSql(as, valueOf(at)))
    between = `${quote},${blank}`
  })
  return `concat(${parts.join(', ')}, ${literal(between.replace(/, ?$/, '}'))})`
}

function printedSparse(
  members: readonly ReadMember[],
  valueOf: (at: number) => string,
  blank: '' | ' ',
  json: string,
): string {
  const parts = members.map(({ name, as }, at) => {
    const value = valueOf(at)
    const key = `${at === 0 ? '{' : `,${blank}`}${JSON.stringify(name)}:${blank}`
    const isNull = `contains(${json}, ${literal(`${JSON.stringify(name)}:${blank}null`)})`
    const text = as === 'quoted' ? `CAST(to_json(${value}) AS VARCHAR)` : bareSql(as, value)
    return `CASE WHEN ${value} IS NOT NULL THEN concat(${literal(key)}, ${text}) WHEN ${isNull} THEN ${literal(`${key}null`)} END`
  })
  return `concat(${parts.join(', ')}, '}')`
}

function bareSql(as: ReadMember['as'], value: string): string {
  return as === 'boolean' ? `CASE WHEN ${value} THEN 'true' ELSE 'false' END` : `CAST(${value} AS VARCHAR)`
}
