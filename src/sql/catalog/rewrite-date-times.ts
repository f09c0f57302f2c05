import { quoteText, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { dateTimeText, type DateTimeType, dateTimeWords } from './date-time-text.ts'
import { isSymbol, type TokenEditor } from './token-editor.ts'

/** `'2024-01-01 10:00+02'::timestamptz`, `CAST('20240101' AS date)`, `date 'today'`: texts that PostgreSQL reads and DuckDB does not. */
export function rewriteDateTimes({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'string') continue
    const castType = isCast(tokens, at) ? typeAt(tokens, at + 2) : undefined
    const type = castType ?? typeBefore(tokens, at)
    if (type === undefined) continue
    const word = dateTimeWords.get(value.trim().toLowerCase())
    const text = dateTimeText(value, type.name)
    if (word !== undefined && castType) replace(at, 1, word)
    else if (word !== undefined) replace(type.start, at - type.start + 1, `CAST(${word} AS ${type.name})`)
    else if (text !== value) replace(at, 1, quoteText(text))
  }
}

/** The literal of a parameter that is cast to a date or a timestamp; as it is where it is not. */
export function dateTimeParameter(tokens: readonly Token[], at: number, literal: string): string {
  const type = isCast(tokens, at) ? typeAt(tokens, at + 2) : undefined
  if (type === undefined) return literal
  return literal.replace(/'[^']*'/, (text) => quoteText(dateTimeText(text.slice(1, -1), type.name)))
}

function isCast(tokens: readonly Token[], at: number): boolean {
  if (isSymbol(tokens, at + 1, '::')) return true
  return isSymbol(tokens, at - 1, '(') && wordsAt(tokens, at - 2, 'cast') && wordsAt(tokens, at + 1, 'as')
}

interface TypeName {
  readonly name: DateTimeType
  readonly start: number
}

function typeAt(tokens: readonly Token[], start: number): TypeName | undefined {
  const value = tokens[start]?.kind === 'word' ? tokens[start].value : ''
  if (value === 'date' || value === 'timestamptz') return { name: value, start }
  if (value !== 'timestamp') return undefined
  const next = isSymbol(tokens, start + 1, '(') ? start + 4 : start + 1
  return { name: wordsAt(tokens, next, 'with', 'time', 'zone') ? 'timestamptz' : 'timestamp', start }
}

/** Of `timestamp with time zone '…'` and its like. */
function typeBefore(tokens: readonly Token[], at: number): TypeName | undefined {
  let start = wordsAt(tokens, at - 2, 'time', 'zone') ? at - 4 : at - 1
  if (isSymbol(tokens, start, ')')) start -= 3
  return isSymbol(tokens, start - 1, '.') ? undefined : typeAt(tokens, start)
}
