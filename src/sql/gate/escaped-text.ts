import { sqlError } from '../sql-error.ts'

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const octal = /[0-7]{1,3}/y
const hexByte = /[0-9a-fA-F]{1,2}/y
const highSurrogate = /[\ud800-\udbff]/
const lowSurrogate = /[\udc00-\udfff]/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * What stands between the quotes of PostgreSQL's `E'…'` (its documentation, 4.1.2.2). `body` has no doubled quotes any more; `position`
 * is 1-based, of the literal. 22025 and 42601 for escapes that are none, 22021 for bytes that are no UTF-8, and for a zero.
 */
export function escapedText(body: string, position: number): string {
  const parts: (string | number)[] = []
  for (let at = 0; at < body.length;) {
    if (body[at] !== '\\') {
      const end = body.indexOf('\\', at)
      parts.push(body.slice(at, end < 0 ? undefined : end))
      at = end < 0 ? body.length : end
      continue
    }
    const { part, length } = escapeAt(body, at + 1, position)
    parts.push(part)
    at += 1 + length
  }
  return joined(parts, position)
}

/** `U&'…'`: `\0041`, `\+000041`, and `\\`. */
export function unicodeText(body: string, position: number): string {
  const text = body.replaceAll(/\\(\\|\+?)([0-9a-fA-F]*)/g, (written: string, kind: string, digits: string) => {
    if (kind === '\\') return `\\${digits}`
    const width = kind === '+' ? 6 : 4
    if (digits.length < width) throw badEscape(`invalid Unicode escape: ${written}`, '42601', position)
    return characterOf(digits.slice(0, width), position) + digits.slice(width)
  })
  return joined([text], position)
}

/** What follows a backslash: a text, or a byte. */
function escapeAt(body: string, at: number, position: number): { part: string | number; length: number } {
  const char = body[at] ?? ''
  const digits = matchAt(octal, body, at)
  if (digits !== undefined) return { part: Number.parseInt(digits, 8) & 0xff, length: digits.length }
  if (char === 'x') {
    const hex = matchAt(hexByte, body, at + 1)
    return hex === undefined ? { part: 'x', length: 1 } : { part: Number.parseInt(hex, 16), length: 1 + hex.length }
  }
  if (char !== 'u' && char !== 'U') return { part: letters[char] ?? char, length: 1 }
  const width = char === 'u' ? 4 : 8
  const hex = body.slice(at + 1, at + 1 + width)
  if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < width)
    throw badEscape(`invalid Unicode escape: \\u takes four hexadecimal digits and \\U eight`, '22025', position)
  return { part: characterOf(hex, position), length: 1 + width }
}

function characterOf(hex: string, position: number): string {
  const code = Number.parseInt(hex, 16)
  if (code === 0 || code > 0x10ffff) throw badEscape(`invalid Unicode escape value: ${hex}`, '42601', position)
  return String.fromCodePoint(code)
}

/** Bytes that stand side by side are one piece of UTF-8, with the characters around them. */
function joined(parts: readonly (string | number)[], position: number): string {
  const text = parts.every((part) => typeof part === 'string')
    ? parts.join('')
    : decoded(
        Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)))),
        position,
      )
  if (text.includes('\0')) throw badEscape('invalid byte sequence for encoding "UTF8": 0x00', '22021', position)
  const alone = text.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, '')
  if (highSurrogate.test(alone) || lowSurrogate.test(alone))
    throw badEscape('invalid Unicode surrogate pair', '42601', position)
  return text
}

function decoded(bytes: Buffer, position: number): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw badEscape('invalid byte sequence for encoding "UTF8"', '22021', position)
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function badEscape(message: string, sqlstate: string, position: number): Error {
  return sqlError('WEIR-6002', message, { sqlstate, position })
}
