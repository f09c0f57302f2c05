import { WeirError } from '../../kernel/errors/weir-error.ts'
import { giveDefaults } from '../../record/json/field-defaults.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import { compileScanPlan, type ObjectPlan } from '../../record/json/scan-plan.ts'
import { deleteReader, type DeleteReader } from './read-delete.ts'
import { keyFields, type DeleteRule, type KeyPlan } from './table-key.ts'
import type { TableView } from '../table/delivery-table.ts'

/** What records are checked by, under the schema of one view. */
export interface ScanPlans {
  readonly record: ObjectPlan
  /** Of what deletes: its key alone. */
  readonly key: ObjectPlan
  readonly deletes: DeleteReader | undefined
}

/**
 * WEIR-5017 for a column that records cannot fill, and for a table that has another key than the plan. What a record is about, and whether
 * it deletes, it says itself: the columns of the key have no default here.
 */
export function scanPlans(
  { schema, filled }: Pick<TableView, 'schema' | 'filled'>,
  plan: KeyPlan | undefined,
): ScanPlans {
  if (!plan) {
    const record = compileScanPlan(schema, { filled })
    giveDefaults(record, schema.fields)
    return { record, key: record, deletes: undefined }
  }
  const { marker } = plan.deletes
  const fields = keyFields(schema, plan.columns)
  mustNotDelete(schema, marker)
  const record = compileScanPlan(schema, { marker: marker?.field, filled })
  giveDefaults(
    record,
    schema.fields.filter(({ name }) => !plan.columns.includes(name)),
  )
  return {
    record,
    key: compileScanPlan({ fields }),
    deletes: deleteReader(fields, plan.deletes),
  }
}

/** A default by which each record that lacks the field would delete a row. */
function mustNotDelete({ fields }: RecordSchema, marker: DeleteRule['marker']): void {
  const value = fields.find(({ name }) => name === marker?.field)?.['write-default'] as string | number | boolean | null
  if (marker === undefined || value === undefined || value === null || String(value) !== marker.value) return
  throw new WeirError(
    'WEIR-5017',
    `column ${marker.field} has the write-default ${marker.value}, by which records delete: one that lacks the field would delete its row. Set another default`,
  )
}
