import { sqlError } from '../../sql-error.ts'
import type { ColumnRelation, TableRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import type { MergeAction, MergeClause, MergeStatement } from '../grammar/write-statement.ts'
import { assignedValues, placeItems, places } from './compose-change.ts'
import {
  checkValues,
  columnText,
  type ComposeContext,
  type ComposedWrite,
  targetAlias,
  targetText,
  withText,
} from './compose-context.ts'
import { findColumns, writableColumns } from './find-target.ts'
import { castTo, defaultOf, nullOf, type ValueText, valueText } from './value-text.ts'
import { actionColumn, fileColumn } from './write-names.ts'

/** What the rows of a MERGE are for, as `_weir_action` says. */
export type MergedAction = 'update' | 'delete' | 'insert'

/** The rows that a MERGE changes, makes and removes: each with its action, and the place of the row that it replaces. */
export async function composeMerge(statement: MergeStatement, context: ComposeContext): Promise<ComposedWrite> {
  const { target } = context
  const { with: defined, source, on, clauses } = statement
  const alias = targetAlias(statement.target)
  const join = clauses.some(({ matched }) => !matched) ? 'LEFT JOIN' : 'JOIN'
  const tail = `FROM ${source.text}\n ${join} ${targetText(statement.target)} ON (${on.text}\n)`
  const given = clauses.map(({ action }) => valuesOf(action, target))
  await checkValues(
    given.flatMap((values) => [...values.values()]),
    context,
    (items) => `${withText(defined)}SELECT ${items} ${tail}`,
  )
  const chosen = `CASE ${clauses.map((clause, at) => whenText(clause, at, alias)).join(' ')} END AS weir_clause`
  const action = `CASE weir_clause ${clauses.map((clause, at) => `WHEN ${at} THEN ${actionText(clause.action)}`).join(' ')} END AS ${actionColumn}`
  const values = target.columns.map((column, at) => `${mergedValue(column, given, clauses, alias)} AS v${at}`)
  const rows = `${withText(defined)}SELECT ${places(alias)}, ${chosen}, ${action}, ${values.join(', ')} ${tail}`
  const items = target.columns.map((column, at) => mergedColumn(`weir_rows.v${at}`, column, target))
  return {
    query: `SELECT ${placeItems}, ${actionColumn}, ${items.join(', ')} FROM (\n${rows}\n) AS weir_rows WHERE ${actionColumn} IS NOT NULL`,
    readsPlaces: true,
  }
}

function whenText({ matched, condition }: MergeClause, at: number, alias: string): string {
  const found = `${alias}.${fileColumn} IS ${matched ? 'NOT ' : ''}NULL`
  return `WHEN ${found}${condition ? ` AND (${condition.text}\n)` : ''} THEN ${at}`
}

function actionText({ kind }: MergeAction): string {
  return kind === 'nothing' ? 'NULL' : `'${kind}'`
}

function valuesOf(action: MergeAction, target: TableRelation): ReadonlyMap<ColumnRelation, ValueText> {
  if (action.kind === 'update') return assignedValues(action.assignments, target)
  if (action.kind !== 'insert' || action.values === 'defaults') return new Map()
  const { columns: named, values } = action
  const columns = named ? findColumns(named, target) : writableColumns(target)
  if (values.length > columns.length)
    throw sqlError('WEIR-6002', 'INSERT has more expressions than target columns', { sqlstate: '42601' })
  if (named && values.length < columns.length)
    throw sqlError('WEIR-6002', 'INSERT has more target columns than expressions', { sqlstate: '42601' })
  return new Map(values.map((value, at) => [columns[at]!, valueText(value, columns[at]!)]))
}

/** Each clause has its own value of the column; one that updates keeps what it does not assign. */
function mergedValue(
  column: ColumnRelation,
  given: readonly ReadonlyMap<ColumnRelation, ValueText>[],
  clauses: readonly MergeClause[],
  alias: string,
): string {
  const old = `${alias}.${quoteName(column.name)}`
  const cases = clauses.map(({ action }, at) => {
    const value = given[at]!.get(column)
    const text = value ? castTo(value.text, column) : action.kind === 'insert' ? defaultOf(column) : old
    return `WHEN ${at} THEN ${text}`
  })
  return `CASE weir_clause ${cases.join(' ')} END`
}

/** A row that goes may lack what one that stays must have. */
function mergedColumn(value: string, column: ColumnRelation, target: TableRelation): string {
  if (!column.required) return columnText(value, column, target)
  const text = columnText(value, column, target)
  const name = ` AS ${quoteName(column.name)}`
  return `CASE WHEN ${actionColumn} = 'delete' THEN ${nullOf(column)} ELSE ${text.slice(0, -name.length)} END${name}`
}
