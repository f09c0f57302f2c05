import { primitiveOf } from '../../record/schema/primitive.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { duckdbType, literal } from '../types/duckdb-type.ts'
import { unscaledFrom } from '../types/single-value.ts'

/** SQL for a value of a partition tuple. */
export function partitionLiteral(type: string, value: PartitionValue): string {
  return `CAST(${value === null ? 'NULL' : plain(type, value)} AS ${duckdbType(type)})`
}

function plain(type: string, value: Exclude<PartitionValue, null>): string {
  const primitive = primitiveOf(type)
  switch (primitive.name) {
    case 'date':
      return `DATE '1970-01-01' + ${String(value)}::INTEGER`
    case 'time':
      return `TIME '00:00:00' + to_microseconds(${String(value)}::BIGINT)`
    case 'timestamp':
      return `make_timestamp(${String(value)}::BIGINT)`
    case 'timestamptz':
      return `make_timestamptz(${String(value)}::BIGINT)`
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return `make_timestamp_ns(${String(value)}::BIGINT)`
    case 'decimal':
      return literal(decimalText(unscaledFrom(value as Buffer), primitive.scale))
    case 'uuid':
      return literal((value as Buffer).toString('hex'))
    case 'binary':
    case 'fixed':
      return `from_hex(${literal((value as Buffer).toString('hex'))})`
    default:
      return literal(String(value))
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
