import type { TableRelation } from '../../engine-host.ts'
import { quoteName, statementOf } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import type { Fragment, WrittenName } from '../grammar/token-reader.ts'
import type { ConflictClause, InsertStatement, MergeClause } from '../grammar/write-statement.ts'
import { type ComposeContext, type ComposedWrite, targetAlias } from './compose-context.ts'
import { composeInsert } from './compose-insert.ts'
import { composeMerge } from './compose-merge.ts'
import { findColumns, writableColumns } from './find-target.ts'
import { keyConstraint } from './table-key.ts'

/** INSERT … ON CONFLICT as a MERGE of its rows by the key. */
export async function composeUpsert(
  statement: InsertStatement,
  conflict: ConflictClause,
  context: ComposeContext,
): Promise<ComposedWrite> {
  const { target } = context
  const key = keyFor(conflict, target).map(quoteName)
  const { query } = await composeInsert(statement, context)
  const { action } = conflict
  // PostgreSQL takes the first of several rows with one key; to change a row twice is an error.
  const once = action.kind === 'nothing' ? `SELECT DISTINCT ON (${key.join(', ')}) * FROM (${query})` : query
  const alias = targetAlias(statement.target)
  const on = key.map((column) => `${alias}.${column} = excluded.${column}`).join(' AND ')
  const columns = writableColumns(target).map(({ name }) => name)
  const inserts: MergeClause = {
    matched: false,
    condition: undefined,
    action: {
      kind: 'insert',
      columns: columns.map(nameOf),
      values: columns.map((name) => fragmentOf(`excluded.${quoteName(name)}`)),
    },
  }
  const changes: MergeClause = {
    matched: true,
    condition: action.kind === 'update' ? action.where : undefined,
    action: action.kind === 'update' ? { kind: 'update', assignments: action.assignments } : action,
  }
  return composeMerge(
    {
      kind: 'merge',
      with: undefined,
      target: statement.target,
      source: fragmentOf(`(${once}) AS excluded`),
      on: fragmentOf(on),
      clauses: [changes, inserts],
      returning: undefined,
    },
    context,
  )
}

const nameOf = (name: string): WrittenName => ({ parts: [name], position: 1 })

function fragmentOf(text: string): Fragment {
  const { tokens } = statementOf(text)
  return { text, tokens, position: 1 }
}

/** The key of the table, when that is what the clause names. SQLSTATE 42P10, or 0A000 for a table without a key. */
function keyFor({ on, position }: ConflictClause, target: TableRelation): readonly string[] {
  const { key = [], name } = target
  if (key.length === 0)
    throw sqlError('WEIR-6001', `ON CONFLICT is for tables with a key, and "${name}" has none`, {
      sqlstate: '0A000',
      position,
      hint: 'MERGE INTO … USING … ON … WHEN MATCHED … WHEN NOT MATCHED … says which rows are the same.',
    })
  if (on === undefined) return key
  if ('constraint' in on) {
    if (on.constraint === keyConstraint(name)) return key
    throw sqlError('WEIR-6003', `constraint "${on.constraint}" for table "${name}" does not exist`, {
      sqlstate: '42704',
      position,
      hint: `The key of the table is "${keyConstraint(name)}".`,
    })
  }
  const named = new Set(findColumns(on.columns, target).map((column) => column.name))
  if (named.size === key.length && key.every((column) => named.has(column))) return key
  throw sqlError('WEIR-6002', 'there is no unique or exclusion constraint matching the ON CONFLICT specification', {
    sqlstate: '42P10',
    position,
    hint: `The key of "${name}" is (${key.join(', ')}).`,
  })
}
