import { findField } from './find-field.ts'
import type { FieldPlan, ObjectPlan } from './scan-plan.ts'
import { scanAny, scanLiteral } from './scan-any.ts'
import { isLead, quickEnd } from './quick-value.ts'
import { scanDecimal, scanFloating, scanInteger } from './scan-number.ts'
import { scanString } from './scan-string.ts'
import { scanTypedText } from './scan-text.ts'
import { depthMax, skipSpace, type ScanState } from './scan-state.ts'

/** One value, at its first byte, by the type of its field. */
export function scanValue(scan: ScanState, field: FieldPlan, depth: number): boolean {
  const byte = scan.buffer[scan.at]!
  if (byte === 110 && field.kind !== 'ignored')
    return scanLiteral(scan) && (!field.required || scan.fail('null', field))
  switch (field.kind) {
    case 'string':
      return byte === 34 ? (scan.at++, scanString(scan)) : mismatch(scan, field, depth)
    case 'filled string':
      return byte === 34 ? scanFilledString(scan, field) : mismatch(scan, field, depth)
    case 'long':
    case 'int':
      return isNumberStart(byte) ? scanInteger(scan, field) : mismatch(scan, field, depth)
    case 'double':
    case 'float':
      return isNumberStart(byte) ? scanFloating(scan, field) : mismatch(scan, field, depth)
    case 'boolean':
      return byte === 116 || byte === 102 ? scanLiteral(scan) : mismatch(scan, field, depth)
    case 'decimal':
      if (isNumberStart(byte)) return scanDecimal(scan, field)
      return byte === 34 ? (scan.at++, scanTypedText(scan, field)) : mismatch(scan, field, depth)
    case 'struct':
      return byte === 123 ? (scan.at++, scanObject(scan, field.object!, depth + 1)) : mismatch(scan, field, depth)
    case 'list':
      return byte === 91 ? (scan.at++, scanList(scan, field.element!, depth + 1)) : mismatch(scan, field, depth)
    case 'map':
      return byte === 123 ? (scan.at++, scanMap(scan, field.element!, depth + 1)) : mismatch(scan, field, depth)
    case 'ignored':
      return scanAny(scan, depth)
    default:
      return byte === 34 ? (scan.at++, scanTypedText(scan, field)) : mismatch(scan, field, depth)
  }
}

function scanFilledString(scan: ScanState, field: FieldPlan): boolean {
  const from = scan.at++
  return scanString(scan) && (scan.at > from + 2 || scan.fail('empty text', field, from, scan.at))
}

function isNumberStart(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 45
}

/** A value of another type: still read to its end, for bytes that are no JSON at all are another reason. */
function mismatch(scan: ScanState, field: FieldPlan, depth: number): false {
  const from = scan.at
  return scanAny(scan, depth) && scan.fail('type', field, from, scan.at)
}

/** From behind the opening brace to behind the closing one: each field once, each by its type, none that is unknown. */
export function scanObject(scan: ScanState, plan: ObjectPlan, depth: number): boolean {
  if (depth > depthMax) return scan.fail('depth')
  const { buffer, view } = scan
  const { seen, successors } = plan
  const number = ++plan.objects
  if (plan.unusual < unusualMax || number % usualEvery === 0) {
    const end = usualEnd(scan, plan, scan.at)
    plan.unusual = end > 0 ? 0 : plan.unusual + 1
    if (end > 0) return ((scan.at = end), true)
  }
  let required = 0
  let place = 0
  if (skipSpace(scan) === 125) return endObject(scan, plan, required, true)
  for (;;) {
    let { at } = scan
    if (buffer[at] === 32) at++
    let field = successors[place]
    if (field !== undefined && isLead(view, field, at)) at += field.leadBytes
    else {
      field = nextField(scan, plan, place, depth)
      if (field === undefined) return false
      at = scan.at
    }
    const { index } = field
    if (index >= 0) {
      if (seen[index] === number) return scan.failKey('duplicate', field.name, field)
      seen[index] = number
      place = index + 1
      if (field.required) required++
    }
    if (buffer[at] === 32) at++
    const end = quickEnd(scan, field, at)
    scan.at = end > 0 ? end : at
    if (end < 0 && !scanSpacedValue(scan, field, depth)) return false
    let byte = buffer[scan.at]!
    if (byte !== 44 && byte !== 125) byte = skipSpace(scan)
    if (byte === 125) return endObject(scan, plan, required, false)
    if (byte !== 44) return scan.fail(byte === 0 ? 'end' : 'syntax')
    scan.at++
  }
}

/** More than quotes come to in any record; a list may hold any number of structs that lack all their fields. */
const insertedBytesMax = 64 * 1024 * 1024

