import { exactNumber, type ExactJson } from '../exact-json.ts'
import type { AvroReader } from './avro-reader.ts'
import type { AvroSchema } from './avro-schema.ts'
import type { AvroLogicalType } from './logical-type.ts'

const perSecond: Readonly<Record<string, bigint>> = { millis: 1000n, micros: 1_000_000n, nanos: 1_000_000_000n }
const secondsOfDay = 86_400n

/** The value of a logical type as people write it; undefined when it is shown as its underlying type, of which nothing was read. */
export function logicalValue(logical: AvroLogicalType, schema: AvroSchema, reader: AvroReader): ExactJson | undefined {
  const { name } = logical
  if ('precision' in logical) return decimal(bytesOf(schema, reader), logical.scale)
  if (name === 'uuid') return schema.type === 'fixed' ? uuid(reader.fixed(16)) : undefined
  if (name === 'date') return dateText(reader.long())
  const [, kind, unit] = /^(time|timestamp|local-timestamp)-(millis|micros|nanos)$/.exec(name) ?? []
  if (unit === undefined) return undefined
  const value = reader.long()
  const divisor = perSecond[unit]!
  if (kind === 'time') return timeText(value, divisor)
  const days = floorDivide(value, divisor * secondsOfDay)
  const text = `${dateText(days)}T${timeText(value - days * divisor * secondsOfDay, divisor)}`
  return kind === 'timestamp' ? `${text}Z` : text
}

function bytesOf(schema: AvroSchema, reader: AvroReader): Buffer {
  return schema.type === 'fixed' ? reader.fixed(schema.size) : reader.bytes()
}

function decimal(bytes: Buffer, scale: number): ExactJson {
  const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  const whole = digits.slice(0, digits.length - scale)
  return exactNumber(scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`)
}

function uuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Days since 1970; beyond what JavaScript counts, the number of days. */
function dateText(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000)
  return Number.isNaN(date.getTime()) ? `${days} days` : date.toISOString().slice(0, -14)
}

function timeText(value: bigint, divisor: bigint): string {
  const seconds = Number(value / divisor)
  const two = (number: number): string => String(number).padStart(2, '0')
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return `${clock}.${String(value % divisor).padStart(String(divisor).length - 1, '0')}`
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}
