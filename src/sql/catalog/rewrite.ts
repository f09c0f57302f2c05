import { quoteName, quoteText, type Statement, statementOf, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import type { Catalog } from './catalog-store.ts'
import { macroNames } from './catalog-macros.ts'
import { informationSchemaColumns, pgCatalogColumns } from './pg-columns.ts'
import { rewriteCasts } from './rewrite-casts.ts'
import { closingOf, rewriteSessionFunctions, type SessionFacts } from './rewrite-session.ts'
import { editTokens, isSymbol, type TokenEditor } from './token-editor.ts'

/** What a statement becomes: DuckDB's words for what PostgreSQL's clients say. */
export interface Rewriting {
  /** Stand-ins of the catalogs; asked for only when a statement mentions them. */
  readonly catalog: () => Promise<Catalog>
  readonly session: SessionFacts
}

const catalogWords =
  /^(pg_\w+|information_schema|reg(class|type|proc|procedure|namespace|role|oper)|to_reg\w+|oid|format_type|obj_description|col_description|shobj_description|quote_ident|quote_literal|has_\w+_privilege|current_user|session_user|current_role|current_catalog|current_database|current_schemas?|current_setting|set_config|version|user|array_upper|array_lower|inet_\w+|txid_current\w*)$/
const fromWords = new Set(['from', 'join', 'only'])

/**
 * Sends the names of PostgreSQL's catalog to their stand-ins, and puts into DuckDB's words what only PostgreSQL says:
 * casts to regclass and its like, OPERATOR(…), partial matches by `~`. The statement itself when there is nothing of that.
 */
export async function rewriteForDuckdb(statement: Statement, rewriting: Rewriting): Promise<Statement> {
  const { tokens } = statement
  const editor = editTokens(statement)
  if (tokens.some(({ kind, value }) => kind === 'symbol' && value.includes('~'))) rewriteMatches(editor)
  if (tokens.some(({ kind, value }) => kind === 'word' && rowFunctions.has(value))) nameRowFunctions(editor)
  if (tokens.some(({ kind, value }) => kind === 'word' && catalogWords.test(value))) {
    const needsCatalog = tokens.some((token) => token.kind === 'word' && namesCatalog(token.value))
    const catalog = needsCatalog ? await rewriting.catalog() : undefined
    rewriteSessionFunctions(editor, rewriting.session)
    if (catalog) {
      rewriteOperators(editor)
      rewriteCasts(editor, catalog)
      rewriteNames(editor, catalog)
    }
  }
  const text = editor.text()
  return text === undefined ? statement : { ...statementOf(text), offset: statement.offset }
}

const rowFunctions = new Set(['generate_series', 'unnest', 'generate_subscripts', 'regexp_split_to_table'])

/** In `FROM generate_series(1, 3) n` PostgreSQL names the column n as well. */
function nameRowFunctions({ tokens, insertAfter }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'word' || !rowFunctions.has(value) || !isSymbol(tokens, at + 1, '(')) continue
    const first = isSymbol(tokens, at - 1, '.') ? at - 2 : at
    const before = tokens[first - 1]
    const inFrom =
      isSymbol(tokens, first - 1, ',') ||
      (before?.kind === 'word' && ['from', 'join', 'lateral'].includes(before.value))
    const close = closingOf(tokens, at + 1)
    if (!inFrom || close === undefined) continue
    const aliasAt = wordsAt(tokens, close + 1, 'as') ? close + 2 : close + 1
    const alias = tokens[aliasAt]
    const named = alias && (alias.kind === 'quoted' || (alias.kind === 'word' && !afterTable.has(alias.value)))
    if (named && !isSymbol(tokens, aliasAt + 1, '(')) insertAfter(aliasAt, `(${quoteName(alias.value)})`)
  }
}

const afterTable = new Set(
  'where on group order having limit offset union except intersect select using window join left right inner cross full natural with as from fetch for'.split(
    ' ',
  ),
)

function namesCatalog(word: string): boolean {
  return /^(pg_|information_schema|reg|to_reg|has_)/.test(word) || macroNames.has(word) || word === 'oid'
}

