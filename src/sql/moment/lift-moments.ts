import { closingOf } from '../catalog/rewrite-session.ts'
import { tablePlaces } from '../catalog/table-places.ts'
import { editTokens, isSymbol } from '../catalog/token-editor.ts'
import { quoteName, type Statement, statementOf, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { momentSyntax, type MomentSyntax } from './moment-syntax.ts'

/** A place of a statement where a table is read as it was. */
export interface MomentClause {
  /** As it is written, its catalog empty as a rule. */
  readonly table: { readonly catalog: string; readonly schema: string; readonly name: string }
  readonly unit: MomentSyntax['unit']
  /** A query of one row: the value. */
  readonly value: Statement
  /** Of the table's name, 1-based, in the statement. */
  readonly position: number
}

/** The schema of the names that stand for tables as they were: the first clause's is `"1"`. Names that begin so are Weir's. */
export const momentSchema = '_weir_at'

/** The statement with a name of ours where a table is read as it was; the statement itself when there is none. */
export function liftMoments(statement: Statement): {
  readonly statement: Statement
  readonly clauses: readonly MomentClause[]
} {
  const { tokens, text } = statement
  const clauses: MomentClause[] = []
  if (!tokens.some(({ kind, value }) => kind === 'word' && (value === 'at' || value === 'of')))
    return { statement, clauses }
  const editor = editTokens(statement)
  const textOf = (from: number, to: number) => text.slice(tokens[from]!.start, tokens[to - 1]!.end)
  for (const [at, isPlace] of tablePlaces(tokens).entries()) {
    const found = isPlace ? momentOfTable(tokens, at) : undefined
    if (!found) continue
    const { parts, nameEnd, syntax } = found
    const [name = '', schema = '', catalog = ''] = parts.toReversed()
    const value = `(${textOf(syntax.from, syntax.to)})`
    clauses.push({
      table: { catalog, schema, name },
      unit: syntax.unit,
      value: statementOf(syntax.unit === 'version' ? `SELECT ${value}` : `SELECT CAST(${value} AS TIMESTAMPTZ)`),
      position: tokens[at]!.start + 1,
    })
    const standIn = `${momentSchema}.${quoteName(String(clauses.length))}`
    const aliasBefore = nameEnd < found.at ? ` ${textOf(nameEnd, found.at)}` : ''
    const alias = aliasBefore || (isAlias(tokens, syntax.end) ? '' : ` AS ${quoteName(name)}`)
    editor.replace(at, syntax.end - at, standIn + alias)
  }
  const lifted = editor.text()
  return { statement: lifted === undefined ? statement : { ...statementOf(lifted), offset: statement.offset }, clauses }
}

interface MomentOfTable {
  readonly parts: readonly string[]
  /** Of the name, and where the moment begins: between them is an alias. */
  readonly nameEnd: number
  readonly at: number
  readonly syntax: MomentSyntax
}

function momentOfTable(tokens: readonly Token[], start: number): MomentOfTable | undefined {
  // DuckDB takes a string for a name there: it is looked up like one.
  if (!isName(tokens[start]) && tokens[start]?.kind !== 'string') return undefined
  const parts = [tokens[start]!.value]
  let nameEnd = start + 1
  for (; isSymbol(tokens, nameEnd, '.') && isName(tokens[nameEnd + 1]); nameEnd += 2)
    parts.push(tokens[nameEnd + 1]!.value)
  for (const at of [nameEnd, aliasEnd(tokens, nameEnd)]) {
    const syntax = at === undefined ? undefined : momentSyntax(tokens, at)
    if (at !== undefined && syntax) return { parts, nameEnd, at, syntax }
  }
  return undefined
}

/** Where an alias ends that begins at `at`, with the names that it gives to columns. */
function aliasEnd(tokens: readonly Token[], at: number): number | undefined {
  const end = wordsAt(tokens, at, 'as') ? at + 2 : isAlias(tokens, at) ? at + 1 : undefined
  if (end === undefined || !isSymbol(tokens, end, '(')) return end
  const close = closingOf(tokens, end)
  return close === undefined ? undefined : close + 1
}

function isAlias(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token?.kind === 'word') return !afterTable.has(token.value)
  return token?.kind === 'quoted'
}

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'quoted'

/** Words that may follow a table and are no alias. `as` leads to one. */
const afterTable = new Set(
  `where on group order having limit offset union except intersect select using window join left right inner outer cross full
  natural semi anti asof positional with from fetch for tablesample sample qualify pivot unpivot at returning`.split(
    /\s+/,
  ),
)
