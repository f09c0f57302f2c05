import { sqlError } from '../sql-error.ts'
import { escapedText, unicodeText } from './escaped-text.ts'

/**
 * One token of a statement. `value` is what it means: an unquoted word in lower case, a quoted one without its quotes, a
 * string's content. Comments and white space are no tokens.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol'
  readonly value: string
  /** A string that is written as E'…' or U&'…'. */
  readonly isEscaped?: true
  /** Place in the text, in UTF-16 units, end exclusive. */
  readonly start: number
  readonly end: number
}

const space = /\s+/y
const lineComment = /--[^\n\r]*/y
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const number = /(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y
const parameter = /\$\d+/y
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y
const symbol = /::|:=|->>|->|=>|<=|>=|<>|!=|!~~\*|!~~|!~\*|!~|~~\*|~~|~\*|\|\||[^\s]/y

/** The tokens of `text`, as PostgreSQL's and DuckDB's scanners cut it. WEIR-6002 for what never ends. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const skipped = skipBlank(text, at)
    if (skipped > at) {
      at = skipped
      continue
    }
    const token = tokenAt(text, at)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function skipBlank(text: string, at: number): number {
  const end = endOf(space, text, at) ?? endOf(lineComment, text, at)
  if (end !== undefined) return end
  return text.startsWith('/*', at) ? endOfBlockComment(text, at) : at
}

function tokenAt(text: string, at: number): Token {
  const char = text[at]!
  if (char === "'") return quotedBy("'", 'string', text, at, at)
  if (char === '"') return quotedBy('"', 'quoted', text, at, at)
  if (/[eE]/.test(char) && text[at + 1] === "'") return escapeString(text, at)
  if (/[uU]/.test(char) && text.startsWith("&'", at + 1)) return unicodeString(text, at)
  if (char === '$') {
    const end = endOf(parameter, text, at)
    if (end !== undefined) return { kind: 'parameter', value: text.slice(at + 1, end), start: at, end }
    const tagEnd = endOf(dollarTag, text, at)
    if (tagEnd !== undefined) return dollarString(text, at, tagEnd)
  }
  const wordEnd = endOf(word, text, at)
  if (wordEnd !== undefined)
    return { kind: 'word', value: text.slice(at, wordEnd).toLowerCase(), start: at, end: wordEnd }
  const numberEnd = endOf(number, text, at)
  if (numberEnd !== undefined) return { kind: 'number', value: text.slice(at, numberEnd), start: at, end: numberEnd }
  const end = endOf(symbol, text, at) ?? at + 1
  return { kind: 'symbol', value: text.slice(at, end), start: at, end }
}

function quotedBy(quote: string, kind: 'string' | 'quoted', text: string, start: number, open: number): Token {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf(quote, at)
    if (at < 0) throw unterminated(kind === 'string' ? 'string' : 'quoted name', start)
    if (text[at + 1] === quote) continue
    const value = text.slice(open + 1, at).replaceAll(quote + quote, quote)
    return { kind, value, start, end: at + 1 }
  }
}

function escapeString(text: string, start: number): Token {
  for (let at = start + 2; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\') at++
    else if (char === "'" && text[at + 1] === "'") at++
    else if (char === "'") {
      const body = text.slice(start + 2, at).replaceAll(/\\[^]|''/g, (pair) => (pair === "''" ? "'" : pair))
      return { kind: 'string', value: escapedText(body, start + 1), isEscaped: true, start, end: at + 1 }
    }
  }
  throw unterminated('string', start)
}

function unicodeString(text: string, start: number): Token {
  const { value, end } = quotedBy("'", 'string', text, start, start + 2)
  return { kind: 'string', value: unicodeText(value, start + 1), isEscaped: true, start, end }
}

function dollarString(text: string, start: number, bodyStart: number): Token {
  const tag = text.slice(start, bodyStart)
  const close = text.indexOf(tag, bodyStart)
  if (close < 0) throw unterminated('dollar-quoted string', start)
  return { kind: 'string', value: text.slice(bodyStart, close), start, end: close + tag.length }
}

/** Block comments nest. */
function endOfBlockComment(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('/*', at)) [depth, at] = [depth + 1, at + 1]
    else if (text.startsWith('*/', at) && (at++, --depth === 0)) return at + 1
  }
  throw unterminated('comment', start)
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) && pattern.lastIndex > at ? pattern.lastIndex : undefined
}

function unterminated(what: string, start: number): Error {
  return sqlError('WEIR-6002', `unterminated ${what}`, { sqlstate: '42601', position: start + 1 })
}
