import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { isSymbol } from './token-editor.ts'

/** Whether the tokens from `at` to `end` are all of what the list of SELECT has there, and have no name. */
export function isItem(tokens: readonly Token[], at: number, end: number): boolean {
  return beginsItem(tokens, at) && endsItem(tokens, end + 1)
}

/** The same, with a name or without. */
export function isNamedItem(tokens: readonly Token[], at: number): boolean {
  const name = wordsAt(tokens, at + 1, 'as') ? at + 2 : at + 1
  return beginsItem(tokens, at) && (endsItem(tokens, at + 1) || endsItem(tokens, name + 1))
}

function beginsItem(tokens: readonly Token[], at: number): boolean {
  const first = isSymbol(tokens, at - 1, '.') ? at - 2 : at
  const before = tokens[first - 1]
  return before?.kind === 'word' ? /^(select|distinct|all)$/.test(before.value) : isSymbol(tokens, first - 1, ',')
}

function endsItem(tokens: readonly Token[], next: number): boolean {
  const token = tokens[next]
  if (token?.kind === 'word') return endsList.has(token.value)
  return token === undefined || (token.kind === 'symbol' && /^[,;)]$/.test(token.value))
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

/** An item of the list of SELECT may begin there, or it is within a call or a group of one. */
export type SelectPlace = 'item' | 'within item'

/** For each token, where in a list of SELECT it is whose rows a function of many rows would multiply. */
export function selectPlaces(tokens: readonly Token[]): readonly (SelectPlace | undefined)[] {
  const outer: Bracket[] = []
  let here: Bracket = { selects: false, isOpen: false }
  let isAfterIn = false
  return tokens.map((token, at) => {
    const place = !here.isOpen || isAfterIn ? undefined : here.selects ? 'item' : 'within item'
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
