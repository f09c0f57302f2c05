import type { FieldPlan } from './scan-plan.ts'
import { checkDecimal, scanNumber } from './scan-number.ts'
import { checkTemporal } from './scan-temporal.ts'
import { scanString } from './scan-string.ts'
import type { ScanState } from './scan-state.ts'

/** A string whose text must be a date, a time, a UUID, base64 or a decimal. Escapes are for texts that need them: not these. */
export function scanTypedText(scan: ScanState, field: FieldPlan): boolean {
  const from = scan.at
  if (!scanString(scan)) return false
  const to = scan.at - 1
  if (scan.escaped) return scan.fail('text', field, from, to)
  switch (field.kind) {
    case 'uuid':
      return isUuid(scan.buffer, from, to) || scan.fail('text', field, from, to)
    case 'bytes':
      return isBase64(scan, from, to) || scan.fail('text', field, from, to)
    case 'decimal':
      return isDecimalText(scan, from, to) ? checkDecimal(scan, field, from, to) : scan.fail('text', field, from, to)
    default:
      return checkTemporal(scan, field, from, to)
  }
}

function isUuid(buffer: Uint8Array, from: number, to: number): boolean {
  if (to - from !== 36) return false
  for (let at = 0; at < 36; at++) {
    const byte = buffer[from + at]!
    const isDash = at === 8 || at === 13 || at === 18 || at === 23
    if (isDash ? byte !== 45 : !isHex(byte)) return false
  }
  return true
}

const isHex = (byte: number): boolean => (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102)

/** The standard alphabet with padding, and no bit set that decoding would drop. */
function isBase64(scan: ScanState, from: number, to: number): boolean {
  const text = scan.textOf(from, to)
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false
  return Buffer.from(text, 'base64').toString('base64') === text
}

function isDecimalText(scan: ScanState, from: number, to: number): boolean {
  const after = scan.at
  scan.at = from
  const isNumber = scanNumber(scan) && scan.at === to
  scan.at = after
  return isNumber
}
