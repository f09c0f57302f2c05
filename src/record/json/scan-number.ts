import type { FieldPlan } from './scan-plan.ts'
import type { ScanState } from './scan-state.ts'

/** A number by the grammar of JSON, whatever its value. */
export function scanNumber(scan: ScanState): boolean {
  const buffer = scan.buffer
  const start = scan.at
  let at = start
  if (buffer[at] === 45) at++
  const first = buffer[at]!
  if (first < 48 || first > 57) return scan.fail('syntax', undefined, start, at + 1)
  at = digitsEnd(buffer, at)
  if (first === 48 && at > start + (buffer[start] === 45 ? 2 : 1)) return scan.fail('syntax', undefined, start, at)
  if (buffer[at] === 46) {
    const end = digitsEnd(buffer, at + 1)
    if (end === at + 1) return scan.fail('syntax', undefined, start, end)
    at = end
  }
  if ((buffer[at]! | 32) === 101) {
    const digits = buffer[at + 1] === 43 || buffer[at + 1] === 45 ? at + 2 : at + 1
    const end = digitsEnd(buffer, digits)
    if (end === digits) return scan.fail('syntax', undefined, start, end)
    at = end
  }
  scan.at = at
  return true
}

function digitsEnd(buffer: Uint8Array, from: number): number {
  let at = from
  while (buffer[at]! >= 48 && buffer[at]! <= 57) at++
  return at
}

/** Written as an integer, within the range of the column. 1.0 and 1e2 are not: what wrote them had no integer. */
export function scanInteger(scan: ScanState, field: FieldPlan): boolean {
  const start = scan.at
  if (!scanNumber(scan)) return false
  const { buffer, at: end } = scan
  const digits = end - start
  const isLong = field.kind === 'long'
  for (let at = start + 1; at < end; at++)
    if (buffer[at]! < 48 || buffer[at]! > 57) return scan.fail('not an integer', field, start, end)
  if (digits <= (isLong ? 18 : 9)) return true
  // Bounded before BigInt, whose cost grows with the square of the digits.
  if (digits > 20) return scan.fail('range', field, start, end)
  const value = BigInt(scan.textOf(start, end))
  const limit = isLong ? 2n ** 63n : 2n ** 31n
  if (value >= limit || value < -limit) return scan.fail('range', field, start, end)
  return true
}

/**
 * The nearest double or float must have the same digits when it is written with as many as the record has. So 0.1 passes, and
 * what `%.17g` prints; 9007199254740993 and 0.1234567890123456789 do not, nor what overflows or falls to zero.
 */
export function scanFloating(scan: ScanState, field: FieldPlan): boolean {
  const start = scan.at
  if (!scanNumber(scan)) return false
  const end = scan.at
  const isDouble = field.kind === 'double'
  // DuckDB reads it as the integer 0, but its text as what it is.
  if (end - start === 2 && scan.buffer[start] === 45 && scan.buffer[start + 1] === 48) scan.insertions.quote(start, end)
  // With so few bytes there is no exponent that could overflow and no digit that could get lost.
  if (end - start <= (isDouble ? 15 : 6) && !hasExponent(scan.buffer, start, end)) return true
  const kept = keepsDigits(scan.textOf(start, end), isDouble ? 'double' : 'float')
  return kept === 'kept' || scan.fail(kept, field, start, end)
}

/** Whether the nearest double or float has the digits of a number; else why it has not. */
export function keepsDigits(text: string, type: 'double' | 'float'): 'kept' | 'digits' | 'range' {
  const { digits, exponent } = decimalOf(text)
  if (digits.length === 0) return 'kept'
  if (digits.length > 100) return 'digits'
  const value = type === 'double' ? Number(text) : Math.fround(Number(text))
  if (!Number.isFinite(value) || value === 0) return 'range'
  const kept = decimalOf(value.toExponential(digits.length - 1))
  if (kept.digits === digits && kept.exponent === exponent) return 'kept'
  // Halfway between two texts of this length, JavaScript rounds up here; what prints shortest forms may have rounded down.
  const exact = decimalOf(value.toExponential(100))
  return exact.digits === `${digits}5` && exact.exponent === exponent - 1 ? 'kept' : 'digits'
}

function hasExponent(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((buffer[at]! | 32) === 101) return true
  return false
}

/** Digits without zeros at either end, and the exponent of the last one: 12.50 is 125 and -1. */
export function decimalOf(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const all = `${whole}${fraction}`
  let from = 0
  while (from < all.length && all.charCodeAt(from) === 48) from++
  let to = all.length
  while (to > from && all.charCodeAt(to - 1) === 48) to--
  const digits = all.slice(from, to)
  return { digits, exponent: digits === '' ? 0 : Number(power) - fraction.length + (all.length - to) }
}

/** Of a number or of the text in a string: all its digits fit precision and scale. */
export function scanDecimal(scan: ScanState, field: FieldPlan): boolean {
  const start = scan.at
  if (!scanNumber(scan)) return false
  const end = scan.at
  // DuckDB reads numbers with a fraction as doubles, and scales them: only text keeps more than 15 digits.
  if (end - start > 15 || field.precision > 15 || hasExponent(scan.buffer, start, end))
    scan.insertions.quote(start, end)
  return checkDecimal(scan, field, start, end)
}

export function checkDecimal(scan: ScanState, field: FieldPlan, start: number, end: number): boolean {
  if (end - start > 400) return scan.fail('digits', field, start, end)
  const { digits, exponent } = decimalOf(scan.textOf(start, end))
  if (digits === '') return true
  if (-exponent > field.scale) return scan.fail('scale', field, start, end)
  if (digits.length + exponent > field.precision - field.scale) return scan.fail('range', field, start, end)
  return true
}
