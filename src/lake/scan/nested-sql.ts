import { duckdbType, identifier } from '../types/duckdb-type.ts'
import type { IcebergType, StructType } from '../types/type.ts'
import type { NestedNames } from './nested-names.ts'

/** Whether a column must be read under names that it no longer has. */
export function wasRenamed(id: number, type: IcebergType, names: NestedNames): boolean {
  if (typeof type === 'string') return false
  if (type.type === 'list') return wasRenamed(type['element-id'], type.element, names)
  if (type.type === 'map')
    return wasRenamed(type['key-id'], type.key, names) || wasRenamed(type['value-id'], type.value, names)
  // Every level is asked: one that cannot be told apart must be refused, however deep it lies.
  const below = type.fields.map((field) => wasRenamed(field.id, field.type, names))
  return names.changed(id, type) || below.includes(true)
}

/** The DuckDB type that finds the values of every file: each field of a struct under each name that it has had. */
export function readType(id: number, type: IcebergType, names: NestedNames): string {
  if (typeof type === 'string') return duckdbType(type)
  if (type.type === 'list') return `${readType(type['element-id'], type.element, names)}[]`
  if (type.type === 'map')
    return `MAP(${readType(type['key-id'], type.key, names)}, ${readType(type['value-id'], type.value, names)})`
  const members = type.fields.flatMap((field) =>
    names.namesOf(field).map((name) => `${identifier(name)} ${readType(field.id, field.type, names)}`),
  )
  // DuckDB refuses a struct that shares no name with the file's, and anything can be read as text.
  const lost = names.lostNames(id, type).map((name) => `${identifier(name)} VARCHAR`)
  return `STRUCT(${[...members, ...lost].join(', ')})`
}

/** Makes a value of `readType` one of the present type. `depth` keeps the names of parameters apart. */
export function presentValue(type: IcebergType, names: NestedNames, value: string, depth = 0): string {
  if (typeof type === 'string') return value
  const item = `item_${depth}`
  if (type.type === 'list')
    return `list_transform(${value}, lambda ${item}: ${presentValue(type.element, names, item, depth + 1)})`
  if (type.type === 'map') {
    const key = presentValue(type.key, names, `${item}.key`, depth + 1)
    const held = presentValue(type.value, names, `${item}.value`, depth + 1)
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: struct_pack(k := ${key}, v := ${held})))`
  }
  return presentStruct(type, names, value, depth)
}

function presentStruct(type: StructType, names: NestedNames, value: string, depth: number): string {
  const members = type.fields.map((field) => {
    const found = names.namesOf(field).map((name) => `(${value}).${identifier(name)}`)
    const one = found.length === 1 ? found[0]! : `coalesce(${found.join(', ')})`
    return `${identifier(field.name)} := ${presentValue(field.type, names, one, depth + 1)}`
  })
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members.join(', ')}) END`
}
