import { numberOf, stringOf, type ExactJson } from '../exact-json.ts'
import type { AvroSchema } from './avro-schema.ts'

export type AvroLogicalType =
  | { readonly name: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly name: string }

/** Underlying types by logical type; with another one it is ignored, as the specification wants it. */
const underlying: Readonly<Record<string, readonly AvroSchema['type'][]>> = {
  decimal: ['bytes', 'fixed'],
  'big-decimal': ['bytes'],
  uuid: ['string', 'fixed'],
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  duration: ['fixed'],
}

/** The logical type, when it is one that the specification has and it fits. */
export function logicalTypeOf(schema: AvroSchema): AvroLogicalType | undefined {
  if (schema.type === 'union') return undefined
  const property = (name: string): ExactJson | undefined => schema.properties.find(([key]) => key === name)?.[1]
  const name = stringOf(property('logicalType'))
  if (name === undefined || !underlying[name]?.includes(schema.type)) return undefined
  if (name === 'decimal') return decimalOf(schema, numberOf(property('precision')), numberOf(property('scale')) ?? 0)
  if (schema.type === 'fixed' && schema.size !== (name === 'duration' ? 12 : 16)) return undefined
  return { name }
}

function decimalOf(schema: AvroSchema, precision: number | undefined, scale: number): AvroLogicalType | undefined {
  const fits =
    Number.isInteger(precision) && precision! > 0 && Number.isInteger(scale) && scale >= 0 && scale <= precision!
  if (!fits || (schema.type === 'fixed' && precision! > digitsOf(schema.size))) return undefined
  return { name: 'decimal', precision: precision!, scale }
}

/** Decimal digits that a two's complement number of so many bytes always holds. */
function digitsOf(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1))
}
