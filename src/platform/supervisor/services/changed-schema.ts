import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { stringifyJson } from '../../../lake/json.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { parseType } from '../../../lake/types/parse-type.ts'
import { assignFreshIds } from '../../../lake/types/schema.ts'
import type { Field, Schema } from '../../../lake/types/type.ts'
import type { TableChange } from '../../kinds/reconcile-services.ts'

/**
 * The schema after the change, or undefined when it is so already. New columns come after all others and are optional:
 * rows that are there have no value for them.
 */
export function changedSchema(metadata: TableMetadata, change: TableChange): Schema | undefined {
  const current = metadata.schemas.find((schema) => schema['schema-id'] === metadata['current-schema-id'])
  if (!current) throw new WeirError('WEIR-9001', 'table metadata without its current schema')
  const dropped = new Set(change.dropColumns)
  const kept = current.fields.filter(({ name }) => !dropped.has(name)).map((field) => changed(field, change))
  const known = new Set(kept.map(({ name }) => name))
  const added = change.addColumns.filter(({ name }) => !known.has(name))
  if (added.length === 0 && sameFields(kept, current.fields)) return undefined
  const required = added.find((column) => column.required)
  if (required)
    throw new WeirError(
      'WEIR-1003',
      `column ${required.name} cannot be added as required: the rows that are there have no value for it. Declare it optional`,
    )
  return { ...current, 'schema-id': -1, fields: [...kept, ...newFields(added, metadata['last-column-id'])] }
}

function newFields(added: TableChange['addColumns'], lastColumnId: number): readonly Field[] {
  const fields = added.map(({ name, type, doc }) => ({
    id: 0,
    name,
    required: false,
    type: parseType(type),
    ...(doc === undefined ? {} : { doc }),
  }))
  return assignFreshIds({ type: 'struct', 'schema-id': 0, fields }, lastColumnId).schema.fields
}

function changed(field: Field, { changeColumns }: TableChange): Field {
  const column = changeColumns.find(({ name }) => name === field.name)
  if (!column) return field
  const { doc: _doc, ...rest } = field
  const doc = column.doc === undefined ? {} : { doc: column.doc }
  return { ...rest, ...typeOf(field, column.type), required: column.required, ...doc }
}

/** A nested type keeps its ids: only a primitive one may change. */
function typeOf(field: Field, wanted: string): Pick<Field, 'type'> {
  const type = parseType(wanted)
  return typeof type === 'string' ? { type } : { type: field.type }
}

function sameFields(a: readonly Field[], b: readonly Field[]): boolean {
  return a.length === b.length && a.every((field, at) => stringifyJson(field) === stringifyJson(b[at]))
}
