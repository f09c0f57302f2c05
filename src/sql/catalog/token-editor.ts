import { type Statement, wordsAt } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'

/** Edits of a statement by its tokens; what lies between them stays. */
export interface TokenEditor {
  readonly tokens: readonly Token[]
  /** Puts a text in the place of `count` tokens; nothing when the first of them was replaced already. */
  readonly replace: (at: number, count: number, text: string) => void
  readonly insertBefore: (at: number, text: string) => void
  readonly insertAfter: (at: number, text: string) => void
  /** The edited text, or undefined when nothing was edited. */
  text(): string | undefined
}

export function editTokens({ text, tokens }: Statement): TokenEditor {
  const pieces = tokens.map((token) => text.slice(token.start, token.end))
  let edited = false
  // The first who replaces a token keeps it: later rules see the tokens as they were written.
  const replaced = new Set<number>()
  const edit = (at: number, change: (piece: string) => string) => {
    edited = true
    pieces[at] = change(pieces[at] ?? '')
  }
  return {
    tokens,
    replace(at, count, replacement) {
      if (replaced.has(at)) return
      for (let i = 0; i < count; i++) {
        replaced.add(at + i)
        edit(at + i, () => (i === 0 ? replacement : ''))
      }
    },
    insertBefore: (at, inserted) => edit(at, (piece) => inserted + piece),
    insertAfter: (at, inserted) => edit(at, (piece) => piece + inserted),
    text() {
      if (!edited) return undefined
      return tokens.map((token, i) => text.slice(tokens[i - 1]?.end ?? 0, token.start) + pieces[i]).join('')
    },
  }
}

/** Whether token `at` is this symbol. */
export function isSymbol(tokens: readonly Token[], at: number, value: string): boolean {
  return tokens[at]?.kind === 'symbol' && tokens[at]!.value === value
}

/** Where the operand of a postfix `::` at `at` begins: a name, a literal, a call or a group, with the casts before it. */
export function operandStart(tokens: readonly Token[], at: number): number {
  let start = at - 1
  if (isSymbol(tokens, start, ')') || isSymbol(tokens, start, ']')) {
    let depth = 0
    for (; start >= 0; start--) {
      if (isSymbol(tokens, start, ')') || isSymbol(tokens, start, ']')) depth++
      if ((isSymbol(tokens, start, '(') || isSymbol(tokens, start, '[')) && --depth === 0) break
    }
    if (isName(tokens, start - 1) && !keywordsBeforeGroup.has(tokens[start - 1]!.value)) start--
    const call = callBefore(tokens, start)
    if (call !== undefined) return operandStart(tokens, call)
  }
  if (wordsAt(tokens, start, 'end')) start = caseBefore(tokens, start)
  while (isSymbol(tokens, start - 1, '.') && isName(tokens, start - 2)) start -= 2
  return isSymbol(tokens, start - 1, '::') ? operandStart(tokens, start - 1) : start
}

/** Where the call ends that OVER (…), FILTER (…) or WITHIN GROUP (…) at `at` belongs to. */
function callBefore(tokens: readonly Token[], at: number): number | undefined {
  const word = tokens[at]?.kind === 'word' ? tokens[at].value : ''
  const end = word === 'over' || word === 'filter' ? at : word === 'group' ? at - 1 : -1
  return isSymbol(tokens, end - 1, ')') ? end : undefined
}

/** The CASE of the END at `at`. */
function caseBefore(tokens: readonly Token[], at: number): number {
  let depth = 0
  for (let start = at; start >= 0; start--) {
    const { kind, value } = tokens[start]!
    if (kind === 'word' && value === 'end') depth++
    if (kind === 'word' && value === 'case' && --depth === 0) return start
  }
  return at
}

const keywordsBeforeGroup = new Set(
  'and or not in then else when case select where on as like any all exists values from join'.split(' '),
)

const isName = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.kind === 'word' || tokens[at]?.kind === 'quoted'
