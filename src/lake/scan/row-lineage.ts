import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ScannedFile } from './plan-scan.ts'
import { identifier, literal } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'

/**
 * The number that a row keeps for its life, and the sequence number of the snapshot that changed it last (specification, row
 * lineage). A file has them as columns only where its rows came from other files.
 */
const rowId: Field = { id: 2147483540, name: '_row_id', required: false, type: 'long' }
const lastUpdated: Field = {
  id: 2147483539,
  name: '_last_updated_sequence_number',
  required: false,
  type: 'long',
}

export const lineageFields: readonly Field[] = [rowId, lastUpdated]

/** The schema of files whose rows bring their lineage along. `WEIR-4012` where a column of the table has the name of one. */
export function withLineage(schema: Schema): Schema {
  const taken = schema.fields.find(({ name }) => lineageFields.some((field) => field.name === name.toLowerCase()))
  if (taken === undefined) return { ...schema, fields: [...schema.fields, ...lineageFields] }
  throw new WeirError(
    'WEIR-4012',
    `The column ${taken.name} has a name that Iceberg reserves, so rows cannot be written anew here; rename it`,
  )
}

/** The lineage of rows of `live` as their file has it, else as the file inherits it; `files` are given by `lineageFiles`. */
export function lineageItems(file: string, position: string): readonly string[] {
  return [
    `${rowIdItem(file, position)} AS ${identifier(rowId.name)}`,
    // Without a number of its own a row has no lineage: it gets one with the file that it is written into.
    `coalesce(live.${own(lastUpdated)}, CASE WHEN ${file}.first_row_id IS NULL THEN NULL ELSE ${file}.sequence END) AS ${identifier(lastUpdated.name)}`,
  ]
}

/** The number of a row alone; null for one that has none yet. */
export function rowIdItem(file: string, position: string): string {
  return `coalesce(live.${own(rowId)}, ${file}.first_row_id + live.${position})`
}

/** What rows of a statement that changes them have in place of the lineage columns: the number that they keep, and no sequence number, which is that of the commit. */
export function changedLineage(number: string): string {
  return `${number} AS ${identifier(rowId.name)}, NULL::BIGINT AS ${identifier(lastUpdated.name)}`
}

const own = ({ id }: Field): string => identifier(`c${id}`)

/** `(path, first_row_id, sequence)` of each file. */
export function lineageFiles(files: readonly ScannedFile[], pathOf: (location: string) => string): string {
  const rows = files.map(
    ({ location, firstRowId, sequenceNumber }) =>
      `(${literal(pathOf(location))}, ${firstRowId === undefined ? 'NULL' : String(firstRowId)}::BIGINT, ${sequenceNumber}::BIGINT)`,
  )
  return `(VALUES ${rows.join(', ')})`
}
