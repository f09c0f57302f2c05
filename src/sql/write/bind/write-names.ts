import { sqlError } from '../../sql-error.ts'
import type { Statement } from '../../gate/statement.ts'
import type { ReadRelation } from '../../snapshot/table-plan.ts'
import type { TableRelation } from '../../engine-host.ts'

/** The schema of the names that stand for what a statement writes to. Names that begin so are Weir's. */
export const writeSchema = '_weir_write'
/** In it: the rows that the statement may change, with their places. */
export const targetName = 'target'
/** The rows that RETURNING reads: those that were written, or deleted. */
export const returnedName = 'returned'

/** What a COPY has brought, before it becomes rows. */
export const broughtName = 'brought'

/** Where a row lies: the local path of its file, and its number in it. */
export const fileColumn = '_weir_file'
export const positionColumn = '_weir_position'
/** The number that a row of a table of version 3 keeps for its life; null in version 2. */
export const rowIdColumn = '_weir_row_id'
export const placeColumns = { file: fileColumn, position: positionColumn, rowId: rowIdColumn }
/** Which clause of a MERGE is for the row. */
export const actionColumn = '_weir_action'

const placeRelations = [
  { name: fileColumn, type: 'string', required: false },
  { name: positionColumn, type: 'long', required: false },
  { name: rowIdColumn, type: 'long', required: false },
]

/** The target as a query reads it, with the places of its rows; without `rows` only its metadata is wanted. */
export function targetRelation(table: TableRelation, rows: 'with places' | 'none'): ReadRelation {
  const { schema, name } = table
  return {
    ...table,
    schema: writeSchema,
    name: targetName,
    columns: rows === 'none' ? table.columns : [...table.columns, ...placeRelations],
    written: { table: { schema, name }, rows },
  }
}

/** SQLSTATE 42703 for a statement that names what only Weir puts into it. */
export function refuseOurNames({ tokens, text }: Statement): void {
  const ours = tokens.find(
    ({ kind, value }) => (kind === 'word' || kind === 'quoted') && value.toLowerCase().startsWith('_weir_'),
  )
  if (!ours) return
  throw sqlError('WEIR-6003', `column ${text.slice(ours.start, ours.end)} does not exist`, {
    sqlstate: '42703',
    position: ours.start + 1,
    hint: 'Names that begin with _weir_ are not to be had.',
  })
}
