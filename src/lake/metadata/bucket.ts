import { WeirError } from '../../kernel/errors/weir-error.ts'
import { primitiveOf, type Primitive } from '../../record/schema/primitive.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { murmur3 } from '../types/murmur3.ts'
import { singleValue } from '../types/single-value.ts'

/** How values of a type are hashed (Iceberg specification, appendix B); undefined for types that have no buckets. */
export function bucketForm(
  name: Primitive['name'],
): 'number' | 'nanoseconds' | 'decimal' | 'text' | 'bytes' | undefined {
  switch (name) {
    case 'int':
    case 'long':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'number'
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return 'nanoseconds'
    case 'decimal':
      return 'decimal'
    case 'string':
      return 'text'
    case 'uuid':
    case 'fixed':
    case 'binary':
      return 'bytes'
    case 'boolean':
    case 'float':
    case 'double':
      return undefined
  }
}

/** The bucket, from 0 to `count - 1`, of a value as a partition tuple would hold it. `WEIR-4007` for types without buckets. */
export function bucketOf(type: string, count: number, value: Exclude<PartitionValue, null>): number {
  return (bucketHash(type, value) & 0x7fff_ffff) % count
}

export function bucketHash(type: string, value: Exclude<PartitionValue, null>): number {
  switch (bucketForm(primitiveOf(type).name)) {
    // A column may be widened from int to long and keeps its buckets.
    case 'number':
      return murmur3(singleValue('long', value))
    case 'nanoseconds':
      return murmur3(singleValue('long', BigInt.asIntN(64, microsOfNanos(BigInt(value as bigint)))))
    case 'decimal':
    case 'text':
    case 'bytes':
      return murmur3(singleValue(type, value))
    case undefined:
      throw noBuckets(type)
  }
}

export function noBuckets(type: string): WeirError {
  return new WeirError(
    'WEIR-4007',
    `bucket cannot be applied to ${type}; it takes whole numbers, decimals, dates, times, text, bytes and uuids`,
  )
}

function microsOfNanos(nanos: bigint): bigint {
  return (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n
}
