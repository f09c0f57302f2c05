import { isExactNumber, isExactObject, listOf, type ExactJson } from '../exact-json.ts'
import { schemaDepthMax } from '../invalid-schema.ts'
import type { AvroRecord, AvroSchema } from './avro-schema.ts'

/**
 * Whether a field of this type may have this default; of a union, any branch may be meant. A default that needs itself, as that of a record
 * within the same record can, has no end and fits nothing.
 */
export function fitsDefault(schema: AvroSchema, value: ExactJson, depth = 0): boolean {
  if (depth > schemaDepthMax) return false
  switch (schema.type) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return isWhole(value, -(2n ** 31n), 2n ** 31n - 1n)
    case 'long':
      return isWhole(value, -(2n ** 63n), 2n ** 63n - 1n)
    case 'float':
    case 'double':
      return isExactNumber(value)
    case 'string':
    case 'bytes':
    case 'fixed':
    case 'enum':
      return typeof value === 'string'
    case 'array':
      return listOf(value)?.every((each) => fitsDefault(schema.items, each, depth + 1)) ?? false
    case 'map':
      return isExactObject(value) && Object.values(value).every((each) => fitsDefault(schema.values, each, depth + 1))
    case 'union':
      return schema.branches.some((branch) => fitsDefault(branch, value, depth + 1))
    case 'record':
      return isExactObject(value) && fitsRecord(schema, value, depth)
  }
}

function fitsRecord(schema: AvroRecord, value: Readonly<Record<string, ExactJson>>, depth: number): boolean {
  return schema.fields.every(({ name, schema: type, default: standard }) => {
    const given = value[name] ?? standard?.value
    return given !== undefined && fitsDefault(type, given, depth + 1)
  })
}

function isWhole(value: ExactJson, least: bigint, most: bigint): boolean {
  if (!isExactNumber(value) || !/^-?\d{1,20}$/.test(value.rawJSON)) return false
  const whole = BigInt(value.rawJSON)
  return whole >= least && whole <= most
}
