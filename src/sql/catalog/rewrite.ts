import type { Token } from '../gate/tokenizer.ts'
import { type Statement, statementOf, wordsAt } from '../gate/statement.ts'
import type { Catalog } from './catalog-store.ts'
import { macroNames } from './catalog-macros.ts'
import { rewriteDialect } from './rewrite-dialect.ts'
import { informationSchemaColumns, pgCatalogColumns } from './pg-columns.ts'
import { rewriteCasts } from './rewrite-casts.ts'
import { rewriteSessionFunctions, type SessionFacts } from './rewrite-session.ts'
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
  rewriteDialect(editor)
  if (tokens.some(speaksOfCatalog)) {
    const needsCatalog = tokens.some((token) =>
      token.kind === 'quoted' ? isCatalogName(token.value) : token.kind === 'word' && namesCatalog(token.value),
    )
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

/** In quotes it is a name, of no function or type that only PostgreSQL has. */
function speaksOfCatalog({ kind, value }: Token): boolean {
  return kind === 'quoted' ? isCatalogName(value) : kind === 'word' && catalogWords.test(value)
}

const isCatalogName = (name: string): boolean => /^(pg_\w+|information_schema)$/.test(name)

function namesCatalog(word: string): boolean {
  return /^(pg_|information_schema|reg|to_reg|has_)/.test(word) || macroNames.has(word) || word === 'oid'
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
