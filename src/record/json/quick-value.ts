import type { FieldPlan } from './scan-plan.ts'
import type { ScanState } from './scan-state.ts'
import { isMinuteOfDay } from './scan-temporal.ts'
import { plainEnd } from './scan-string.ts'

/** As they lie in memory, four bytes of a word. */
const wordTrue = 0x65757274
const wordFals = 0x736c6166

/** Whether a member of this field begins at `at`, written as most programs write it: `"name":`. */
export function isLead(view: DataView, { leadBytes, leadWords }: FieldPlan, at: number): boolean {
  const last = (leadBytes - 1) >> 2
  // Each word is read when those before it were there, so no more than three bytes are read beyond the text.
  for (let place = 0; place < last; place++) if (view.getInt32(at + place * 4, true) !== leadWords[place]) return false
  return view.getInt32(at + leadBytes - 4, true) === leadWords[last]
}

/**
 * Where a value that begins at `at` ends, when it is written as nearly all are: a text without escapes, a number of few digits, a moment in UTC.
 * What it takes `scanValue` takes too; -1 says nothing, for the value may be right or wrong.
 */
export function quickEnd(scan: ScanState, field: FieldPlan, at: number): number {
  const { buffer } = scan
  switch (field.kind) {
    case 'string':
      if (buffer[at] !== 34) return -1
      at = plainEnd(scan, at + 1)
      return buffer[at] === 34 ? at + 1 : -1
    case 'long':
      return numberEnd(buffer, at, 18, true)
    case 'int':
      return numberEnd(buffer, at, 9, true)
    case 'double':
      return numberEnd(buffer, at, 15, false)
    case 'boolean':
      return literalEnd(scan, at)
    case 'timestamptz':
    case 'timestamp':
      return buffer[at] === 34 ? momentEnd(scan, field, at + 1) : -1
    default:
      return -1
  }
}

/** Digits, and a fraction where it may have one. `-0` is looked at closely elsewhere. */
function numberEnd(buffer: Uint8Array, from: number, bytesMax: number, isWhole: boolean): number {
  let at = from
  let byte = buffer[at]!
  if (byte === 45) byte = buffer[++at]!
  if (byte === 48) {
    if (at > from) return -1
    byte = buffer[++at]!
  } else {
    if (byte < 49 || byte > 57) return -1
    do byte = buffer[++at]!
    while (byte >= 48 && byte <= 57)
  }
  if (byte === 46 && !isWhole) {
    const point = at
    do byte = buffer[++at]!
    while (byte >= 48 && byte <= 57)
    if (at === point + 1) return -1
  }
  return (byte === 44 || byte === 125) && at - from <= bytesMax ? at : -1
}

function digitsEnd(buffer: Uint8Array, from: number): number {
  let at = from
  while (buffer[at]! >= 48 && buffer[at]! <= 57) at++
  return at
}

function literalEnd({ view, buffer }: ScanState, at: number): number {
  const word = view.getInt32(at, true)
  if (word === wordTrue) return at + 4
  return word === wordFals && buffer[at + 4] === 101 ? at + 5 : -1
}

/** `2024-02-29T10:11:12.123Z`, without the Z for `timestamp`. Most have day, hour and minute of the one before, which were looked at then. */
function momentEnd(scan: ScanState, { kind, minute }: FieldPlan, at: number): number {
  const { buffer, view } = scan
  if (
    view.getInt32(at, true) !== minute[0] ||
    view.getInt32(at + 4, true) !== minute[1] ||
    view.getInt32(at + 8, true) !== minute[2] ||
    view.getInt32(at + 12, true) !== minute[3]
  ) {
    if (!isMinuteOfDay(buffer, at)) return -1
    for (let place = 0; place < 4; place++) minute[place] = view.getInt32(at + place * 4, true)
  }
  const tens = buffer[at + 17]!
  const ones = buffer[at + 18]!
  if (buffer[at + 16] !== 58 || !(tens >= 48 && tens <= 53 && ones >= 48 && ones <= 57)) return -1
  let end = at + 19
  if (buffer[end] === 46) {
    end = digitsEnd(buffer, at + 20)
    if (end === at + 20 || end > at + 26) return -1
  }
  if (kind === 'timestamptz') {
    if (buffer[end] !== 90) return -1
    end++
  }
  return buffer[end] === 34 ? end + 1 : -1
}
