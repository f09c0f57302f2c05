import { WeirError } from '../../kernel/errors/weir-error.ts'
import { fieldsById } from '../types/schema.ts'
import type { UnboundSpec } from './update.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import type { PartitionSpec, SortOrder } from './table-metadata.ts'

/** Ids above belong to metadata columns (specification, reserved field ids). */
const fieldIdMax = 2147483447

/** Refuses a schema in which an id or, on one level, a name stands twice, an id is reserved, a name holds NUL, or rows are told apart by what can be null. */
export function checkSchema(schema: Schema): void {
  const seen = new Set<number>()
  const visitFields = (fields: readonly Field[], where: string): void => {
    const names = new Set<string>()
    for (const { id, name, type } of fields) {
      if (names.has(name)) throw new WeirError('WEIR-4006', `The column ${name} stands twice in ${where}`)
      names.add(name)
      // Engines of SQL cannot say it, so that no column of such a table could be read by its name.
      if (name.includes('\0'))
        throw new WeirError(
          'WEIR-4006',
          `The column ${JSON.stringify(name)} of ${where} holds the character NUL; rename it`,
        )
      visit(id, type, name)
    }
  }
  const visit = (id: number, type: IcebergType, where: string): void => {
    if (seen.has(id))
      throw new WeirError('WEIR-4006', `The field id ${id} stands twice in the schema, again at ${where}`)
    if (id > fieldIdMax)
      throw new WeirError('WEIR-4006', `The field id ${id} of ${where} is reserved; the highest is ${fieldIdMax}`)
    seen.add(id)
    if (typeof type === 'string') return
    if (type.type === 'struct') visitFields(type.fields, where)
    else if (type.type === 'list') visit(type['element-id'], type.element, `${where}.element`)
    else {
      visit(type['key-id'], type.key, `${where}.key`)
      visit(type['value-id'], type.value, `${where}.value`)
    }
  }
  visitFields(schema.fields, 'the schema')
  checkIdentifiers(schema)
}

/** Required primitives, in structs that are required, and no floats. */
function checkIdentifiers({ fields, 'identifier-field-ids': identifiers = [] }: Schema): void {
  const usable = new Map<number, boolean>()
  const visit = (one: Field, within: boolean): void => {
    const required = within && one.required
    usable.set(one.id, required && typeof one.type === 'string' && one.type !== 'float' && one.type !== 'double')
    if (typeof one.type !== 'string' && one.type.type === 'struct')
      for (const field of one.type.fields) visit(field, required)
  }
  for (const field of fields) visit(field, true)
  for (const id of identifiers)
    if (usable.get(id) !== true)
      throw new WeirError(
        'WEIR-4006',
        `identifier-field-ids names ${id}, which is no required column of one value but float and double`,
      )
}

/**
 * A field that is to be added: version 3 may list the one column of a transform in the way it lists several. `WEIR-4007` for several: the
 * catalog takes no spec that Weir could not write.
 */
export function ofOneColumn<Field extends UnboundSpec['fields'][number]>(field: Field): Field {
  const { 'source-ids': listed, ...rest } = field
  if (listed === undefined) return field
  if (listed.length === 1) return { ...rest, 'source-id': listed[0]! } as unknown as Field
  throw new WeirError(
    'WEIR-4007',
    `The partition field ${field.name} is the transform ${field.transform} of the columns ${listed.join(', ')}; a transform takes one column here`,
  )
}

/** Refuses a spec with a name twice, or on a column that is not there or not primitive. */
export function checkSpec(spec: PartitionSpec, schema: Schema): void {
  const columns = fieldsById(schema.fields)
  const names = new Set<string>()
  for (const field of spec.fields) {
    if (names.has(field.name)) throw new WeirError('WEIR-4006', `The partition field ${field.name} stands twice`)
    names.add(field.name)
    const type = columns.get(field['source-id'])?.type
    if (field.transform !== 'void' && typeof type !== 'string')
      throw new WeirError(
        'WEIR-4006',
        `The partition field ${field.name} names column ${field['source-id']}, which is not a primitive column`,
      )
  }
}

/** Refuses an order by a column that is not there or not primitive, or that stands twice. */
export function checkOrder(order: SortOrder, schema: Schema): void {
  const columns = fieldsById(schema.fields)
  const seen = new Set<string>()
  for (const { 'source-id': id, transform } of order.fields) {
    const column = columns.get(id)
    if (typeof column?.type !== 'string')
      throw new WeirError('WEIR-4006', `The sort order names column ${id}, which is not a primitive column`)
    if (seen.has(`${id} ${transform}`))
      throw new WeirError('WEIR-4006', `The sort order names ${transform} of ${column.path.join('.')} twice`)
    seen.add(`${id} ${transform}`)
  }
}
