import { wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { exactSchema } from './exact-numeric.ts'
import { closingOf } from './rewrite-session.ts'
import { isSymbol, operandStart, type TokenEditor } from './token-editor.ts'

/** Functions that stand for those that DuckDB has by the same name and with another meaning. */
export const textMacros: readonly string[] = [
  // A place before the first character is a place; DuckDB counts it from the end.
  `substring_from(value, start) AS substring(value, greatest(start, 1))`,
  `substring_for(value, start, length) AS CASE WHEN length < 0 THEN error('negative substring length not allowed')
    ELSE substring(value, greatest(start, 1), greatest(length + least(start, 1) - 1, 0)) END`,
]

/** `substring(x, -1, 2)`, `substr(x, n)` and `substring(x FROM n FOR m)`; what begins at a literal is the same in both. */
export function rewriteSubstrings({ tokens, replace }: TokenEditor): void {
  for (const at of tokens.keys()) {
    if (!(wordsAt(tokens, at, 'substring') || wordsAt(tokens, at, 'substr')) || !isSymbol(tokens, at + 1, '(')) continue
    const commas = argumentEnds(tokens, at + 1)
    const [start] = commas
    if (start === undefined || commas.length > 2 || isPattern(tokens, start)) continue
    if (commas.every((comma) => isPlain(tokens, comma))) continue
    replace(at, 1, `${exactSchema}.${commas.length === 1 ? 'substring_from' : 'substring_for'}`)
    for (const comma of commas) replace(comma, 1, ',')
  }
}

/** Where the arguments of a call after the first begin: at commas, FROM and FOR. */
export function argumentEnds(tokens: readonly Token[], open: number): readonly number[] {
  const close = closingOf(tokens, open) ?? open
  const ends: number[] = []
  for (let at = open + 1, depth = 0; at < close; at++) {
    if (isSymbol(tokens, at, '(')) depth++
    else if (isSymbol(tokens, at, ')')) depth--
    else if (depth === 0 && (isSymbol(tokens, at, ',') || wordsAt(tokens, at, 'from') || wordsAt(tokens, at, 'for')))
      ends.push(at)
  }
  return ends
}

const isPattern = (tokens: readonly Token[], before: number): boolean => tokens[before + 1]?.kind === 'string'

/** A number as it stands. */
function isPlain(tokens: readonly Token[], before: number): boolean {
  const [place, next] = [tokens[before + 1], tokens[before + 2]]
  const alone = next?.kind === 'symbol' ? next.value === ',' || next.value === ')' : next?.value === 'for'
  return alone && place?.kind === 'number' && place.value !== '0'
}

/** `extract(second FROM x)` has its fraction in PostgreSQL. */
export function rewriteSeconds({ tokens, replace, insertAfter }: TokenEditor): void {
  for (const at of tokens.keys()) {
    const field = tokens[at + 2]
    const close =
      isSymbol(tokens, at + 1, '(') && /^seconds?$/i.test(field?.value ?? '') ? closingOf(tokens, at + 1) : undefined
    if (close === undefined) continue
    if (wordsAt(tokens, at, 'extract')) {
      replace(at, 3, 'CAST(extract(microseconds')
      insertAfter(close, ' / 1000000 AS DECIMAL(8, 6))')
    } else if (wordsAt(tokens, at, 'date_part') && field!.kind === 'string') {
      replace(at, 3, `(date_part('microseconds'`)
      insertAfter(close, ' / 1000000)')
    }
  }
}

/** `x::varchar(n)`, `CAST(x AS char(n))`: PostgreSQL cuts, DuckDB keeps no lengths. (The spaces that fill `char` count for nothing.) */
export function rewriteLengths(editor: TokenEditor): void {
  const { tokens } = editor
  for (const at of tokens.keys()) {
    if (isSymbol(tokens, at, '::')) rewritePostfix(editor, at)
    else if (wordsAt(tokens, at, 'cast') && isSymbol(tokens, at + 1, '(')) rewriteCall(editor, at)
  }
}

interface SizedType {
  readonly size: string
  readonly count: number
}

function sizedTypeAt(tokens: readonly Token[], at: number): SizedType | undefined {
  const varying = wordsAt(tokens, at, 'character', 'varying') || wordsAt(tokens, at, 'char', 'varying')
  const name = tokens[at]?.kind === 'word' ? tokens[at]!.value : ''
  if (!varying && !['varchar', 'char', 'character', 'bpchar'].includes(name)) return undefined
  const open = at + (varying ? 2 : 1)
  const size = tokens[open + 1]
  if (!isSymbol(tokens, open, '(') || size?.kind !== 'number' || !isSymbol(tokens, open + 2, ')')) return undefined
  if (isSymbol(tokens, open + 3, '[')) return undefined
  return { size: size.value, count: open + 3 - at }
}

function rewritePostfix({ tokens, replace, insertBefore, insertAfter }: TokenEditor, at: number): void {
  const type = sizedTypeAt(tokens, at + 1)
  if (!type) return
  insertBefore(operandStart(tokens, at), 'left(')
  insertAfter(at - 1, `::VARCHAR, ${type.size})`)
  replace(at, type.count + 1, '')
}

function rewriteCall({ tokens, replace }: TokenEditor, at: number): void {
  const close = closingOf(tokens, at + 1)
  if (close === undefined) return
  let as = at + 2
  for (let depth = 0; as < close; as++) {
    if (isSymbol(tokens, as, '(')) depth++
    else if (isSymbol(tokens, as, ')')) depth--
    else if (depth === 0 && wordsAt(tokens, as, 'as')) break
  }
  const type = sizedTypeAt(tokens, as + 1)
  if (!type || as + 1 + type.count !== close) return
  replace(at, 1, 'left(CAST')
  replace(as + 1, type.count + 1, `VARCHAR), ${type.size})`)
}
