import { specById, tableSchema } from '../../../lake/metadata/read.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { writeDefaultSql } from '../../../lake/types/default-value.ts'
import type { Field, Schema } from '../../../lake/types/type.ts'
import { sourceColumns } from '../../../record/delivery-state.ts'

const own: ReadonlySet<string> = new Set(sourceColumns)

/**
 * The columns that files of inserted rows do not have: those by which deliveries tell where rows come from, for no statement gives them a value. What
 * a file lacks is its `initial-default`, else null (Iceberg specification, column projection), so one stays that has a default, must have a value, or
 * is partitioned or sorted by. Others are written though they may be null throughout: each set of columns is a scan of its own to who reads them.
 */
export function unwrittenColumns(metadata: TableMetadata): readonly Field[] {
  const { fields } = tableSchema(metadata)
  const order = metadata['sort-orders'].find((each) => each['order-id'] === metadata['default-sort-order-id'])
  const layout = [...specById(metadata, metadata['default-spec-id']).fields, ...(order?.fields ?? [])]
  const laidOutBy = new Set(layout.map((field) => field['source-id']))
  const unwritten = fields.filter(
    (field) =>
      own.has(field.name) &&
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
