import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { RecordField, RecordSchema } from '../../record/json/record-schema.ts'

/** How the records of a delivery change a table with a key (docs/spec/keyed-tables.md). */
export interface KeyPlan {
  /** Columns that tell rows apart, in the order declared. */
  readonly columns: readonly string[]
  readonly deletes: DeleteRule
  /** A table with fewer bytes of data is written anew by each commit; a larger one gets position deletes. */
  readonly copyOnWriteBytes: number
}

export interface DeleteRule {
  /** A record without a value deletes the row of its key; else it is a dead letter. */
  readonly tombstones: boolean
  /** How the key of such a record is read. */
  readonly recordKey: 'json' | 'text'
  /** A record whose field has this value, as text, deletes the row of its key. */
  readonly marker?: { readonly field: string; readonly value: string }
}

/**
 * Marks rows of a tail that delete: Iceberg's own name and id for it (specification, reserved field ids), so that no column can
 * have either.
 */
export const deletedField: RecordField = { id: 2147483644, name: '_deleted', required: false, type: 'boolean' }

/** The columns of a tail: the table's and the mark. */
export function withDeleted({ fields }: RecordSchema): RecordSchema {
  return { fields: [...fields, deletedField] }
}

/** The key columns of the schema, by the plan. WEIR-5017 when the table is not (or no longer) told apart by them. */
export function keyFields(schema: RecordSchema, columns: readonly string[]): readonly RecordField[] {
  const identifiers = (schema as { readonly 'identifier-field-ids'?: readonly number[] })['identifier-field-ids'] ?? []
  const fields = columns.map((name) => schema.fields.find((field) => field.name === name))
  const ids = new Set(fields.map((field) => field?.id))
  if (
    fields.some((field) => field === undefined) ||
    ids.size !== identifiers.length ||
    !identifiers.every((id) => ids.has(id))
  )
    throw new WeirError(
      'WEIR-5017',
      `the key of the table is declared as ${columns.join(', ')}, but its identifier fields are ${namesOf(schema, identifiers)}; another client has changed them. Set them back`,
    )
  return fields as readonly RecordField[]
}

function namesOf(schema: RecordSchema, ids: readonly number[]): string {
  return ids.map((id) => schema.fields.find((field) => field.id === id)?.name ?? String(id)).join(', ') || 'none'
}
