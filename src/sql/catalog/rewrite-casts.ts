import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import type { Catalog } from './catalog-store.ts'
import { isSymbol, operandStart, type TokenEditor } from './token-editor.ts'

/** Types that are another one in DuckDB. */
const plainTypes: Readonly<Record<string, string>> = {
  oid: 'BIGINT',
  xid: 'BIGINT',
  cid: 'BIGINT',
  name: 'VARCHAR',
  char: 'VARCHAR',
  cstring: 'VARCHAR',
  regproc: 'VARCHAR',
  regprocedure: 'VARCHAR',
  regoper: 'VARCHAR',
  regrole: 'VARCHAR',
  aclitem: 'VARCHAR',
  int2vector: 'SMALLINT[]',
  oidvector: 'BIGINT[]',
  sql_identifier: 'VARCHAR',
  character_data: 'VARCHAR',
  cardinal_number: 'INTEGER',
  yes_or_no: 'VARCHAR',
}

/** A text becomes a number, a number its name; what is which is told by what is cast. */
const looked = new Set(['regclass', 'regtype', 'regnamespace'])

/** `x::regclass`, `CAST(x AS oid)` and their like. */
export function rewriteCasts(editor: TokenEditor, catalog: Catalog): void {
  const { tokens } = editor
  for (let at = 0; at < tokens.length; at++) {
    if (isSymbol(tokens, at, '::')) rewritePostfix(editor, catalog, at)
    else if (wordsAt(tokens, at, 'cast') && isSymbol(tokens, at + 1, '(')) rewriteCall(editor, catalog, at)
  }
}

/** The type named at `at`, how many tokens that takes; `pg_catalog.` and `information_schema.` belong to it. */
function typeAt(tokens: readonly Token[], at: number): { readonly name: string; readonly count: number } {
  const qualified = isSymbol(tokens, at + 1, '.')
  return { name: tokens[at + (qualified ? 2 : 0)]?.value ?? '', count: qualified ? 3 : 1 }
}

function rewritePostfix(
  { tokens, replace, insertBefore, insertAfter }: TokenEditor,
  catalog: Catalog,
  at: number,
): void {
  const { name, count } = typeAt(tokens, at + 1)
  const quotedChar = name === 'char' && tokens[at + count]?.kind !== 'quoted'
  if (looked.has(name)) {
    const start = operandStart(tokens, at)
    insertBefore(start, `${lookup(catalog, name, tokens.slice(start, at))}(`)
    insertAfter(at - 1, ')')
    replace(at, count + 1, '')
  } else if (plainTypes[name] && !quotedChar) replace(at + 1, count, plainTypes[name])
  else if (count === 3) replace(at + 1, 2, '')
}

function rewriteCall({ tokens, replace }: TokenEditor, catalog: Catalog, at: number): void {
  let depth = 0
  let as = at + 1
  for (; as < tokens.length; as++) {
    if (isSymbol(tokens, as, '(')) depth++
    if (isSymbol(tokens, as, ')') && --depth === 0) return
    if (depth === 1 && wordsAt(tokens, as, 'as')) break
  }
  const { name, count } = typeAt(tokens, as + 1)
  if (looked.has(name)) {
    replace(at, 1, lookup(catalog, name, tokens.slice(at + 2, as)))
    replace(as, count + 1, '')
  } else if (plainTypes[name] && name !== 'char') replace(as + 1, count, plainTypes[name])
  else if (count === 3) replace(as + 1, 2, '')
}

function lookup(catalog: Catalog, type: string, operand: readonly Token[]): string {
  const [first] = operand
  const text = operand.length === 1 && (first?.kind === 'string' || first?.kind === 'parameter')
  const castText = operand.length > 1 && wordsAt(operand, operand.length - 1, 'text')
  if (text || castText) return `${catalog.pgCatalog}.${type}_oid`
  return type === 'regtype' ? `${catalog.pgCatalog}.regtype_text` : `${catalog.pgCatalog}.${type}_text`
}
