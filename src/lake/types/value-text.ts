import type { PartitionValue } from '../manifest/data-file.ts'
import { parsePrimitive } from '../../record/schema/primitive.ts'
import { unscaledFrom } from './single-value.ts'

/** A value of a partition tuple or a bound as people read it: dates and times in ISO 8601 (UTC), bytes as hex. */
export function valueText(type: string, value: PartitionValue): string {
  if (value === null) return 'null'
  const primitive = parsePrimitive(type)
  switch (primitive?.name) {
    case 'date':
      return dateText(BigInt(value as number))
    case 'time':
      return clockText(BigInt(value as number))
    case 'timestamp':
    case 'timestamptz':
      return timestampText(BigInt(value as number)) + (primitive.name === 'timestamptz' ? 'Z' : '')
    case 'timestamp_ns':
    case 'timestamptz_ns': {
      const nanos = BigInt(value as number)
      const micros = floorDivide(nanos, 1000n)
      const rest = String(nanos - micros * 1000n).padStart(3, '0')
      return timestampText(micros) + rest + (primitive.name === 'timestamptz_ns' ? 'Z' : '')
    }
    case 'decimal':
      return decimalText(unscaledFrom(value as Buffer), primitive.scale)
    case 'uuid':
      return (value as Buffer).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    default:
      if (Object.is(value, -0)) return '-0'
      return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
  }
}

const dayMicros = 86_400_000_000n

function floorDivide(value: bigint, by: bigint): bigint {
  return (value - (((value % by) + by) % by)) / by
}

/** JavaScript's dates end in the year 275760; beyond them the count of days is shown. */
export function dateText(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000)
  return Number.isNaN(date.getTime()) ? `${days} days since 1970-01-01` : date.toISOString().replace(/T.*$/, '')
}

function timestampText(micros: bigint): string {
  const days = floorDivide(micros, dayMicros)
  return `${dateText(days)}T${clockText(micros - days * dayMicros)}`
}

function clockText(micros: bigint): string {
  const two = (value: bigint): string => String(value).padStart(2, '0')
  const seconds = micros / 1_000_000n
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${String(micros % 1_000_000n).padStart(6, '0')}`
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
