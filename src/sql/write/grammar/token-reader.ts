import type { Statement } from '../../gate/statement.ts'
import type { Token } from '../../gate/tokenizer.ts'
import { sqlError } from '../../sql-error.ts'

/** A part of a statement, as it is written. */
export interface Fragment {
  readonly text: string
  readonly tokens: readonly Token[]
  /** 1-based place in the statement. */
  readonly position: number
}

/** A name as it is written; `parts` are its catalog and schema, as far as given, and itself. */
export interface WrittenName {
  readonly parts: readonly string[]
  readonly position: number
}

/** Reads the tokens of one statement from left to right. What is not what the grammar wants is SQLSTATE 42601. */
export interface TokenReader {
  readonly atEnd: boolean
  /** The token here, or so many further on. */
  peek(ahead?: number): Token | undefined
  isWord(...words: readonly string[]): boolean
  isSymbol(symbol: string): boolean
  /** Steps over these words when they are all here. */
  takeWords(...words: readonly string[]): boolean
  takeSymbol(symbol: string): boolean
  expectWords(...words: readonly string[]): void
  expectSymbol(symbol: string): void
  /** One word or quoted name. */
  name(): WrittenName
  /** Names with dots between them. */
  qualifiedName(): WrittenName
  /** What stands in brackets here, without them. */
  group(): Fragment
  /** Everything up to the first token outside brackets that ends it, the whole rest without one; at least one token. */
  until(ends: (reader: TokenReader) => boolean): Fragment
  fail(): never
  end(): void
}

export function readTokens({ text, tokens }: Statement): TokenReader {
  let at = 0
  const fragment = (from: number, to: number): Fragment => {
    const [first, last] = [tokens[from]!, tokens[to - 1]!]
    const shift = (token: Token) => ({ ...token, start: token.start - first.start, end: token.end - first.start })
    return {
      text: text.slice(first.start, last.end),
      tokens: tokens.slice(from, to).map(shift),
      position: first.start + 1,
    }
  }
  const isWord = (...words: readonly string[]): boolean =>
    words.every((word, i) => tokens[at + i]?.kind === 'word' && tokens[at + i]!.value === word)
  const isSymbol = (symbol: string): boolean => tokens[at]?.kind === 'symbol' && tokens[at]!.value === symbol
  const fail = (): never => {
    const token = tokens[at]
    const message = token
      ? `syntax error at or near "${text.slice(token.start, token.end)}"`
      : 'syntax error at end of input'
    throw sqlError('WEIR-6002', message, { sqlstate: '42601', position: (token?.start ?? text.length) + 1 })
  }
  /** The token after the bracket that closes the one at `open`. */
  const afterGroup = (open: number): number => {
    let depth = 0
    for (let i = open; i < tokens.length; i++) {
      const { kind, value } = tokens[i]!
      if (kind !== 'symbol') continue
      if ('([{'.includes(value)) depth++
      if (')]}'.includes(value) && --depth === 0) return i + 1
    }
    at = tokens.length
    return fail()
  }
  const reader: TokenReader = {
    get atEnd() {
      return at >= tokens.length
    },
    peek: (ahead = 0) => tokens[at + ahead],
    isWord,
    isSymbol,
    takeWords(...words) {
      if (!isWord(...words)) return false
      at += words.length
      return true
    },
    takeSymbol(symbol) {
      if (!isSymbol(symbol)) return false
      at++
      return true
    },
    expectWords(...words) {
      for (const word of words) if (!reader.takeWords(word)) fail()
    },
    expectSymbol: (symbol) => void (reader.takeSymbol(symbol) || fail()),
    name() {
      const token = tokens[at]
      if (token?.kind !== 'word' && token?.kind !== 'quoted') return fail()
      at++
      return { parts: [token.value], position: token.start + 1 }
    },
    qualifiedName() {
      const { parts, position } = reader.name()
      const all = [...parts]
      while (reader.takeSymbol('.')) all.push(...reader.name().parts)
      return { parts: all, position }
    },
    group() {
      if (!isSymbol('(')) fail()
      const [from, to] = [at + 1, afterGroup(at) - 1]
      if (from === to) {
        at = to
        return fail()
      }
      at = to + 1
      return fragment(from, to)
    },
    until(ends) {
      const from = at
      // Asked at each token, the first too: it may count what must be closed first.
      while (at < tokens.length && !(ends(reader) && at > from)) {
        if (tokens[at]!.kind === 'symbol' && ')]}'.includes(tokens[at]!.value)) fail()
        at = tokens[at]!.kind === 'symbol' && '([{'.includes(tokens[at]!.value) ? afterGroup(at) : at + 1
      }
      return at === from ? fail() : fragment(from, at)
    },
    fail,
    end: () => void (at < tokens.length && fail()),
  }
  return reader
}

/** The parts of a fragment between its commas outside brackets; those of types (`map<int, text>`) are brackets where asked for. */
export function splitFragment(
  fragment: Fragment,
  angles: 'are signs' | 'are brackets' = 'are signs',
): readonly Fragment[] {
  const reader = readTokens({ ...fragment, offset: 0 })
  const parts: Fragment[] = []
  const ends = (here: TokenReader): boolean => here.isSymbol(',')
  do {
    const part = angles === 'are brackets' ? untilOutsideAngles(reader, ends) : reader.until(ends)
    parts.push({ ...part, position: part.position + fragment.position - 1 })
  } while (reader.takeSymbol(','))
  return parts
}

/** As `until`, with what stands between the angles of a type (`map<int, text>`) as one. */
export function untilOutsideAngles(reader: TokenReader, ends: (reader: TokenReader) => boolean): Fragment {
  let depth = 0
  return reader.until((here) => {
    depth += here.isSymbol('<') ? 1 : here.isSymbol('>') ? -1 : 0
    return depth <= 0 && ends(here)
  })
}
