import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import { printType } from '../../lake/types/print-type.ts'
import type { IcebergType, ListType, StructType } from '../../lake/types/type.ts'
import { misfitSql, textSql, type ValuePlace } from './text-sql.ts'

/** DuckDB's kinds of JSON values that a type without parts is read from. */
function kindsOf(type: string): string {
  if (/^(date|timestamp)/.test(type)) return `'VARCHAR'`
  return type === 'boolean' ? `'BOOLEAN'` : `'BIGINT', 'UBIGINT', 'DOUBLE'`
}

/** RFC 6901. */
export function pointerTo(name: string): string {
  return literal(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}

/**
 * A JSON value as a struct, a list, or what is in them, each part by the rules of a column: what does not fit, and a member that the type
 * does not have or that is there twice, is an error that names the way to it.
 */
export function nestedSql(json: string, type: IcebergType, place: ValuePlace, depth = 0): string {
  if (type === 'string') return `(${json} ->> '$')`
  // Named once, for it is needed several times, and what is made of it is inside.
  const value = `v${depth}`
  return `list_transform([${json}], lambda ${value}: ${valueSql(value, type, place, depth + 1)})[1]`
}

function valueSql(value: string, type: IcebergType, place: ValuePlace, depth: number): string {
  const misfit = `CAST(${misfitSql(`CAST(${value} AS VARCHAR)`, printType(type), place)} AS ${duckdbType(type)})`
  const [isFit, fit] =
    typeof type === 'string'
      ? [`json_type(${value}) IN (${kindsOf(type)})`, textSql(`(${value} ->> '$')`, type, place)]
      : type.type === 'struct'
        ? [isStruct(value, type), structSql(value, type, place, depth)]
        : [`json_type(${value}) = 'ARRAY'`, listSql(value, type as ListType, place, depth)]
  return `CASE WHEN ${value} IS NULL OR json_type(${value}) = 'NULL' THEN NULL WHEN ${isFit} THEN ${fit} ELSE ${misfit} END`
}

function isStruct(value: string, { fields }: StructType): string {
  const known = `[${fields.map(({ name }) => literal(name)).join(', ')}]::VARCHAR[]`
  const keys = `json_keys(${value})`
  return `json_type(${value}) = 'OBJECT' AND (${keys} = ${known} OR (len(${keys}) = len(list_distinct(${keys})) AND list_has_all(${known}, ${keys})))`
}

function structSql(value: string, { fields }: StructType, { column, file }: ValuePlace, depth: number): string {
  const members = fields.map(({ name, type }) => {
    const inner = nestedSql(
      `json_extract(${value}, ${pointerTo(name)})`,
      type,
      { column: `${column}.${name}`, file },
      depth,
    )
    return `${identifier(name)} := ${inner}`
  })
  return `struct_pack(${members.join(', ')})`
}

function listSql(value: string, { element }: ListType, { column, file }: ValuePlace, depth: number): string {
  const one = `e${depth}`
  const inner = nestedSql(one, element, { column: `${column}[]`, file }, depth)
  return `list_transform(CAST(${value} AS JSON[]), lambda ${one}: ${inner})`
}
