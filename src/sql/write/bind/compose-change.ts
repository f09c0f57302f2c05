import type { ColumnRelation, TableRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import type { Assignment, DeleteStatement, UpdateStatement } from '../grammar/write-statement.ts'
import {
  checkValues,
  columnText,
  type ComposeContext,
  type ComposedWrite,
  targetAlias,
  targetText,
  withText,
} from './compose-context.ts'
import { findColumns } from './find-target.ts'
import { type ValueText, valueText } from './value-text.ts'
import { fileColumn, placeColumns, positionColumn } from './write-names.ts'

/** The rows that an UPDATE makes, each with the place of the one that it replaces. */
export async function composeUpdate(statement: UpdateStatement, context: ComposeContext): Promise<ComposedWrite> {
  const { target } = context
  const { with: defined, from, where } = statement
  const assigned = assignedValues(statement.assignments, target)
  const alias = targetAlias(statement.target)
  const tail = `FROM ${targetText(statement.target)}${from ? `, ${from.text}\n` : ''}${where ? ` WHERE (${where.text}\n)` : ''}`
  const values = [...assigned.values()]
  await checkValues(values, context, (items) => `${withText(defined)}SELECT ${items} ${tail}`)
  const texts = target.columns.map(
    (column, at) => `${assigned.get(column)?.text ?? `${alias}.${quoteName(column.name)}`} AS v${at}`,
  )
  const items = target.columns.map((column, at) => columnText(`weir_rows.v${at}`, column, target))
  // A row that joins several is changed once, by any of them.
  const once = from ? `DISTINCT ON (${fileColumn}, ${positionColumn}) ` : ''
  const rows = `${withText(defined)}SELECT ${places(alias)}, ${texts.join(', ')} ${tail}`
  return {
    query: `SELECT ${once}${placeItems}, ${items.join(', ')} FROM (\n${rows}\n) AS weir_rows`,
    readsPlaces: true,
  }
}

/** The rows that a DELETE removes, with their places. */
export function composeDelete(
  { with: defined, target: written, using, where }: DeleteStatement,
  { target }: ComposeContext,
  needsRows: boolean,
): ComposedWrite {
  const alias = targetAlias(written)
  const columns = needsRows ? target.columns.map(({ name }) => `, ${alias}.${quoteName(name)}`).join('') : ''
  const tail = `FROM ${targetText(written)}${using ? `, ${using.text}\n` : ''}${where ? ` WHERE (${where.text}\n)` : ''}`
  const rows = `${withText(defined)}SELECT ${places(alias)}${columns} ${tail}`
  const once = using ? `DISTINCT ON (${fileColumn}, ${positionColumn}) ` : ''
  return { query: `SELECT ${once}* FROM (\n${rows}\n) AS weir_rows`, readsPlaces: true }
}

export const places = (alias: string): string =>
  Object.values(placeColumns)
    .map((name) => `${alias}.${name} AS ${name}`)
    .join(', ')

export const placeItems = Object.values(placeColumns).join(', ')

/** What each assigned column gets. SQLSTATE 42601 for a column that stands twice. */
export function assignedValues(
  assignments: readonly Assignment[],
  target: TableRelation,
): ReadonlyMap<ColumnRelation, ValueText> {
  const names = assignments.map(({ column }) => column)
  const columns = namedOnce(() => findColumns(names, target))
  return new Map(columns.map((column, at) => [column, valueText(assignments[at]!.value, column)]))
}

/** PostgreSQL has another code for it here than in INSERT. */
function namedOnce<T>(find: () => T): T {
  try {
    return find()
  } catch (thrown) {
    const { details } = thrown as { details?: { sqlstate?: string; position?: number } }
    if (details?.sqlstate !== '42701') throw thrown
    throw sqlError('WEIR-6002', 'multiple assignments to same column', { ...details, sqlstate: '42601' }, thrown)
  }
}
