import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parsePrimitive } from '../../record/schema/primitive.ts'
import { assignFreshIds, bareField, type ColumnDeclaration } from '../types/schema.ts'
import { parseType } from '../types/parse-type.ts'
import { printType } from '../types/print-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'

/** A column by its names from the top; `element`, `key` and `value` lead into lists and maps. */
export type ColumnPath = readonly string[]

/** A change of a schema that no file needs to be written anew for (specification, schema evolution). */
export type SchemaChange =
  /** Last in its struct (in the table when there is no `parent`); optional, unless it has a default: rows there are have no value for it. */
  | { readonly change: 'add'; readonly column: ColumnDeclaration; readonly parent?: ColumnPath }
  | { readonly change: 'drop'; readonly column: ColumnPath }
  | { readonly change: 'rename'; readonly column: ColumnPath; readonly name: string }
  /** int to long, float to double, decimal to more digits. */
  | { readonly change: 'widen'; readonly column: ColumnPath; readonly type: string }
  | { readonly change: 'optional'; readonly column: ColumnPath }
  /** What rows have from now on that are written without a value; null is none. */
  | { readonly change: 'default'; readonly column: ColumnPath; readonly value: unknown }
  /** Within its struct: behind its sibling `after`, or first. */
  | { readonly change: 'move'; readonly column: ColumnPath; readonly after?: string }

export interface EvolvedSchema {
  readonly schema: Schema
  readonly lastColumnId: number
}

/** The schema after a change; `lastColumnId` is the highest that the table ever gave. `WEIR-4011` for what Iceberg refuses. */
export function evolveSchema({ schema, lastColumnId }: EvolvedSchema, change: SchemaChange): EvolvedSchema {
  if (change.change === 'add') {
    const fresh = freshField(change.column, lastColumnId)
    const fields = inStruct(schema.fields, change.parent ?? [], (siblings) => added(siblings, fresh.field))
    return { schema: { ...schema, fields }, lastColumnId: fresh.lastColumnId }
  }
  const { column } = change
  const fields =
    change.change === 'widen'
      ? retyped(schema.fields, column, (type) => widened(type, change.type, column))
      : atField(schema, column, (siblings, field) => {
          switch (change.change) {
            case 'drop':
              return dropped(siblings, field, schema)
            case 'rename':
              return renamed(siblings, field, change.name)
            case 'optional':
              return madeOptional(siblings, field, schema)
            case 'default':
              return givenDefault(siblings, field, change.value)
            case 'move':
              return moved(siblings, field, change.after)
          }
        })
  return { schema: { ...schema, fields }, lastColumnId }
}

function freshField(
  column: ColumnDeclaration,
  after: number,
): { readonly field: Field; readonly lastColumnId: number } {
  if (column.required === true && column.initialDefault == null)
    throw new WeirError('WEIR-4011', `The column ${column.name} cannot be added as required: older rows lack it`)
  const fresh = assignFreshIds({ type: 'struct', 'schema-id': 0, fields: [bareField(column)] }, after)
  return { field: fresh.schema.fields[0]!, lastColumnId: fresh.lastColumnId }
}

function added(siblings: readonly Field[], field: Field): readonly Field[] {
  refuseTwin(siblings, field.name)
  return [...siblings, field]
}

function dropped(siblings: readonly Field[], field: Field, schema: Schema): readonly Field[] {
  refuseIdentifier(field, schema, 'dropped')
  const left = siblings.filter((one) => one !== field)
  if (left.length === 0)
    throw new WeirError('WEIR-4011', `${field.name} is the last of its struct and cannot be dropped; drop the struct`)
  return left
}

function renamed(siblings: readonly Field[], field: Field, name: string): readonly Field[] {
  refuseTwin(
    siblings.filter((one) => one !== field),
    name,
  )
  return siblings.map((one) => (one === field ? { ...one, name } : one))
}

function madeOptional(siblings: readonly Field[], field: Field, schema: Schema): readonly Field[] {
  refuseIdentifier(field, schema, 'made optional')
  return siblings.map((one) => (one === field ? { ...one, required: false } : one))
}

function givenDefault(siblings: readonly Field[], field: Field, value: unknown): readonly Field[] {
  const { 'write-default': _, ...rest } = field
  const given = value == null ? rest : { ...rest, 'write-default': value }
  return siblings.map((one) => (one === field ? given : one))
}

function moved(siblings: readonly Field[], field: Field, after: string | undefined): readonly Field[] {
  const rest = siblings.filter((one) => one !== field)
  if (after === undefined) return [field, ...rest]
  const at = rest.findIndex(({ name }) => name === after)
  if (at < 0)
    throw new WeirError(
      'WEIR-4011',
      `${field.name} cannot be moved behind ${after}, which is no other field of its struct`,
    )
  return rest.toSpliced(at + 1, 0, field)
}

