import type { ScanState } from './scan-state.ts'

/** 1 for a byte that stands for itself in a string. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 32 && byte !== 34 && byte !== 92 ? 1 : 0))
/** The call-free loop over single bytes wins below this. */
const bytewise = 12

/** From behind the opening quote to behind the closing one. Sets `escaped`. Bytes beyond ASCII are checked elsewhere. */
export function scanString(scan: ScanState): boolean {
  const buffer = scan.buffer
  let at = scan.at
  scan.escaped = false
  for (;;) {
    at = plainEnd(scan, at)
    const byte = buffer[at]!
    if (byte === 34) {
      scan.at = at + 1
      return true
    }
    scan.at = at
    if (byte !== 92) return scan.fail(byte === 0 ? 'end' : 'control')
    if (!scanEscape(scan)) return false
    scan.escaped = true
    at = scan.at
  }
}

/** The next quote, backslash or control character. */
export function plainEnd(scan: ScanState, from: number): number {
  const { buffer } = scan
  const near = from + bytewise
  let at = from
  while (plain[buffer[at]!] === 1 && at < near) at++
  return at === near ? skipPlainWords(scan, at) : at
}

/** Four bytes at a time up to a quote, a backslash or a control character (the bit tricks of "Hacker's Delight" 6-1). */
function skipPlainWords(scan: ScanState, from: number): number {
  const { buffer, words } = scan
  let at = from
  while ((at & 3) !== 0) {
    if (plain[buffer[at]!] === 0) return at
    at++
  }
  for (let place = at >>> 2; ; place++) {
    const word = words[place]!
    const quote = word ^ 0x22222222
    const backslash = word ^ 0x5c5c5c5c
    const special =
      (((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((word - 0x20202020) & ~word)) &
      0x80808080
    if (special !== 0) {
      at = place << 2
      while (plain[buffer[at]!] === 1) at++
      // A borrow may mark a byte above the one that was special; at worst this loop leaves the word.
      return at
    }
  }
}

const simpleEscapes = new Set(Array.from('"\\/bfnrt').map((character) => character.charCodeAt(0)))

function scanEscape(scan: ScanState): boolean {
  const { buffer, at } = scan
  if (simpleEscapes.has(buffer[at + 1]!)) {
    scan.at = at + 2
    return true
  }
  const unit = buffer[at + 1] === 117 ? hexAt(buffer, at + 2) : -1
  if (unit < 0) return scan.fail('escape', undefined, at, at + 2)
  if (unit >= 0xd800 && unit <= 0xdfff) {
    const isPair = unit < 0xdc00 && buffer[at + 6] === 92 && buffer[at + 7] === 117
    const low = isPair ? hexAt(buffer, at + 8) : -1
    // Half a pair is no character: no UTF-8 text holds it, so it could only be changed.
    if (low < 0xdc00 || low > 0xdfff) return scan.fail('surrogate', undefined, at, at + 6)
    scan.at = at + 12
    return true
  }
  scan.at = at + 6
  return true
}

/** The four hexadecimal digits at `at`; -1 when they are none. */
function hexAt(buffer: Uint8Array, at: number): number {
  let value = 0
  for (let place = at; place < at + 4; place++) {
    const byte = buffer[place]!
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}