/** `a ~ 'x'` matches anywhere in PostgreSQL, the whole in DuckDB. */
function rewriteMatches({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'symbol' || !/^!?~\*?$/.test(value)) continue
    const operator = value.startsWith('!') ? '!~' : '~'
    const literalAt = isSymbol(tokens, at + 1, ')') ? at + 2 : at + 1
    const literal = tokens[literalAt]
    if (literal?.kind !== 'string') continue
    const flags = value.endsWith('*') ? 'is' : 's'
    replace(literalAt, 1, quoteText(`(?${flags})${wholePattern(literal.value)}`))
    if (value.endsWith('*')) replace(at, 1, operator)
  }
}

function wholePattern(pattern: string): string {
  const start = pattern.startsWith('^') ? '' : '.*'
  const end = pattern.endsWith('$') && !pattern.endsWith('\\$') ? '' : '.*'
  return `${start}(?:${pattern})${end}`
}

/** OPERATOR(pg_catalog.=) is =; COLLATE pg_catalog.default is nothing. */
function rewriteOperators({ tokens, replace }: TokenEditor): void {
  for (const at of tokens.keys()) {
    if (wordsAt(tokens, at, 'operator') && isSymbol(tokens, at + 1, '(') && wordsAt(tokens, at + 2, 'pg_catalog')) {
      const operator = tokens[at + 4]!.value.replace('*', '')
      replace(at, 6, operator)
    }
    if (!wordsAt(tokens, at, 'collate')) continue
    if (wordsAt(tokens, at + 1, 'pg_catalog')) replace(at, 4, '')
    else if (['default', 'C', 'c'].includes(tokens[at + 1]?.value ?? '')) replace(at, 2, '')
  }
}

/** Tables and functions of the catalogs by the schemas of their stand-ins. */
function rewriteNames(editor: TokenEditor, catalog: Catalog): void {
  const { tokens } = editor
  let group: boolean[] = []
  let inFrom = false
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (isSymbol(tokens, at, '(')) [group, inFrom] = [[...group, inFrom], inFrom && opensTables(tokens, at)]
    else if (isSymbol(tokens, at, ')')) [inFrom, group] = [group.at(-1) ?? false, group.slice(0, -1)]
    else if (token.kind === 'word' && fromWords.has(token.value)) inFrom = true
    else if (token.kind === 'word' && endsFrom.has(token.value)) inFrom = false
    if (isSymbol(tokens, at - 1, '.') || (token.kind !== 'word' && token.kind !== 'quoted')) continue
    rewriteName(editor, catalog, at, inFrom)
  }
}

const endsFrom = new Set('where on group order having limit union except intersect select using window'.split(' '))

// A group within FROM holds tables unless it is a call or a subquery, which finds its own FROM.
function opensTables(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  return (
    isSymbol(tokens, at - 1, ',') ||
    (before?.kind === 'word' && fromWords.has(before.value)) ||
    isSymbol(tokens, at - 1, '(')
  )
}

function rewriteName({ tokens, replace }: TokenEditor, catalog: Catalog, at: number, inFrom: boolean): void {
  const { value } = tokens[at]!
  const qualified = isSymbol(tokens, at + 1, '.')
  const name = qualified ? tokens[at + 2]?.value : value
  if (name === undefined) return
  const next = at + (qualified ? 3 : 1)
  const tablePlace = inFrom && isTablePlace(tokens, at)
  if (qualified && value === 'information_schema') {
    if (tablePlace && name in informationSchemaColumns) replace(at, 1, catalog.informationSchema)
    else if (isSymbol(tokens, next, '.')) replace(at, 2, '')
    return
  }
  if (qualified && value !== 'pg_catalog') return
  if (isSymbol(tokens, next, '(') && macroNames.has(name))
    return replace(at, qualified ? 3 : 1, `${catalog.pgCatalog}.${name}`)
  if (tablePlace && name in pgCatalogColumns) return replace(at, qualified ? 3 : 1, `${catalog.pgCatalog}.${name}`)
  if (qualified && !(tablePlace && !isSymbol(tokens, next, '('))) replace(at, 2, '')
}

function isTablePlace(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  return (
    isSymbol(tokens, at - 1, ',') ||
    isSymbol(tokens, at - 1, '(') ||
    (before?.kind === 'word' && fromWords.has(before.value))
  )
}
