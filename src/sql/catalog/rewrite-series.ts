import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { exactSchema } from './exact-numeric.ts'
import { argumentEnds } from './rewrite-text-functions.ts'
import { closingOf } from './rewrite-session.ts'
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
  const places = rowPlaces(tokens)
  for (const at of tokens.keys()) {
    if (!places[at] || !wordsAt(tokens, at, 'generate_series') || !isSymbol(tokens, at + 1, '(')) continue
    const close = closingOf(tokens, at + 1)
    if (close === undefined || isUsedAsList(tokens, close)) continue
    replace(at, 1, `unnest(${seriesFunction(tokens, at + 1)}`)
    insertAfter(close, isItem(tokens, at, close) ? ') AS generate_series' : ')')
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

/** Whether the call is all of what the list of SELECT has there, and has no name. */
function isItem(tokens: readonly Token[], at: number, close: number): boolean {
  const first = isSymbol(tokens, at - 1, '.') ? at - 2 : at
  const before = tokens[first - 1]
  const begins =
    before?.kind === 'word' ? /^(select|distinct|all)$/.test(before.value) : isSymbol(tokens, first - 1, ',')
  const next = tokens[close + 1]
  const ends = next?.kind === 'word' ? endsList.has(next.value) : next === undefined || /^[,;)]$/.test(next.value)
  return begins && ends && next?.kind !== 'quoted'
}

const endsList = new Set(
  'from where group having window qualify order limit offset fetch union except intersect into for'.split(' '),
)

/** What DuckDB takes a list for; other functions have a value of each row. */
const takesList = /^(list|unnest|len|length|cardinality|flatten|aggregate|apply|filter|reduce|(list|array)_\w+)$/

interface Bracket {
  /** A SELECT stands in it. */
  readonly selects: boolean
  readonly isOpen: boolean
}

/** For each token, whether a function of many rows gives rows there: in the list of SELECT, in calls there too. */
function rowPlaces(tokens: readonly Token[]): readonly boolean[] {
  const outer: Bracket[] = []
  let here: Bracket = { selects: false, isOpen: false }
  let isAfterIn = false
  return tokens.map((token, at) => {
    const place = here.isOpen && !isAfterIn
    isAfterIn = false
    if (isSymbol(tokens, at, '(') || isSymbol(tokens, at, '[')) {
      outer.push(here)
      here = { selects: false, isOpen: here.isOpen && givesRows(tokens, at) }
    } else if (isSymbol(tokens, at, ')') || isSymbol(tokens, at, ']'))
      here = outer.pop() ?? { selects: false, isOpen: false }
    else if (wordsAt(tokens, at, 'select')) here = { selects: true, isOpen: true }
    else if (here.selects && token.kind === 'word' && endsList.has(token.value)) here = { selects: true, isOpen: false }
    else if (wordsAt(tokens, at, 'in')) isAfterIn = true
    return place
  })
}

function givesRows(tokens: readonly Token[], open: number): boolean {
  const before = tokens[open - 1]
  if (isSymbol(tokens, open, '[')) return before?.kind === 'word' && before.value === 'array'
  return before?.kind !== 'word' || !takesList.test(before.value)
}
