import type { FieldPlan } from './scan-plan.ts'
import type { ScanState } from './scan-state.ts'

/**
 * Date and time in a string, by RFC 3339 with a space or T between them: `2024-02-29`, `13:45:10.25`, both together, and for
 * timestamptz an offset (`Z`, `+02:00`, `+0200`, `+02`), for timestamp none. Microseconds; years 0001 to 9999. `from` and
 * `to` are the place of the text.
 */
export function checkTemporal(scan: ScanState, field: FieldPlan, from: number, to: number): boolean {
  const { buffer } = scan
  const { kind } = field
  if (kind === 'date') return (to - from === 10 && isDate(buffer, from)) || scan.fail('text', field, from, to)
  if (kind === 'time') {
    const end = timeEnd(buffer, from, to)
    return end === to || scan.fail('text', field, from, to)
  }
  const separator = buffer[from + 10]
  const isSeparated = separator === 84 || separator === 32
  const end = to - from >= 19 && isSeparated && isDate(buffer, from) ? timeEnd(buffer, from + 11, to) : -1
  if (end < 0) return scan.fail('text', field, from, to)
  if (kind === 'timestamp') return end === to || scan.fail(isZone(buffer, end, to) ? 'zone' : 'text', field, from, to)
  if (end === to) return scan.fail('no zone', field, from, to)
  if (!isZone(buffer, end, to)) return scan.fail('text', field, from, to)
  return staysInRange(buffer, from, end, to) || scan.fail('range', field, from, to)
}

/** Two digits; NaN when they are none, which fails every comparison. */
function two(buffer: Uint8Array, at: number): number {
  const tens = buffer[at]! - 48
  const ones = buffer[at + 1]! - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

const monthDays = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(buffer: Uint8Array, at: number): boolean {
  if (buffer[at + 4] !== 45 || buffer[at + 7] !== 45) return false
  const year = two(buffer, at) * 100 + two(buffer, at + 2)
  const month = two(buffer, at + 5)
  const day = two(buffer, at + 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays[month]!)) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

/** `2024-02-29T10:11`, with T or a space between. */
export function isMinuteOfDay(buffer: Uint8Array, at: number): boolean {
  const separator = buffer[at + 10]
  if ((separator !== 84 && separator !== 32) || buffer[at + 13] !== 58) return false
  return isDate(buffer, at) && two(buffer, at + 11) < 24 && two(buffer, at + 14) < 60
}

/** Behind `HH:MM:SS` and up to six digits of a fraction; -1 when there is no such time. */
function timeEnd(buffer: Uint8Array, at: number, to: number): number {
  if (to - at < 8 || buffer[at + 2] !== 58 || buffer[at + 5] !== 58) return -1
  if (!(two(buffer, at) < 24 && two(buffer, at + 3) < 60 && two(buffer, at + 6) < 60)) return -1
  if (buffer[at + 8] !== 46 || to === at + 8) return at + 8
  let end = at + 9
  while (end < to && buffer[end]! >= 48 && buffer[end]! <= 57) end++
  return end > at + 9 && end <= at + 15 ? end : -1
}

function isZone(buffer: Uint8Array, at: number, to: number): boolean {
  const length = to - at
  if (buffer[at] === 90) return length === 1
  if (buffer[at] !== 43 && buffer[at] !== 45) return false
  if (!(two(buffer, at + 1) < 16) || length < 3) return false
  if (length === 3) return true
  if (length === 5) return two(buffer, at + 3) < 60
  return length === 6 && buffer[at + 3] === 58 && two(buffer, at + 4) < 60
}

/** An offset may move a moment of the first or the last day out of the years that are supported. */
function staysInRange(buffer: Uint8Array, at: number, zone: number, to: number): boolean {
  const year = two(buffer, at) * 100 + two(buffer, at + 2)
  const day = two(buffer, at + 5) * 100 + two(buffer, at + 8)
  const minute = two(buffer, at + 11) * 60 + two(buffer, at + 14) - offsetMinutes(buffer, zone, to)
  if (year === 1 && day === 101) return minute >= 0
  return !(year === 9999 && day === 1231) || minute < 24 * 60
}

function offsetMinutes(buffer: Uint8Array, at: number, to: number): number {
  if (buffer[at] === 90) return 0
  const minutes = two(buffer, at + 1) * 60 + (to - at === 3 ? 0 : two(buffer, to - 2))
  return buffer[at] === 45 ? -minutes : minutes
}
