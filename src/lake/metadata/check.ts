import { WeirError } from '../../kernel/errors/weir-error.ts'
import { fieldsById } from '../types/schema.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import type { PartitionSpec } from './table-metadata.ts'

/** Refuses a schema in which an id or, on one level, a name stands twice. */
export function checkSchema(schema: Schema): void {
  const seen = new Set<number>()
  const visitFields = (fields: readonly Field[], where: string): void => {
    const names = new Set<string>()
    for (const { id, name, type } of fields) {
      if (names.has(name)) throw new WeirError('WEIR-4006', `The column ${name} stands twice in ${where}`)
      names.add(name)
      visit(id, type, name)
    }
  }
  const visit = (id: number, type: IcebergType, where: string): void => {
    if (seen.has(id))
      throw new WeirError('WEIR-4006', `The field id ${id} stands twice in the schema, again at ${where}`)
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
