import { quoteText, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { sqlError } from '../sql-error.ts'
import { isSymbol, operandStart, type TokenEditor } from './token-editor.ts'

/** The database whose functions stand for what DuckDB's own casts would do wrong without a word. */
export const exactSchema = 'weir_exact'

const fractionDigits = 15
const type = `DECIMAL(38, ${fractionDigits})`
const refused = `error('"' || CAST(value AS VARCHAR) || '" is not exact with ${fractionDigits} digits after the point: write the digits, numeric(p, s)')`

/**
 * PostgreSQL's numeric without digits holds any number; DuckDB's is DECIMAL(18, 3) and rounds. This one has 23 digits before
 * and 15 after the point, and refuses what does not fit: the digits of decimals and texts, and all but a billionth of a double.
 */
export const exactMacros: readonly string[] = [
  `to_numeric(value) AS CASE
    WHEN value IS NULL THEN NULL
    WHEN typeof(value) = 'DOUBLE' THEN
      CASE WHEN abs(CAST(CAST(value AS ${type}) AS DOUBLE) - CAST(value AS DOUBLE)) <= abs(CAST(value AS DOUBLE)) / 1e9
        THEN CAST(value AS ${type}) ELSE ${refused} END
    WHEN regexp_full_match(typeof(value), '.*INT(EGER)?|DECIMAL[(][0-9]+,([0-9]|1[0-5])[)]') THEN CAST(value AS ${type})
    WHEN regexp_full_match(trim(CAST(value AS VARCHAR)), '[-+]?[0-9]*([.][0-9]{0,${fractionDigits}}0*)?')
      THEN CAST(CAST(value AS VARCHAR) AS ${type})
    ELSE ${refused} END`,
]

const names = new Set(['numeric', 'decimal', 'dec'])

/** `x::numeric` and `CAST(x AS numeric)` without digits. A parameter is left to `withParameters`, which knows its digits. */
export function rewriteNumericCasts(editor: TokenEditor): void {
  const { tokens } = editor
  for (const at of tokens.keys()) {
    if (isSymbol(tokens, at, '::') && isBare(tokens, at + 1)) rewritePostfix(editor, at)
    else if (wordsAt(tokens, at, 'cast') && isSymbol(tokens, at + 1, '(')) rewriteCall(editor, at)
  }
}

function isBare(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token?.kind !== 'word' || !names.has(token.value) || isSymbol(tokens, at + 1, '(')) return false
  if (!isSymbol(tokens, at + 1, '[')) return true
  throw sqlError('WEIR-6001', 'a list of numeric without digits is not exact here: write numeric(p, s)[]', {
    sqlstate: '0A000',
    position: token.start + 1,
  })
}

/** Of DuckDB's decimals. */
export const decimalDigitsMax = 38
/** A double keeps so many, whatever they are. */
const doubleDigits = 15

/** A number with its own digits; undefined for a text that is none, has an exponent or more digits than DuckDB's numbers. */
export function decimalLiteral(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^\s*([-+]?)(\d*)\.?(\d*)\s*$/.exec(text) ?? []
  if (whole === '' && fraction === '') return undefined
  if (whole.length + fraction.length <= decimalDigitsMax) return decimalOf(sign, whole, fraction)
  const [kept, shorter] = [whole.replace(/^0+/, ''), fraction.replace(/0+$/, '')]
  return kept.length + shorter.length <= decimalDigitsMax ? decimalOf(sign, kept, shorter) : undefined
}

function decimalOf(sign: string, whole: string, fraction: string): string {
  const digits = Math.max(1, whole.length + fraction.length)
  return `CAST('${sign}${whole || '0'}${fraction && `.${fraction}`}' AS DECIMAL(${digits}, ${fraction.length}))`
}

/** A number as a client's driver sends it: exact, as a double where that keeps its digits; 22003 where nothing does. */
export function numericParameter(text: string): string {
  const number = withoutExponent(text)
  const literal = decimalLiteral(number)
  if (literal === undefined) mustKeepDigits(text)
  return literal ?? `CAST(${quoteText(text)} AS DOUBLE)`
}

/** 22003 for a number with more digits than a decimal or a double keeps. */
export function mustKeepDigits(number: string, position?: number): void {
  const [, whole = '', fraction = ''] = /^\s*[-+]?(\d*)\.?(\d*)(?:e[-+]?\d+)?\s*$/i.exec(number) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '').length
  if (digits <= doubleDigits) return
  throw sqlError('WEIR-6005', `${number.trim()} has more digits than the ${decimalDigitsMax} that a numeric keeps`, {
    sqlstate: '22003',
    hint: 'Round it, or give it as a text, which is rounded to the digits of its column.',
    ...(position === undefined ? {} : { position }),
  })
}

/** `1.5E+3` is `1500`; what is far from a decimal, and what is no number, stays as it is. */
function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^\s*([-+]?)(\d*)\.?(\d*)e([-+]?\d+)\s*$/i.exec(text) ?? []
  const shift = Number(exponent)
  if (exponent === '' || Math.abs(shift) > 2 * decimalDigitsMax) return text
  const [before, behind] = [Math.max(0, -shift - whole.length), Math.max(0, shift - fraction.length)]
  const digits = `${'0'.repeat(before)}${whole}${fraction}${'0'.repeat(behind)}`
  const point = before + whole.length + shift
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

const literalAt = ({ tokens }: TokenEditor, at: number): string | undefined => {
  const token = tokens[at]
  return token?.kind === 'number' || token?.kind === 'string' ? decimalLiteral(token.value) : undefined
}

function rewritePostfix(editor: TokenEditor, at: number): void {
  const { tokens, replace, insertBefore, insertAfter } = editor
  if (tokens[at - 1]?.kind === 'parameter') return
  const literal = literalAt(editor, at - 1)
  if (literal !== undefined) {
    replace(at - 1, 1, literal)
    return replace(at, 2, '')
  }
  insertBefore(operandStart(tokens, at), `${exactSchema}.to_numeric(`)
  insertAfter(at - 1, ')')
  replace(at, 2, '')
}

function rewriteCall(editor: TokenEditor, at: number): void {
  const { tokens, replace } = editor
  let depth = 0
  let as = at + 1
  for (; as < tokens.length; as++) {
    if (isSymbol(tokens, as, '(')) depth++
    if (isSymbol(tokens, as, ')') && --depth === 0) return
    if (depth === 1 && wordsAt(tokens, as, 'as')) break
  }
  if (!isBare(tokens, as + 1) || !isSymbol(tokens, as + 2, ')')) return
  if (as === at + 3 && tokens[at + 2]!.kind === 'parameter') {
    replace(at, 2, '')
    replace(as, 3, '::numeric')
  } else if (as === at + 3 && literalAt(editor, at + 2) !== undefined) {
    replace(at, as + 3 - at, literalAt(editor, at + 2)!)
  } else {
    replace(at, 1, `${exactSchema}.to_numeric`)
    replace(as, 2, '')
  }
}
