import { quoteName, quoteText, type Statement, statementOf, wordsAt } from '../gate/statement.ts'
import { arrayElements } from '../wire/parameter-text.ts'
import type { Catalog } from './catalog-store.ts'
import { macroNames } from './catalog-macros.ts'
import { informationSchemaColumns, pgCatalogColumns } from './pg-columns.ts'
import { rewriteCasts } from './rewrite-casts.ts'
import { closingOf, rewriteSessionFunctions, type SessionFacts } from './rewrite-session.ts'
import { tablePlaces } from './table-places.ts'
import { editTokens, isSymbol, type TokenEditor } from './token-editor.ts'

/** What a statement becomes: DuckDB's words for what PostgreSQL's clients say. */
export interface Rewriting {
  /** Stand-ins of the catalogs; asked for only when a statement mentions them. */
  readonly catalog: () => Promise<Catalog>
  readonly session: SessionFacts
}

const catalogWords =
  /^(pg_\w+|information_schema|reg(class|type|proc|procedure|namespace|role|oper)|to_reg\w+|oid|format_type|obj_description|col_description|shobj_description|quote_ident|quote_literal|has_\w+_privilege|current_user|session_user|current_role|current_catalog|current_database|current_schemas?|current_setting|set_config|version|user|array_upper|array_lower|inet_\w+|txid_current\w*)$/

/**
 * Sends the names of PostgreSQL's catalog to their stand-ins, and puts into DuckDB's words what only PostgreSQL says:
 * casts to regclass and its like, OPERATOR(…), partial matches by `~`. The statement itself when there is nothing of that.
 */
export async function rewriteForDuckdb(statement: Statement, rewriting: Rewriting): Promise<Statement> {
  const { tokens } = statement
  const editor = editTokens(statement)
  if (tokens.some(({ kind, value }) => kind === 'symbol' && value.includes('~'))) rewriteMatches(editor)
  if (tokens.some(({ kind, value }) => kind === 'word' && rowFunctions.has(value))) nameRowFunctions(editor)
  if (tokens.some((_, at) => wordsAt(tokens, at, 'at'))) quoteAt(editor)
  if (tokens.some(({ kind, value }) => kind === 'string' && value.startsWith('{'))) rewriteArrayLiterals(editor)
  if (tokens.some(({ kind, value }) => kind === 'string' && value.startsWith('\\x'))) rewriteByteLiterals(editor)
  if (tokens.some(({ kind, value }) => kind === 'word' && value in renamedFunctions)) renameFunctions(editor)
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

/** `at` is a usual name of a column, which DuckDB reserves: it is one unless AT TIME ZONE or AT (VERSION …) follows. */
function quoteAt({ tokens, replace }: TokenEditor): void {
  for (const at of tokens.keys())
    if (wordsAt(tokens, at, 'at') && !wordsAt(tokens, at + 1, 'time') && !isSymbol(tokens, at + 1, '('))
      replace(at, 1, '"at"')
}

/** `'{a,b}'::text[]` is `['a', 'b']::text[]`. */
function rewriteArrayLiterals({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'string' || !isSymbol(tokens, at + 1, '::') || !isSymbol(tokens, at + 3, '[')) continue
    const elements = arrayElements(value)
    const items = elements?.map((element) => (element === null ? 'NULL' : quoteText(element)))
    if (items) replace(at, 1, `[${items.join(', ')}]`)
  }
}

/** `'\x00ff'::bytea` is `from_hex('00ff')::bytea`. */
function rewriteByteLiterals({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries())
    if (
      kind === 'string' &&
      /^\\x([0-9a-f]{2})*$/i.test(value) &&
      isSymbol(tokens, at + 1, '::') &&
      tokens[at + 2]?.value === 'bytea'
    )
      replace(at, 1, `from_hex(${quoteText(value.slice(2))})`)
}

/** Functions that DuckDB has under another name. */
const renamedFunctions: Readonly<Record<string, string>> = {
  json_build_object: 'json_object',
  jsonb_build_object: 'json_object',
  json_build_array: 'json_array',
  jsonb_build_array: 'json_array',
  json_agg: 'json_group_array',
  jsonb_agg: 'json_group_array',
  to_jsonb: 'to_json',
  btrim: 'trim',
  clock_timestamp: 'now',
  statement_timestamp: 'now',
}

function renameFunctions({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    const name = kind === 'word' ? renamedFunctions[value] : undefined
    if (name && isSymbol(tokens, at + 1, '(') && !isSymbol(tokens, at - 1, '.')) replace(at, 1, name)
  }
}

const rowFunctions = new Set(['generate_series', 'unnest', 'generate_subscripts', 'regexp_split_to_table'])

/** In `FROM generate_series(1, 3) n` PostgreSQL names the column n as well. */
function nameRowFunctions({ tokens, insertAfter }: TokenEditor): void {
  const places = tablePlaces(tokens)
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'word' || !rowFunctions.has(value) || !isSymbol(tokens, at + 1, '(')) continue
    const first = isSymbol(tokens, at - 1, '.') ? at - 2 : at
    const close = closingOf(tokens, at + 1)
    if (!places[first] || close === undefined) continue
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
  const places = tablePlaces(tokens)
  for (const [at, { kind }] of tokens.entries()) {
    if (isSymbol(tokens, at - 1, '.') || (kind !== 'word' && kind !== 'quoted')) continue
    rewriteName(editor, catalog, at, places[at]!)
  }
}

function rewriteName({ tokens, replace }: TokenEditor, catalog: Catalog, at: number, tablePlace: boolean): void {
  const { value } = tokens[at]!
  const qualified = isSymbol(tokens, at + 1, '.')
  const name = qualified ? tokens[at + 2]?.value : value
  if (name === undefined) return
  const next = at + (qualified ? 3 : 1)
  if (qualified && value === 'information_schema') {
    if (name === 'pg_get_keywords' && isSymbol(tokens, next, '('))
      return replace(at, next + 2 - at, `${catalog.pgCatalog}.${name}`)
    if (isSymbol(tokens, next, '(') && macroNames.has(name)) replace(at, 3, `${catalog.pgCatalog}.${name}`)
    else if (tablePlace && name in informationSchemaColumns) replace(at, 1, catalog.informationSchema)
    else if (isSymbol(tokens, next, '.')) replace(at, 2, '')
    return
  }
  if (qualified && value !== 'pg_catalog') return
  if (name === 'pg_get_keywords' && isSymbol(tokens, next, '('))
    return replace(at, next + 2 - at, `${catalog.pgCatalog}.${name}`)
  if (isSymbol(tokens, next, '(') && macroNames.has(name))
    return replace(at, qualified ? 3 : 1, `${catalog.pgCatalog}.${name}`)
  if (tablePlace && name in pgCatalogColumns) return replace(at, qualified ? 3 : 1, `${catalog.pgCatalog}.${name}`)
  if (qualified && !(tablePlace && !isSymbol(tokens, next, '('))) replace(at, 2, '')
}
