import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { RecordField, RecordType } from './record-schema.ts'
import { rejectionOf } from './rejection.ts'
import type { FieldDefault, FieldPlan, ObjectPlan } from './scan-plan.ts'
import { ScanState } from './scan-state.ts'
import { scanValue } from './scan-value.ts'

/**
 * Objects of the plan have the `write-default` of each of these fields that is missing in them, at every depth. A default goes through the
 * scanner as if a record had it: WEIR-5017 for one that its column does not take.
 */
export function giveDefaults(plan: ObjectPlan, fields: readonly RecordField[]): void {
  const planned = fields.flatMap((field) => {
    const own = plan.fields.find(({ name }) => name === field.name)
    return own === undefined ? [] : [{ field, own }]
  })
  // Inner ones first: a struct whose default is an object has those of its own fields.
  for (const { field, own } of planned) giveInner(own, field.type)
  plan.defaults = planned.flatMap(({ field, own }) => defaultOf(field, own))
}

function giveInner(plan: FieldPlan, type: RecordType): void {
  if (typeof type === 'string') return
  if (type.type === 'struct') giveDefaults(plan.object!, type.fields)
  else giveInner(plan.element!, type.type === 'list' ? type.element : type.value)
}

function defaultOf(field: RecordField, plan: FieldPlan): readonly FieldDefault[] {
  const value = field['write-default']
  if (value === undefined || value === null) return []
  const text = scannedText(jsonOf(field.type, value), plan)
  return [{ field: plan, member: Buffer.concat([Buffer.from(`,${JSON.stringify(field.name)}:`), text]) }]
}

/** The value as it stands in a line. */
function scannedText(json: string, plan: FieldPlan): Uint8Array {
  const value = Buffer.from(json)
  let scan = scanned(value, value.length, plan)
  if (scan.insertions.bytes > 0) scan = scanned(value, value.length + scan.insertions.bytes, plan)
  return Buffer.from(scan.buffer.subarray(0, scan.insertions.apply(scan.buffer, value.length)))
}

/** Words are read beyond the end of a value. */
const beyond = 16

function scanned(value: Buffer, bytes: number, plan: FieldPlan): ScanState {
  const scan = new ScanState(bytes + beyond)
  scan.buffer.set(value)
  scan.buffer[value.length] = 0
  if (scanValue(scan, plan, 1) && scan.at === value.length) return scan
  throw new WeirError('WEIR-5017', `the write-default of column ${plan.name}: ${rejectionOf(scan, 0).reason}`)
}

/** As a record would have it, of the specification's JSON of a single value. */
function jsonOf(type: RecordType, value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof type === 'string') {
    // Hexadecimal digits there, base64 here.
    if (type === 'binary' && typeof value === 'string')
      return JSON.stringify(Buffer.from(value, 'hex').toString('base64'))
    return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  }
  if (type.type === 'struct') return '{}'
  if (type.type === 'list')
    return Array.isArray(value) ? `[${value.map((item) => jsonOf(type.element, item)).join()}]` : JSON.stringify(value)
  const { keys, values } = value as { readonly keys?: unknown; readonly values?: unknown }
  if (!Array.isArray(keys) || !Array.isArray(values)) return JSON.stringify(value)
  return `{${keys.map((key, at) => `${JSON.stringify(key)}:${jsonOf(type.value, values[at])}`).join()}}`
}
