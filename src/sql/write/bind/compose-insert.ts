import type { ColumnRelation, TableRelation } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'
import { type Fragment, readTokens } from '../grammar/token-reader.ts'
import type { InsertStatement } from '../grammar/write-statement.ts'
import { mustBeAssignable } from './assignable.ts'
import { checkValues, columnText, type ComposeContext, type ComposedWrite, withText } from './compose-context.ts'
import { findColumns, writableColumns } from './find-target.ts'
import { castTo, defaultOf, type ValueText, valueText } from './value-text.ts'

/** The rows of an INSERT, with a value for each column of the table. */
export async function composeInsert(statement: InsertStatement, context: ComposeContext): Promise<ComposedWrite> {
  const { source } = statement
  switch (source.kind) {
    case 'defaults':
      return composed('(SELECT 1)', [], context)
    case 'values':
      return composeValues(statement, source.rows, context)
    case 'query':
      return composeQuery(statement, source.query, context)
  }
}

function composed(rows: string, given: readonly ColumnRelation[], { target }: ComposeContext): ComposedWrite {
  const places = new Map(given.map((column, at) => [column, `weir_rows.v${at}`]))
  const items = target.columns.map((column) => columnText(places.get(column) ?? defaultOf(column), column, target))
  return { query: `SELECT ${items.join(', ')} FROM ${rows}`, readsPlaces: false }
}

function aliases(count: number): string {
  return Array.from({ length: count }, (_, at) => `v${at}`).join(', ')
}

async function composeValues(
  statement: InsertStatement,
  rows: readonly (readonly (Fragment | 'default')[])[],
  context: ComposeContext,
): Promise<ComposedWrite> {
  const { with: defined } = statement
  const count = rows[0]!.length
  const uneven = rows.find((row) => row.length !== count)
  if (uneven)
    throw sqlError('WEIR-6002', 'VALUES lists must all be the same length', {
      sqlstate: '42601',
      ...(uneven[0] === 'default' ? {} : { position: uneven[0]!.position }),
    })
  const columns = insertedColumns(statement, count, context.target)
  const values = rows.map((row) => row.map((value, at) => valueText(value, columns[at]!)))
  await checkValues(values.flat(), context, (items) => `${withText(defined)}SELECT ${items}`)
  // Each by itself: a list of values has one type, which is not that of each.
  const cell = ({ text, column, isSettled }: ValueText) => (isSettled ? text : castTo(text, column))
  const lines = values.map((row) => `(${row.map(cell).join(', ')})`)
  const source = `(${withText(defined)}SELECT * FROM (VALUES ${lines.join(', ')}) AS weir_values) AS weir_rows(${aliases(count)})`
  return composed(source, columns, context)
}

async function composeQuery(
  statement: InsertStatement,
  query: Fragment,
  context: ComposeContext,
): Promise<ComposedWrite> {
  const text = `${withText(statement.with)}${query.text}`
  const types = await context.typesOf(text)
  const columns = insertedColumns(statement, types.length, context.target)
  const untyped = untypedItems(query)
  for (const [at, column] of columns.entries())
    if (!untyped.has(at)) mustBeAssignable(types[at]!, column, query.position)
  const rows = composed(`(\n${text}\n) AS weir_rows(${aliases(types.length)})`, columns, context)
  return { ...rows, nulls: leftOut(columns, context.target) }
}

/** The columns that rows with values for these have no value for. */
export function leftOut(given: readonly ColumnRelation[], { columns }: TableRelation): readonly string[] {
  const left = columns.filter((column) => column.default === undefined && !given.includes(column))
  return left.map(({ name }) => name)
}

/** The columns that so many values are for: those that the statement lists, or the first ones. */
export function insertedColumns(
  { columns: named }: InsertStatement,
  count: number,
  target: TableRelation,
): readonly ColumnRelation[] {
  const columns = named ? findColumns(named, target) : writableColumns(target)
  if (count > columns.length)
    throw sqlError('WEIR-6002', 'INSERT has more expressions than target columns', { sqlstate: '42601' })
  if (named && count < columns.length)
    throw sqlError('WEIR-6002', 'INSERT has more target columns than expressions', {
      sqlstate: '42601',
      position: named[count]!.position,
    })
  return columns.slice(0, count)
}

/** Which columns of a SELECT are literals, parameters or NULL: they take the type of what they are assigned to. */
function untypedItems(query: Fragment): ReadonlySet<number> {
  const found = new Set<number>()
  const reader = readTokens({ ...query, offset: 0 })
  if (!reader.takeWords('select')) return found
  reader.takeWords('all')
  for (let at = 0; !reader.atEnd; at++) {
    const { tokens } = reader.until((here) => here.isSymbol(',') || endsList.some((word) => here.isWord(word)))
    if (tokens.some(({ kind, value }) => kind === 'symbol' && value === '*') && tokens.length < 4) break
    const [first, as] = tokens
    const alone = tokens.length === 1 || (tokens.length === 3 && as?.kind === 'word' && as.value === 'as')
    const isNull = first?.kind === 'word' && first.value === 'null'
    if (alone && (first?.kind === 'string' || first?.kind === 'parameter' || isNull)) found.add(at)
    if (!reader.takeSymbol(',')) break
  }
  return found
}

const endsList = 'from where group having window order limit offset union except intersect fetch qualify'.split(' ')
