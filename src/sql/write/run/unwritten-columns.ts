import { specById, tableSchema } from '../../../lake/metadata/read.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { writeDefaultSql } from '../../../lake/types/default-value.ts'
import type { Field, Schema } from '../../../lake/types/type.ts'
import { sourceColumns } from '../../../record/delivery-state.ts'

/**
 * The columns that files of inserted rows do not have: those by which deliveries tell where rows come from, to which no statement gives a value, and
 * `nulls`, to which this one gives none. What a file lacks is its `initial-default`, else null (Iceberg specification, column projection), so one
 * stays that has a default, must have a value, or is partitioned or sorted by.
 */
export function unwrittenColumns(metadata: TableMetadata, nulls: readonly string[] = []): readonly Field[] {
  const valueless: ReadonlySet<string> = new Set([...sourceColumns, ...nulls])
  const { fields } = tableSchema(metadata)
  const order = metadata['sort-orders'].find((each) => each['order-id'] === metadata['default-sort-order-id'])
  const layout = [...specById(metadata, metadata['default-spec-id']).fields, ...(order?.fields ?? [])]
  const laidOutBy = new Set(layout.map((field) => field['source-id']))
  const unwritten = fields.filter(
    (field) =>
      valueless.has(field.name) &&
      !field.required &&
      field['initial-default'] == null &&
      writeDefaultSql(field) === undefined &&
      !laidOutBy.has(field.id),
  )
  // A file of no column has no rows.
  return unwritten.length === fields.length ? [] : unwritten
}

/** The schema without these fields. */
export function schemaWithout(schema: Schema, unwritten: readonly Field[]): Schema {
  return { ...schema, fields: schema.fields.filter((field) => !unwritten.includes(field)) }
}
