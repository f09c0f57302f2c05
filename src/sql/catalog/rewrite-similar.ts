import { quoteText, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { sqlError } from '../sql-error.ts'
import { similarPattern } from './similar-pattern.ts'
import { isSymbol, type TokenEditor } from './token-editor.ts'

const usualEscape = '\\'

/** `a SIMILAR TO 'x%' ESCAPE '!'`: DuckDB takes the pattern for a regular expression. A parameter is left to `withParameters`. */
export function rewriteSimilar({ tokens, replace }: TokenEditor): void {
  for (const at of tokens.keys()) {
    if (!wordsAt(tokens, at, 'similar', 'to')) continue
    const { patternAt, next } = operandAfter(tokens, at + 1)
    const pattern = tokens[patternAt]
    if (pattern === undefined || wordsAt(tokens, patternAt, 'null')) continue
    if ((pattern.kind !== 'string' && pattern.kind !== 'parameter') || !isWhole(tokens, next))
      throw notConstant('the pattern of SIMILAR TO must be a literal or a parameter', pattern)
    const escape = escapeAt(tokens, next)
    if (escape !== undefined) replace(next, 2, '')
    if (pattern.kind === 'string')
      replace(patternAt, 1, quoteText(similarPattern(pattern.value, escape ?? usualEscape, pattern.start + 1)))
    else if (escape !== undefined && escape !== usualEscape)
      throw notConstant('ESCAPE is understood where the pattern of SIMILAR TO is a literal', pattern)
  }
}

/** The literal of a parameter that is the pattern of a SIMILAR TO; as it is where it is none. */
export function similarParameter(tokens: readonly Token[], at: number, literal: string): string {
  let before = at - 1
  while (isSymbol(tokens, before, '(')) before--
  if (!wordsAt(tokens, before - 1, 'similar', 'to')) return literal
  return literal.replace(/'(?:[^']|'')*'/, (written) => {
    const pattern = written.slice(1, -1).replaceAll("''", "'")
    return quoteText(similarPattern(pattern, usualEscape, tokens[at]!.start + 1))
  })
}

/** The first token of the operand after `at`, and what follows the operand if that one is all of it, with brackets and a cast to text. */
function operandAfter(tokens: readonly Token[], at: number): { readonly patternAt: number; readonly next: number } {
  let patternAt = at + 1
  while (isSymbol(tokens, patternAt, '(')) patternAt++
  let next = patternAt + 1
  if (isSymbol(tokens, next, '::') && /^(text|varchar)$/.test(tokens[next + 1]?.value ?? '')) next += 2
  for (let open = patternAt - at - 1; open > 0 && isSymbol(tokens, next, ')'); open--) next++
  return { patternAt, next }
}

function isWhole(tokens: readonly Token[], next: number): boolean {
  const token = tokens[next]
  if (token === undefined || token.kind === 'word') return true
  return token.kind === 'symbol' && /^[),;\]=<>]/.test(token.value)
}

function escapeAt(tokens: readonly Token[], at: number): string | undefined {
  if (!wordsAt(tokens, at, 'escape')) return undefined
  const escape = tokens[at + 1]
  if (escape?.kind === 'string') return escape.value
  throw notConstant('the ESCAPE of SIMILAR TO must be a literal', tokens[at]!)
}

function notConstant(message: string, { start }: Token): Error {
  return sqlError('WEIR-6001', message, {
    sqlstate: '0A000',
    position: start + 1,
    hint: 'Write it as a literal, or use regexp_matches(text, pattern), which takes a regular expression from a column too.',
  })
}
