import type { Field, IcebergType, Schema, StructType } from '../types/type.ts'

/**
 * What fields inside structs were ever called. Iceberg finds them by id in a file, DuckDB by name: a field that was renamed
 * must be read under each of its names, of which a file has one.
 */
export interface NestedNames {
  /** The names of a field, its present one first. */
  namesOf(field: Field): readonly string[]
  /** Names of fields that this struct, the type of the column or element `id`, had once and lost. */
  lostNames(id: number, struct: StructType): readonly string[]
  /** Whether this struct ever lost a name, by a rename or a drop. Fields that were added change nothing. */
  changed(id: number, struct: StructType): boolean
  /** Whether, at some depth, a name was another field's before: it says nothing about which of the two an old file holds. */
  reused(id: number, type: IcebergType): boolean
}

/** The names that the schemas of a table tell; those of one level are told apart without regard to case, as in DuckDB. */
export function nestedNames(schemas: readonly Schema[]): NestedNames {
  const byField = new Map<number, Map<string, string>>()
  const byLevel = new Map<number, Map<string, Set<number>>>()
  const note = (id: number, type: IcebergType): void => {
    if (typeof type === 'string') return
    if (type.type === 'list') note(type['element-id'], type.element)
    else if (type.type === 'map') {
      note(type['key-id'], type.key)
      note(type['value-id'], type.value)
    } else for (const field of type.fields) noteField(id, field)
  }
  const noteField = (level: number, { id, name, type }: Field): void => {
    const lower = name.toLowerCase()
    entry(byField, id, () => new Map<string, string>()).set(lower, name)
    entry(
      entry(byLevel, level, () => new Map<string, Set<number>>()),
      lower,
      () => new Set<number>(),
    ).add(id)
    note(id, type)
  }
  for (const { fields } of schemas) for (const { id, type } of fields) note(id, type)

  const namesOf = ({ id, name }: Field): readonly string[] => {
    const others = [...(byField.get(id) ?? [])].filter(([lower]) => lower !== name.toLowerCase())
    return [name, ...others.map(([, other]) => other)]
  }
  const lostNames = (id: number, struct: StructType): readonly string[] => {
    const current = new Set(struct.fields.flatMap((field) => namesOf(field)).map((name) => name.toLowerCase()))
    return [...(byLevel.get(id)?.keys() ?? [])].filter((name) => !current.has(name))
  }
  const reused = (id: number, type: IcebergType): boolean => {
    if (typeof type === 'string') return false
    if (type.type === 'list') return reused(type['element-id'], type.element)
    if (type.type === 'map') return reused(type['key-id'], type.key) || reused(type['value-id'], type.value)
    const level = byLevel.get(id)
    const isShared = (name: string): boolean => (level?.get(name.toLowerCase())?.size ?? 0) > 1
    return type.fields.some((field) => namesOf(field).some(isShared) || reused(field.id, field.type))
  }
  return {
    namesOf: (field) => namesOf(field),
    lostNames,
    changed: (id, struct) =>
      struct.fields.some((field) => namesOf(field).length > 1) || lostNames(id, struct).length > 0,
    reused,
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}
