import { arrayElements } from '../wire/parameter-text.ts'
import { quoteName, quoteText, wordsAt } from '../gate/statement.ts'
import { rewriteNumericCasts } from './exact-numeric.ts'
import { rewriteLengths, rewriteSeconds, rewriteSubstrings } from './rewrite-text-functions.ts'
import { checkWholeNumbers } from './rewrite-whole-numbers.ts'
import { rewriteLikes } from './rewrite-like.ts'
import { rewriteSimilar } from './rewrite-similar.ts'
import { rewriteEscapedTexts, rewriteNumbers } from './rewrite-literals.ts'
import { rewriteDateTimes } from './rewrite-date-times.ts'
import { rewriteNulls } from './rewrite-nulls.ts'
import { rewriteSeries } from './rewrite-series.ts'
import { closingOf } from './rewrite-session.ts'
import { tablePlaces } from './table-places.ts'
import { isSymbol, type TokenEditor } from './token-editor.ts'

/** What PostgreSQL says and DuckDB says otherwise, or means something else by: in statements and in the project's views alike. */
export function rewriteDialect(editor: TokenEditor): void {
  const { tokens } = editor
  const speaks = (words: RegExp) => tokens.some(({ kind, value }) => kind === 'word' && words.test(value))
  if (tokens.some(({ kind, value }) => kind === 'symbol' && value.includes('~'))) rewriteMatches(editor)
  if (speaks(/^(numeric|dec(imal)?)$/)) rewriteNumericCasts(editor)
  if (speaks(/^i?like$/)) rewriteLikes(editor)
  if (speaks(/^similar$/)) rewriteSimilar(editor)
  if (speaks(/^substr(ing)?$/)) rewriteSubstrings(editor)
  if (speaks(/^(extract|date_part)$/)) rewriteSeconds(editor)
  if (speaks(/^(varchar|(bp)?char|character)$/)) rewriteLengths(editor)
  if (speaks(/^(int[248]?|integer|smallint|bigint)$/)) checkWholeNumbers(tokens)
  if (tokens.some(({ kind, value }) => kind === 'word' && rowFunctions.has(value))) nameRowFunctions(editor)
  if (speaks(/^(date|timestamp(tz)?)$/)) rewriteDateTimes(editor)
  if (speaks(/^null$/)) rewriteNulls(editor)
  if (speaks(/^generate_series$/)) rewriteSeries(editor)
  if (tokens.some((_, at) => wordsAt(tokens, at, 'at'))) quoteAt(editor)
  if (tokens.some(({ kind, value }) => kind === 'string' && value.startsWith('{'))) rewriteArrayLiterals(editor)
  if (tokens.some(({ kind, value }) => kind === 'string' && value.startsWith('\\x'))) rewriteByteLiterals(editor)
  if (tokens.some(({ kind, value }) => kind === 'word' && value in renamedFunctions)) renameFunctions(editor)
  // What no rule before it put into other words.
  rewriteEscapedTexts(editor)
  rewriteNumbers(editor)
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
