import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parsePrimitive } from '../schema/primitive.ts'
import type { RecordField, RecordSchema, RecordType } from './record-schema.ts'

export type ScanKind =
  | 'ignored'
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'decimal'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'string'
  /** A string that is not the empty text. */
  | 'filled string'
  | 'uuid'
  | 'bytes'
  | 'struct'
  | 'list'
  | 'map'

/** What a scanner must know of one field, found once for each schema. */
export interface FieldPlan {
  readonly name: string
  /** As in a value: the name's UTF-8 without quotes. */
  readonly key: Uint8Array
  /** As most programs write it before a value, `"name":`, as words, of which the last one ends where it ends. */
  readonly leadWords: Int32Array
  readonly leadBytes: number
  /** Of moments: the day, hour and minute that were seen last, four words. */
  readonly minute: Int32Array
  readonly kind: ScanKind
  readonly required: boolean
  /** Its place in `ObjectPlan.fields`; -1 for ignored fields, list elements and map values. */
  readonly index: number
  /** Of decimals. */
  readonly precision: number
  readonly scale: number
  readonly object: ObjectPlan | undefined
  /** Elements of a list, values of a map. */
  readonly element: FieldPlan | undefined
}

/** The fields of one object, with what makes finding them fast. */
export interface ObjectPlan {
  readonly fields: readonly FieldPlan[]
  /** By the key's bytes as latin1 text. Ignored fields join when they are first seen. */
  readonly byKey: Map<string, FieldPlan>
  readonly byLowerCase: ReadonlyMap<string, FieldPlan>
  /** Which field came after the one before (place 0: first): producers seldom change their order. */
  readonly successors: (FieldPlan | undefined)[]
  /** For each field the number of the last object that had it, so that nothing is cleared between records. */
  readonly seen: Float64Array
  readonly requiredCount: number
  /** What an object has of fields that are missing in it; see `giveDefaults`. */
  defaults: readonly FieldDefault[]
  objects: number
  /** How many objects one after the other were not written as most are. */
  unusual: number
}

export interface FieldDefault {
  readonly field: FieldPlan
  /** `,"name":value`, as a line has it. */
  readonly member: Uint8Array
}

export interface ScanOptions {
  /** A field that a record may have although the table has no such column: any value. */
  readonly marker?: string | undefined
  /** Top-level string columns that cannot keep the empty text. */
  readonly filled?: ReadonlySet<string> | undefined
  /** Whether columns whose names begin with `_` are Weir's own, or of the records as all others. */
  readonly reserved?: 'left out' | 'taken'
}

/**
 * Compiles the top-level columns, mostly without Weir's own (names that begin with `_`). Throws WEIR-5017 for types that a JSON
 * value cannot fill without a change, or that DuckDB cannot write: maps whose keys are not strings, binary below the top
 * level, fixed, newer types.
 */
export function compileScanPlan(schema: RecordSchema, { marker, filled, reserved }: ScanOptions = {}): ObjectPlan {
  const own = schema.fields.filter(({ name }) => reserved === 'taken' || !name.startsWith('_'))
  const plans = compileFields(own, '').map((plan): FieldPlan =>
    plan.kind === 'string' && filled?.has(plan.name) === true ? { ...plan, kind: 'filled string' } : plan,
  )
  if (marker === undefined || own.some(({ name }) => name === marker)) return objectOf(plans)
  return objectOf([...plans, markerField(marker, own.length)])
}

function markerField(name: string, index: number): FieldPlan {
  const plain = { name, ...writtenKey(name), kind: 'ignored' as const, required: false, index }
  return { ...plain, precision: 0, scale: 0, object: undefined, element: undefined }
}

function compileObject(fields: readonly RecordField[], path: string): ObjectPlan {
  return objectOf(compileFields(fields, path))
}

function compileFields(fields: readonly RecordField[], path: string): readonly FieldPlan[] {
  return fields.map((field, index) => compileField(field.name, field.type, field.required, index, path))
}

function objectOf(plans: readonly FieldPlan[]): ObjectPlan {
  return {
    fields: plans,
    byKey: new Map(plans.map((plan) => [Buffer.from(plan.key).toString('latin1'), plan])),
    byLowerCase: new Map(plans.map((plan) => [plan.name.toLowerCase(), plan])),
    successors: Array.from({ length: plans.length + 1 }, (_, at) => plans[at]),
    seen: new Float64Array(plans.length),
    requiredCount: plans.filter(({ required }) => required).length,
    defaults: [],
    objects: 0,
    unusual: 0,
  }
}

function compileField(name: string, type: RecordType, required: boolean, index: number, path: string): FieldPlan {
  const where = path === '' ? name : `${path}.${name}`
  const plain = { name, ...writtenKey(name), required, index, precision: 0, scale: 0 }
  const made = { ...plain, object: undefined, element: undefined }
  if (typeof type === 'string') return { ...made, ...primitive(type, where, path !== '' || index === -1) }
  if (type.type === 'struct') return { ...made, kind: 'struct', object: compileObject(type.fields, where) }
  if (type.type === 'list')
    return {
      ...made,
      kind: 'list',
      element: compileField('element', type.element, type['element-required'], -1, where),
    }
  if (type.key !== 'string') throw unsupported(where, 'a map whose keys are not strings')
  return { ...made, kind: 'map', element: compileField('value', type.value, type['value-required'], -1, where) }
}

function writtenKey(name: string): Pick<FieldPlan, 'key' | 'leadWords' | 'leadBytes' | 'minute'> {
  const lead = Buffer.from(`${JSON.stringify(name)}:`)
  // A nameless member is no shorter than its colon and the first byte behind it.
  const bytes = lead.length < 4 ? Buffer.concat([lead, Buffer.from([0])]) : lead
  const places = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, at) => Math.min(at * 4, bytes.length - 4))
  const leadWords = Int32Array.from(places, (at) => bytes.readInt32LE(at))
  return { key: Buffer.from(name), leadWords, leadBytes: bytes.length, minute: new Int32Array(4) }
}

type ScalarPlan = Pick<FieldPlan, 'kind'> & Partial<Pick<FieldPlan, 'precision' | 'scale'>>

function primitive(type: string, where: string, nested: boolean): ScalarPlan {
  const found = parsePrimitive(type)
  if (found === undefined) throw unsupported(where, type)
  switch (found.name) {
    case 'decimal':
      return { kind: 'decimal', precision: found.precision, scale: found.scale }
    case 'binary':
      if (nested) throw unsupported(where, 'binary inside another type')
      return { kind: 'bytes' }
    case 'fixed':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      throw unsupported(where, type)
    default:
      return { kind: found.name }
  }
}

function unsupported(where: string, what: string): WeirError {
  return new WeirError(
    'WEIR-5017',
    `column ${where} is ${what}, which records in JSON or CSV cannot fill; use another type`,
  )
}

/** At most so many ignored names are remembered for one object: names may be made up without end. */
const ignoredMax = 256

/** Remembers a field that the table does not have and the policy ignores. */
export function rememberIgnored(plan: ObjectPlan, latin1Key: string): FieldPlan {
  const key = Buffer.from(latin1Key, 'latin1')
  const field: FieldPlan = {
    name: key.toString('utf8'),
    ...writtenKey(key.toString('utf8')),
    key,
    kind: 'ignored',
    required: false,
    index: -1,
    precision: 0,
    scale: 0,
    object: undefined,
    element: undefined,
  }
  if (plan.byKey.size < plan.fields.length + ignoredMax) plan.byKey.set(latin1Key, field)
  return field
}
