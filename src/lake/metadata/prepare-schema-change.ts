import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PreparedCommit } from '../commit/prepared-commit.ts'
import { assignFreshIds, type ColumnDeclaration } from '../types/schema.ts'
import { parseType } from '../types/parse-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { tableSchema } from './read.ts'
import type { TableMetadata } from './table-metadata.ts'

export interface AddedColumn extends ColumnDeclaration {
  /** The struct that it is added to, by names from the top (`element`, `value` lead into lists and maps); the table itself when absent. */
  readonly parent?: readonly string[]
}

/**
 * The commit that adds columns, last in their struct and always optional: rows there are have no value for them.
 * `WEIR-4011` for a name that is taken or a parent that is no struct.
 */
export function prepareSchemaChange(metadata: TableMetadata, columns: readonly AddedColumn[]): PreparedCommit {
  const current = tableSchema(metadata)
  let lastId = metadata['last-column-id']
  let schema: Schema = current
  for (const column of columns) {
    if (column.required === true)
      throw new WeirError('WEIR-4011', `The column ${column.name} cannot be added as required: older rows lack it`)
    const { name, doc } = column
    const bare = { id: 0, name, required: false, type: parseType(column.type), ...(doc === undefined ? {} : { doc }) }
    const fresh = assignFreshIds({ type: 'struct', 'schema-id': 0, fields: [bare] }, lastId)
    lastId = fresh.lastColumnId
    schema = { ...schema, fields: added(schema.fields, column.parent ?? [], fresh.schema.fields[0]!) }
  }
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] },
    ],
    updates: [
      { action: 'add-schema', schema, 'last-column-id': lastId },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  }
}

function added(fields: readonly Field[], parent: readonly string[], field: Field): readonly Field[] {
  const [name, ...rest] = parent
  if (name === undefined) {
    // SQL does not tell names apart by case.
    const twin = fields.find((one) => one.name.toLowerCase() === field.name.toLowerCase())?.name
    if (twin !== undefined) {
      const as = twin === field.name ? '' : ` as ${twin}`
      throw new WeirError('WEIR-4011', `The column ${field.name} is already there${as}; choose another name`)
    }
    return [...fields, field]
  }
  if (!fields.some((one) => one.name === name)) throw noStruct(name)
  return fields.map((one) => (one.name === name ? { ...one, type: addedInto(one.type, rest, field, name) } : one))
}

function addedInto(type: IcebergType, parent: readonly string[], field: Field, name: string): IcebergType {
  if (typeof type === 'string') throw noStruct(name)
  if (type.type === 'struct') return { ...type, fields: added(type.fields, parent, field) }
  const [step, ...rest] = parent
  if (type.type === 'list' && step === 'element')
    return { ...type, element: addedInto(type.element, rest, field, step) }
  if (type.type === 'map' && step === 'value') return { ...type, value: addedInto(type.value, rest, field, step) }
  throw noStruct(name)
}

function noStruct(name: string): WeirError {
  return new WeirError('WEIR-4011', `${name} is not a struct, so no column can be added to it`)
}
