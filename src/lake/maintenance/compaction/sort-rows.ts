import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { identifier } from '../../types/duckdb-type.ts'
import { fieldsById } from '../../types/schema.ts'
import type { Schema } from '../../types/type.ts'

export interface RowOrder {
  readonly orderId: number
  /** What follows ORDER BY. */
  readonly sql: string
}

/** Transforms that keep the order of their column, so that rows in its order are in theirs too. */
const monotonic = /^(year|month|day|hour|truncate\[\d+\])$/

/**
 * The order that the table asks of its rows. Undefined where it asks none, or one that rows cannot be brought into here: by
 * hash, or by a transform that others follow. Rows are then in the order in which they were read, and the file claims none.
 */
export function rowOrder(metadata: TableMetadata, schema: Schema): RowOrder | undefined {
  const orderId = metadata['default-sort-order-id']
  const fields = metadata['sort-orders'].find((order) => order['order-id'] === orderId)?.fields ?? []
  if (orderId === 0 || fields.length === 0) return undefined
  const columns = fieldsById(schema.fields)
  const terms: string[] = []
  for (const [at, field] of fields.entries()) {
    const column = columns.get(field['source-id'])
    const isLast = at === fields.length - 1
    if (column === undefined || column.repeated) return undefined
    if (field.transform !== 'identity' && !(isLast && monotonic.test(field.transform))) return undefined
    const nulls = field['null-order'] === 'nulls-first' ? 'NULLS FIRST' : 'NULLS LAST'
    terms.push(`${column.path.map(identifier).join('.')} ${field.direction === 'desc' ? 'DESC' : 'ASC'} ${nulls}`)
  }
  return { orderId, sql: terms.join(', ') }
}
