import { scanNumber } from './scan-number.ts'
import { scanString } from './scan-string.ts'
import { depthMax, skipSpace, type ScanState } from './scan-state.ts'

/** Any JSON value, at its first byte. */
export function scanAny(scan: ScanState, depth: number): boolean {
  const byte = scan.buffer[scan.at]!
  if (byte === 34) return (scan.at++, scanString(scan))
  if (byte === 123 || byte === 91) return (scan.at++, scanMembers(scan, byte === 123, depth + 1))
  if (byte === 116 || byte === 102 || byte === 110) return scanLiteral(scan)
  if (byte === 0) return scan.fail('end')
  return scanNumber(scan)
}

function scanMembers(scan: ScanState, isObject: boolean, depth: number): boolean {
  if (depth > depthMax) return scan.fail('depth')
  const close = isObject ? 125 : 93
  if (skipSpace(scan) === close) return (scan.at++, true)
  for (;;) {
    if (isObject) {
      if (skipSpace(scan) !== 34) return scan.fail(scan.buffer[scan.at] === 0 ? 'end' : 'syntax')
      scan.at++
      if (!scanString(scan)) return false
      if (skipSpace(scan) !== 58) return scan.fail(scan.buffer[scan.at] === 0 ? 'end' : 'syntax')
      scan.at++
    }
    skipSpace(scan)
    if (!scanAny(scan, depth)) return false
    const byte = skipSpace(scan)
    if (byte === close) return (scan.at++, true)
    if (byte !== 44) return scan.fail(byte === 0 ? 'end' : 'syntax')
    scan.at++
  }
}

const literals = ['true', 'false', 'null'].map((text) => Buffer.from(text))

/** `true`, `false` or `null`. */
export function scanLiteral(scan: ScanState): boolean {
  const { buffer, at } = scan
  for (const literal of literals) {
    if (buffer[at] !== literal[0]) continue
    for (let place = 1; place < literal.length; place++)
      if (buffer[at + place] !== literal[place])
        return scan.fail(buffer[at + place] === 0 ? 'end' : 'syntax', undefined, at, at + place + 1)
    scan.at = at + literal.length
    return true
  }
  return scan.fail('syntax')
}
