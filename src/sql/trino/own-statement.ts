import { isSymbol } from '../catalog/token-editor.ts'
import { tablePlaces } from '../catalog/table-places.ts'
import { pgCatalogColumns } from '../catalog/pg-columns.ts'
import type { Statement } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'

/** A name where a table may stand. */
export interface TableMention {
  /** One to three parts, outermost first. */
  readonly parts: readonly string[]
  readonly position: number
}

/** The names that stand where tables do, those of WITH among them. */
export function tableMentions({ tokens }: Statement): readonly TableMention[] {
  const places = tablePlaces(tokens)
  return tokens.flatMap((token, at) => {
    if (!(places[at] || isTableCommand(tokens, at)) || !isName(token.kind)) return []
    if (token.kind === 'word' && noTables.has(token.value)) return []
    const parts = [token.value]
    let next = at + 1
    for (; isSymbol(tokens, next, '.') && tokens[next + 1]; next += 2) parts.push(tokens[next + 1]!.value)
    // A call: unnest(…), table(…).
    return isSymbol(tokens, next, '(') ? [] : [{ parts, position: token.start + 1 }]
  })
}

/** What may stand in the place of a table and is none. */
const noTables = new Set(['select', 'values', 'with', 'table', 'lateral', 'unnest'])

const isName = (kind: string): boolean => kind === 'word' || kind === 'quoted'

/** `TABLE orders`, which is all of its rows. */
const isTableCommand = (tokens: Statement['tokens'], at: number): boolean =>
  tokens[at - 1]?.kind === 'word' && tokens[at - 1]!.value === 'table'

/** Names of WITH, in lower case. */
export function withNames({ tokens }: Statement): ReadonlySet<string> {
  const names = tokens.flatMap(({ kind, value }, at) => {
    const before = tokens[at - 1]
    const begins = isSymbol(tokens, at - 1, ',') || (before?.kind === 'word' && /^(with|recursive)$/.test(before.value))
    const isDefined = isSymbol(tokens, at + 1, '(') || tokens[at + 1]?.value === 'as'
    return begins && isDefined && isName(kind) ? [value.toLowerCase()] : []
  })
  return new Set(names)
}

const sessionWords = /^(current_user|session_user|current_role|current_catalog|current_schema)$/
const sessionCalls =
  /^(pg_\w+|current_database|current_schemas?|current_setting|set_config|version|to_reg\w+|format_type|(obj|col|shobj)_description|quote_(ident|literal)|has_\w+_privilege|inet_\w+|txid_current\w*)$/

/** Whether a statement asks what PostgreSQL's port itself knows: its catalog, or its session without a table. */
export function isOwnStatement(statement: Statement): boolean {
  const mentions = tableMentions(statement)
  if (mentions.some(({ parts }) => isCatalogTable(parts))) return true
  if (mentions.length > 0) return false
  const { tokens } = statement
  return tokens.some(({ kind, value }, at) => {
    if (kind !== 'word') return false
    if (isSymbol(tokens, at + 1, '(')) return sessionCalls.test(value)
    return sessionWords.test(value) && tokens[at - 1]?.value !== 'as' && !isSymbol(tokens, at - 1, '.')
  })
}

function isCatalogTable(parts: readonly string[]): boolean {
  const [schema, name] = parts.length > 1 ? parts : ['', parts[0]]
  if (parts.length > 2) return false
  return /^(pg_catalog|information_schema)$/.test(schema!) || (schema === '' && Object.hasOwn(pgCatalogColumns, name!))
}

const tableFunctions = new Set(['sequence', 'exclude_columns', 'table_changes'])

/** WEIR-6004 for a function of TABLE(…) that hands a text to another database. */
export function refuseTableFunctions({ tokens, text }: Statement): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'word' || value !== 'table' || !isSymbol(tokens, at + 1, '(')) continue
    let name = at + 2
    while (isSymbol(tokens, name + 1, '.')) name += 2
    // TABLE(orders) as an argument of such a function is a table.
    if (!isSymbol(tokens, name + 1, '(') || tableFunctions.has(tokens[name]!.value.toLowerCase())) continue
    throw sqlError(
      'WEIR-6004',
      `table function ${text.slice(tokens[at + 2]!.start, tokens[name]!.end)} is not allowed here`,
      {
        sqlstate: '42501',
        position: tokens[at + 2]!.start + 1,
        hint: `Of Trino's, ${[...tableFunctions].join(', ')} are.`,
      },
    )
  }
}
