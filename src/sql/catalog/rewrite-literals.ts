import { quoteText, wordsAt } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { decimalDigitsMax, decimalLiteral, mustKeepDigits } from './exact-numeric.ts'
import type { TokenEditor } from './token-editor.ts'

/** Of DuckDB's HUGEINT. */
const wholeMax = 2n ** 127n - 1n

/** `E'…'` and `U&'…'` mean more escapes to PostgreSQL than to DuckDB, which takes their backslash away without a word. */
export function rewriteEscapedTexts({ tokens, replace }: TokenEditor): void {
  for (const [at, { isEscaped, value, start }] of tokens.entries()) {
    if (!isEscaped) continue
    if (wordsAt(tokens, at + 1, 'uescape'))
      throw sqlError('WEIR-6001', "UESCAPE is not supported: in U&'…' the backslash escapes", {
        sqlstate: '0A000',
        position: start + 1,
      })
    replace(at, 1, quoteText(value))
  }
}

/** DuckDB makes a double of what has more digits than it counts for a decimal, and an infinity of what is larger than a double. */
export function rewriteNumbers({ tokens, replace }: TokenEditor): void {
  for (const [at, { kind, value, start }] of tokens.entries()) {
    if (kind !== 'number') continue
    const number = value.replaceAll('_', '')
    const isDecimal = /^[\d.]+$/.test(number)
    if (isDecimal && number.length <= decimalDigitsMax) continue
    if (!Number.isFinite(Number(number)))
      throw sqlError('WEIR-6005', `"${value}" is out of range for type double precision`, {
        sqlstate: '22003',
        position: start + 1,
      })
    if (!isDecimal || (/^\d+$/.test(number) && BigInt(number) <= wholeMax)) continue
    const literal = decimalLiteral(number)
    if (literal === undefined) mustKeepDigits(number, start + 1)
    else replace(at, 1, literal)
  }
}
