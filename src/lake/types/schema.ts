import { parseType } from './parse-type.ts'
import type { Field, IcebergType, Schema } from './type.ts'

/** A column as users declare it. */
export interface ColumnDeclaration {
  readonly name: string
  /** See `parseType`. */
  readonly type: string
  readonly required?: boolean
  readonly doc?: string
  /** Format version 3: of rows that are there and of rows written without a value, in JSON's form of a single value (appendix D); null is none. */
  readonly initialDefault?: unknown
  readonly writeDefault?: unknown
}

/** The schema of declared columns, ids from 1 (`firstId`) on. */
export function schemaOf(columns: readonly ColumnDeclaration[]): Schema {
  const fields = columns.map(bareField)
  return { ...assignFreshIds({ type: 'struct', 'schema-id': 0, fields }).schema }
}

/** The field of a declared column, without an id. */
export function bareField({
  name,
  type,
  required = false,
  doc,
  initialDefault,
  writeDefault,
}: ColumnDeclaration): Field {
  return {
    id: 0,
    name,
    required,
    type: parseType(type),
    ...(doc === undefined ? {} : { doc }),
    ...(initialDefault == null ? {} : { 'initial-default': initialDefault }),
    ...(writeDefault == null ? {} : { 'write-default': writeDefault }),
  }
}

/**
 * New ids for every field, those of one level before those of the next, as all catalogs do. `ids` leads from the old to
 * the new ones, for specs and sort orders that came with the schema.
 */
export function assignFreshIds(
  schema: Schema,
  after = 0,
): { readonly schema: Schema; readonly lastColumnId: number; readonly ids: ReadonlyMap<number, number> } {
  let last = after
  const ids = new Map<number, number>()
  const next = (old: number) => {
    ids.set(old, ++last)
    return last
  }
  const ofFields = (fields: readonly Field[]): readonly Field[] =>
    fields.map((field) => ({ ...field, id: next(field.id) })).map((field) => ({ ...field, type: ofType(field.type) }))
  const ofType = (type: IcebergType): IcebergType => {
    if (typeof type === 'string') return type
    if (type.type === 'struct') return { ...type, fields: ofFields(type.fields) }
    if (type.type === 'list') {
      const elementId = next(type['element-id'])
      return { ...type, 'element-id': elementId, element: ofType(type.element) }
    }
    const [keyId, valueId] = [next(type['key-id']), next(type['value-id'])]
    return { ...type, 'key-id': keyId, 'value-id': valueId, key: ofType(type.key), value: ofType(type.value) }
  }
  const fields = ofFields(schema.fields)
  const identifiers = schema['identifier-field-ids']
  const mapped = identifiers === undefined ? {} : { 'identifier-field-ids': identifiers.map((id) => ids.get(id) ?? id) }
  return { schema: { ...schema, ...mapped, fields }, lastColumnId: last, ids }
}

/** Every field at every depth with its type, by id; `path` as SQL quotes it (`"st"."b"."element"`). */
export function fieldsById(fields: readonly Field[]): ReadonlyMap<number, LocatedField> {
  const found = new Map<number, LocatedField>()
  const visit = (id: number, path: readonly string[], type: IcebergType, repeated: boolean): void => {
    found.set(id, { id, path, type, repeated })
    if (typeof type === 'string') return
    if (type.type === 'list') visit(type['element-id'], [...path, 'element'], type.element, true)
    else if (type.type === 'map') {
      visit(type['key-id'], [...path, 'key'], type.key, true)
      visit(type['value-id'], [...path, 'value'], type.value, true)
    } else for (const field of type.fields) visit(field.id, [...path, field.name], field.type, repeated)
  }
  for (const field of fields) visit(field.id, [field.name], field.type, false)
  return found
}

export interface LocatedField {
  readonly id: number
  readonly path: readonly string[]
  readonly type: IcebergType
  /** Inside a list or map: has counts, but no bounds that a reader could use. */
  readonly repeated: boolean
}

/** The largest id in use, or 0. */
export function highestId(fields: readonly Field[]): number {
  return Math.max(0, ...fieldsById(fields).keys())
}
