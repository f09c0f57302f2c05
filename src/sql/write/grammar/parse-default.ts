import type { Token } from '../../gate/tokenizer.ts'
import { sqlError } from '../../sql-error.ts'
import type { Fragment, TokenReader } from './token-reader.ts'

/** What stands behind DEFAULT, up to where `ends` says; `readerPosition` is where what is read begins in the statement. SQLSTATE 0A000 for anything but a constant: Iceberg keeps values, not expressions. */
export function parseDefault(
  reader: TokenReader,
  ends: (reader: TokenReader) => boolean,
  readerPosition = 1,
): Fragment {
  const found = reader.until(ends)
  const value = { ...found, position: found.position + readerPosition - 1 }
  if (afterConstant(value.tokens, 0) === value.tokens.length) return value
  throw sqlError('WEIR-6001', `DEFAULT ${value.text} is not supported: a default is a constant`, {
    sqlstate: '0A000',
    position: value.position,
    hint: "Write a literal, or a cast of one: 5, 'new', date '2024-01-31'. Iceberg keeps the value of a default, and no expression.",
  })
}

export function isNullConstant({ tokens: [token, ...more] }: Fragment): boolean {
  return isWord(token, 'null') && more.length === 0
}

/** The place behind the constant that begins at `at`; -1 when there is none. */
function afterConstant(tokens: readonly Token[], at: number): number {
  let end = afterTerm(tokens, at)
  while (end > 0 && isSymbol(tokens[end], '::')) end = afterType(tokens, end + 1)
  return end
}

function afterTerm(tokens: readonly Token[], at: number): number {
  const token = tokens[at]
  if (token?.kind === 'number' || token?.kind === 'string') return at + 1
  if (isSymbol(token, '-') || isSymbol(token, '+')) return tokens[at + 1]?.kind === 'number' ? at + 2 : -1
  if (isSymbol(token, '(')) return afterClosing(tokens, afterConstant(tokens, at + 1))
  if (token?.kind !== 'word') return -1
  if (['true', 'false', 'null'].includes(token.value)) return at + 1
  if (token.value === 'cast' && isSymbol(tokens[at + 1], '(')) {
    const as = afterConstant(tokens, at + 2)
    return as > 0 && isWord(tokens[as], 'as') ? afterClosing(tokens, afterType(tokens, as + 1)) : -1
  }
  // As in date '2024-01-31'.
  const end = afterType(tokens, at)
  return end > 0 && tokens[end]?.kind === 'string' ? end + 1 : -1
}

/** Words, digits in brackets behind any of them, and at the end the brackets of a list. */
function afterType(tokens: readonly Token[], at: number): number {
  let end = at
  while (tokens[end]?.kind === 'word') {
    end++
    if (isSymbol(tokens[end], '(')) end = afterClosing(tokens, afterDigits(tokens, end + 1))
    if (end < 0) return -1
  }
  while (isSymbol(tokens[end], '[') && isSymbol(tokens[end + 1], ']')) end += 2
  return end > at ? end : -1
}

function afterDigits(tokens: readonly Token[], at: number): number {
  let end = at
  while (tokens[end]?.kind === 'number' || isSymbol(tokens[end], ',')) end++
  return end
}

const afterClosing = (tokens: readonly Token[], at: number): number =>
  at > 0 && isSymbol(tokens[at], ')') ? at + 1 : -1

const isSymbol = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === 'symbol' && token.value === symbol

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.value === word
