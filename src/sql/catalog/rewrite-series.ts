import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { exactSchema } from './exact-numeric.ts'
import { argumentEnds } from './rewrite-text-functions.ts'
import { closingOf } from './rewrite-session.ts'
import { isItem, selectPlaces } from './select-places.ts'
import { isSymbol, type TokenEditor } from './token-editor.ts'

/** Lists of the type that PostgreSQL's rows have: DuckDB's of whole numbers are BIGINT, and no rows for a step of zero. */
export const seriesMacros: readonly string[] = [
  `series(first, last) AS cast_to_type(generate_series(first, last), [coalesce(first, last, 0)])`,
  `series_by(first, last, step) AS cast_to_type(
    generate_series(first, last, CASE WHEN step = step - step THEN error('step size cannot equal zero') ELSE step END),
    [coalesce(first, last) + (step - step)])`,
]

/** `SELECT generate_series(1, 3)` is three rows in PostgreSQL, and a list in DuckDB. */
export function rewriteSeries({ tokens, replace, insertAfter }: TokenEditor): void {
  const places = selectPlaces(tokens)
  for (const at of tokens.keys()) {
    if (!places[at] || !wordsAt(tokens, at, 'generate_series') || !isSymbol(tokens, at + 1, '(')) continue
    const close = closingOf(tokens, at + 1)
    if (close === undefined || isUsedAsList(tokens, close)) continue
    replace(at, 1, `unnest(${seriesFunction(tokens, at + 1)}`)
    insertAfter(close, places[at] === 'item' && isItem(tokens, at, close) ? ') AS generate_series' : ')')
  }
}

/** A step that is a text is an interval to DuckDB as it stands. */
function seriesFunction(tokens: readonly Token[], open: number): string {
  const [, stepAt] = argumentEnds(tokens, open)
  if (stepAt === undefined) return `${exactSchema}.series`
  return tokens[stepAt + 1]?.kind === 'string' ? 'generate_series' : `${exactSchema}.series_by`
}

const isUsedAsList = (tokens: readonly Token[], close: number): boolean =>
  isSymbol(tokens, close + 1, '[') ||
  isSymbol(tokens, close + 1, '.') ||
  (isSymbol(tokens, close + 1, '::') && isSymbol(tokens, close + 3, '['))