/** SQL does not tell names apart by case. */
function refuseTwin(siblings: readonly Field[], name: string): void {
  const twin = siblings.find((one) => one.name.toLowerCase() === name.toLowerCase())?.name
  if (twin === undefined) return
  const as = twin === name ? '' : ` as ${twin}`
  throw new WeirError('WEIR-4011', `The column ${name} is already there${as}; choose another name`)
}

/** Rows are told apart by these, so they and the structs around them stay, and stay required. */
function refuseIdentifier(field: Field, schema: Schema, what: string): void {
  const identifiers = new Set(schema['identifier-field-ids'])
  if (idsWithin(field).some((id) => identifiers.has(id)))
    throw new WeirError('WEIR-4011', `${field.name} tells rows apart (identifier-field-ids) and cannot be ${what}`)
}

/** A field and all below it. */
function idsWithin({ id, type }: Pick<Field, 'id' | 'type'>): readonly number[] {
  if (typeof type === 'string') return [id]
  if (type.type === 'struct') return [id, ...type.fields.flatMap(idsWithin)]
  if (type.type === 'list') return [id, ...idsWithin({ id: type['element-id'], type: type.element })]
  const [key, value] = [
    { id: type['key-id'], type: type.key },
    { id: type['value-id'], type: type.value },
  ]
  return [id, ...idsWithin(key), ...idsWithin(value)]
}

function widened(from: IcebergType, text: string, column: ColumnPath): IcebergType {
  const to = parseType(text)
  if (typeof from === 'string' && typeof to === 'string' && isWider(from, to)) return to
  throw new WeirError(
    'WEIR-4011',
    `${column.join('.')} is ${printType(from)} and cannot become ${printType(to)}; int becomes long, float double, a decimal one of more digits`,
  )
}

/** Whether values of a type are values of another, which readers of older files make of them (specification, type promotion). */
export function isWider(from: string, to: string): boolean {
  if (from === 'int' || from === 'float') return to === (from === 'int' ? 'long' : 'double')
  const [old, wide] = [parsePrimitive(from), parsePrimitive(to)]
  return (
    old?.name === 'decimal' && wide?.name === 'decimal' && wide.scale === old.scale && wide.precision > old.precision
  )
}

function atField(
  { fields }: Schema,
  column: ColumnPath,
  edit: (siblings: readonly Field[], field: Field) => readonly Field[],
): readonly Field[] {
  const name = column.at(-1) ?? ''
  return inStruct(fields, column.slice(0, -1), (siblings) => edit(siblings, found(siblings, name)))
}

function found(siblings: readonly Field[], name: string): Field {
  const field = siblings.find((one) => one.name === name)
  if (field !== undefined) return field
  const names = siblings.map((one) => one.name).join(', ')
  throw new WeirError('WEIR-4011', `There is no column ${name} to change; there are ${names}`)
}

/** The fields with those of the struct at `parent` edited. */
function inStruct(
  fields: readonly Field[],
  parent: ColumnPath,
  edit: (siblings: readonly Field[]) => readonly Field[],
): readonly Field[] {
  if (parent.length === 0) return edit(fields)
  if (!fields.some(({ name }) => name === parent[0])) throw noStruct(parent[0]!)
  return retyped(fields, parent, (type) => {
    if (typeof type === 'string' || type.type !== 'struct') throw noStruct(parent.at(-1)!)
    return { ...type, fields: edit(type.fields) }
  })
}

/** The fields with the type at `path` changed. */
function retyped(
  fields: readonly Field[],
  path: ColumnPath,
  edit: (type: IcebergType) => IcebergType,
): readonly Field[] {
  const [name = '', ...rest] = path
  const field = found(fields, name)
  return fields.map((one) => (one === field ? { ...one, type: retypedWithin(one.type, rest, edit, name) } : one))
}

function retypedWithin(
  type: IcebergType,
  path: ColumnPath,
  edit: (type: IcebergType) => IcebergType,
  name: string,
): IcebergType {
  const [step, ...rest] = path
  if (step === undefined) return edit(type)
  if (typeof type === 'string') throw noStruct(name)
  if (type.type === 'struct') return { ...type, fields: retyped(type.fields, path, edit) }
  if (type.type === 'list' && step === 'element')
    return { ...type, element: retypedWithin(type.element, rest, edit, step) }
  if (type.type === 'map' && step === 'value') return { ...type, value: retypedWithin(type.value, rest, edit, step) }
  if (type.type === 'map' && step === 'key')
    throw new WeirError(
      'WEIR-4011',
      `${name} is not a struct, and the keys of a map cannot be changed: two could become one`,
    )
  throw noStruct(name)
}

function noStruct(name: string): WeirError {
  return new WeirError('WEIR-4011', `${name} is not a struct, so it has no columns to add or change`)
}
