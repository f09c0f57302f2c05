import { isUtf8 } from 'node:buffer'
import type { RecordField } from '../../record/json/record-schema.ts'
import type { Rejection } from '../../record/json/rejection.ts'
import type { DeleteRule } from './table-key.ts'

/** A value that deletes, as a JSON object of the key columns alone; undefined when the record does not delete. */
export interface DeleteReader {
  /** Of a record without a value. */
  ofKey(key: Buffer | undefined): Buffer | Rejection
  /** Of a record that does not fit the table: one that deletes needs its key only. */
  ofValue(value: Buffer): Buffer | undefined
}

/** A primitive as it is written: digits beyond what a double holds must stay. */
class Source {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export function deleteReader(key: readonly RecordField[], rule: DeleteRule): DeleteReader {
  const names = key.map(({ name }) => name)
  return {
    ofKey(bytes) {
      if (!rule.tombstones)
        return {
          code: 'WEIR-5006',
          reason: 'there is no value (a tombstone), and the delivery does not delete by these',
        }
      if (bytes === undefined || bytes.length === 0)
        return { code: 'WEIR-5006', reason: 'there is neither a value nor a key: nothing tells which row to delete' }
      if (!isUtf8(bytes))
        return { code: 'WEIR-5002', reason: 'there is no value (a tombstone), and its key is not UTF-8' }
      const found = rule.recordKey === 'text' ? keyOfText(bytes, key) : keyOfJson(bytes, names)
      return (
        found ?? {
          code: 'WEIR-5006',
          reason: `there is no value (a tombstone), and its key does not hold ${names.join(', ')} as ${rule.recordKey === 'text' ? 'text' : 'JSON'}`,
        }
      )
    },
    ofValue(value) {
      const { marker } = rule
      const record = marker && isUtf8(value) ? parse(value) : undefined
      if (!marker || !isObject(record)) return undefined
      const found = record[marker.field]
      return textOf(found) === marker.value ? keyObject(record, names) : undefined
    },
  }
}

function keyOfText(bytes: Buffer, key: readonly RecordField[]): Buffer | undefined {
  const [field] = key
  if (key.length !== 1 || field === undefined) return undefined
  const text = bytes.toString('utf8')
  const isNumber = /^(int|long|decimal)/.test(field.type as string) && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)
  const isBoolean = field.type === 'boolean' && (text === 'true' || text === 'false')
  return Buffer.from(`{${JSON.stringify(field.name)}:${isNumber || isBoolean ? text : JSON.stringify(text)}}`)
}

/** An object with the key columns, one in the envelope of Connect's JsonConverter, or the value of the one column there is. */
function keyOfJson(bytes: Buffer, names: readonly string[]): Buffer | undefined {
  const parsed = parse(bytes)
  if (isObject(parsed)) {
    const { schema, payload } = parsed
    return keyObject(parsed, names) ?? (schema === undefined ? undefined : ofPayload(payload, names))
  }
  return ofPayload(parsed, names)
}

function ofPayload(payload: unknown, names: readonly string[]): Buffer | undefined {
  if (isObject(payload)) return keyObject(payload, names)
  return names.length === 1 ? keyObject({ [names[0]!]: payload }, names) : undefined
}

function keyObject(record: Readonly<Record<string, unknown>>, names: readonly string[]): Buffer | undefined {
  const members: string[] = []
  for (const name of names) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined
    if (!(value instanceof Source)) return undefined
    members.push(`${JSON.stringify(name)}:${value.text}`)
  }
  return Buffer.from(`{${members.join(',')}}`)
}

function textOf(value: unknown): string | undefined {
  if (!(value instanceof Source)) return undefined
  return value.text.startsWith('"') ? (JSON.parse(value.text) as string) : value.text
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'), (_, item: unknown, context?: { source?: string }) =>
      context?.source === undefined ? item : new Source(context.source),
    )
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Source)
}
