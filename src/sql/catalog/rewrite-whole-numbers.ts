import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { sqlError } from '../sql-error.ts'
import { isSymbol } from './token-editor.ts'

/** PostgreSQL's integer types by their words; DuckDB's own names are the same. */
const wholeTypes: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  integer: 'integer',
  int2: 'smallint',
  smallint: 'smallint',
  int8: 'bigint',
  bigint: 'bigint',
}

/** What is written with a point or an exponent is no whole number to PostgreSQL; DuckDB would round it. */
const broken = /^\s*[-+]?(\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d+)?\s*$/i

/** 22P02 for a text that DuckDB would make a whole number of by rounding. */
export function mustBeWhole(text: string, type: string, position?: number): void {
  const shown = wholeTypes[type.toLowerCase()]
  if (shown === undefined || !broken.test(text)) return
  throw sqlError('WEIR-6005', `invalid input syntax for type ${shown}: "${text}"`, {
    sqlstate: '22P02',
    ...(position === undefined ? {} : { position }),
  })
}

/** `'1.5'::int`, `CAST('1.5' AS int)` and `int '1.5'`, where the text is a literal. */
export function checkWholeNumbers(tokens: readonly Token[]): void {
  for (const [at, { kind, value, start }] of tokens.entries())
    if (kind === 'string') for (const type of typesOf(tokens, at)) mustBeWhole(value, type, start + 1)
}

function typesOf(tokens: readonly Token[], at: number): readonly string[] {
  const [before, after] = [tokens[at - 1], tokens[at + 2]]
  const isCast =
    isSymbol(tokens, at + 1, '::') ||
    (isSymbol(tokens, at - 1, '(') && wordsAt(tokens, at - 2, 'cast') && wordsAt(tokens, at + 1, 'as'))
  return [
    ...(isCast && after?.kind === 'word' ? [after.value] : []),
    ...(before?.kind === 'word' ? [before.value] : []),
  ]
}