/** At the closing brace of an object that has so many of the required fields. */
function endObject(scan: ScanState, plan: ObjectPlan, required: number, isEmpty: boolean): boolean {
  const found = plan.defaults.length === 0 ? required : required + addDefaults(scan, plan, isEmpty)
  if (scan.insertions.bytes > insertedBytesMax) return scan.fail('defaults')
  scan.at++
  return found === plan.requiredCount || failMissing(scan, plan)
}

/** Gives how many of those that were missing are required. */
function addDefaults({ insertions, at }: ScanState, { defaults, seen, objects }: ObjectPlan, isEmpty: boolean): number {
  let required = 0
  let isFirst = isEmpty
  for (const { field, member } of defaults) {
    if (seen[field.index] === objects) continue
    seen[field.index] = objects
    insertions.add(at, isFirst ? member.subarray(1) : member)
    isFirst = false
    if (field.required) required++
  }
  return required
}

/** After so many objects that were not written as most are, only one now and then is tried. */
const unusualMax = 16
const usualEvery = 64

/** Where an object ends that has all fields in their order, each written as most are, without blanks; -1 says nothing. */
function usualEnd(scan: ScanState, { fields }: ObjectPlan, from: number): number {
  const { buffer, view } = scan
  const last = fields.length - 1
  let at = from
  for (let place = 0; place <= last; place++) {
    const field = fields[place]!
    if (!isLead(view, field, at)) return -1
    at = quickEnd(scan, field, at + field.leadBytes)
    if (at < 0 || buffer[at] !== (place === last ? 125 : 44)) return -1
    at++
  }
  return last < 0 ? -1 : at
}

function scanSpacedValue(scan: ScanState, field: FieldPlan, depth: number): boolean {
  skipSpace(scan)
  return scanValue(scan, field, depth)
}

/** The field of the key that comes, however it is written; then moves behind its colon. Undefined when the scan has failed. */
function nextField(scan: ScanState, plan: ObjectPlan, place: number, depth: number): FieldPlan | undefined {
  const { buffer } = scan
  if (skipSpace(scan) !== 34) return (scan.fail(buffer[scan.at] === 0 ? 'end' : 'syntax'), undefined)
  scan.at++
  let field = plan.successors[place]
  if (field === undefined || !isKey(scan, field)) {
    field = findField(scan, plan, depth)
    if (field === undefined) return undefined
    plan.successors[place] = field
  }
  if (skipSpace(scan) !== 58) return (scan.fail(buffer[scan.at] === 0 ? 'end' : 'syntax'), undefined)
  scan.at++
  return field
}

/** Whether the key at `at` is this field's; then moves behind its closing quote. */
function isKey(scan: ScanState, { key }: FieldPlan): boolean {
  const { buffer, at } = scan
  const { length } = key
  for (let place = 0; place < length; place++) if (buffer[at + place] !== key[place]) return false
  if (buffer[at + length] !== 34) return false
  scan.at = at + length + 1
  return true
}

function failMissing(scan: ScanState, { fields, seen, objects }: ObjectPlan): false {
  return scan.fail(
    'missing',
    fields.find(({ required, index }) => required && seen[index] !== objects),
  )
}

function scanList(scan: ScanState, element: FieldPlan, depth: number): boolean {
  if (depth > depthMax) return scan.fail('depth')
  if (skipSpace(scan) === 93) return (scan.at++, true)
  for (;;) {
    skipSpace(scan)
    if (!scanValue(scan, element, depth)) return false
    const byte = skipSpace(scan)
    scan.at++
    if (byte === 93) return true
    if (byte !== 44) return (scan.at--, scan.fail(byte === 0 ? 'end' : 'syntax'))
  }
}

/** Any key, each once. */
function scanMap(scan: ScanState, value: FieldPlan, depth: number): boolean {
  if (depth > depthMax) return scan.fail('depth')
  if (skipSpace(scan) === 125) return (scan.at++, true)
  const keys = new Set<string>()
  for (;;) {
    if (skipSpace(scan) !== 34) return scan.fail(scan.buffer[scan.at] === 0 ? 'end' : 'syntax')
    const from = ++scan.at
    if (!scanString(scan)) return false
    const text = Buffer.from(scan.buffer.subarray(from - 1, scan.at)).toString('utf8')
    const key = scan.escaped ? (JSON.parse(text) as string) : text.slice(1, -1)
    if (keys.has(key)) return scan.failKey('duplicate', key)
    keys.add(key)
    if (skipSpace(scan) !== 58) return scan.fail('syntax')
    scan.at++
    skipSpace(scan)
    if (!scanValue(scan, value, depth)) return false
    const byte = skipSpace(scan)
    scan.at++
    if (byte === 125) return true
    if (byte !== 44) return (scan.at--, scan.fail(byte === 0 ? 'end' : 'syntax'))
  }
}
