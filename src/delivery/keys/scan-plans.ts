import { compileScanPlan, type ObjectPlan } from '../../record/json/scan-plan.ts'
import { deleteReader, type DeleteReader } from './read-delete.ts'
import { keyFields, type KeyPlan } from './table-key.ts'
import type { TableView } from '../table/delivery-table.ts'

/** What records are checked by, under the schema of one view. */
export interface ScanPlans {
  readonly record: ObjectPlan
  /** Of what deletes: its key alone. */
  readonly key: ObjectPlan
  readonly deletes: DeleteReader | undefined
}

/** WEIR-5017 for a column that records cannot fill, and for a table that has another key than the plan. */
export function scanPlans(
  { schema, filled }: Pick<TableView, 'schema' | 'filled'>,
  plan: KeyPlan | undefined,
): ScanPlans {
  if (!plan) {
    const record = compileScanPlan(schema, { filled })
    return { record, key: record, deletes: undefined }
  }
  const fields = keyFields(schema, plan.columns)
  return {
    record: compileScanPlan(schema, { marker: plan.deletes.marker?.field, filled }),
    key: compileScanPlan({ fields }),
    deletes: deleteReader(fields, plan.deletes),
  }
}
