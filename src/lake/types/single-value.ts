import type { PartitionValue } from '../manifest/data-file.ts'
import { daysOf, microsOfTime, microsOfTimestamp } from './calendar.ts'
import { type Primitive, primitiveOf } from '../../record/schema/primitive.ts'

/** The value that DuckDB prints as `text` (blobs as hex), as Avro and partition tuples hold it. */
export function valueOfText(type: string, text: string): Exclude<PartitionValue, null> {
  const primitive = primitiveOf(type)
  switch (primitive.name) {
    case 'boolean':
      // A cast prints the word, COPY's statistics the digit.
      return text === 'true' || text === '1'
    case 'int':
      return Number(text)
    case 'long':
      return BigInt(text)
    case 'float':
    case 'double':
      return Number(text === 'inf' ? 'Infinity' : text === '-inf' ? '-Infinity' : text)
    case 'decimal':
      return unscaledBytes(unscaledOf(text, primitive.scale))
    case 'date':
      return daysOf(text)
    case 'time':
      return microsOfTime(text)
    case 'timestamp':
    case 'timestamptz':
      return microsOfTimestamp(text)
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return microsOfTimestamp(text) * 1000n
    case 'string':
      return text
    case 'uuid':
      return Buffer.from(text.replaceAll('-', ''), 'hex')
    case 'binary':
    case 'fixed':
      return Buffer.from(text, 'hex')
  }
}

/** Single-value serialization: what bounds and partition summaries hold (Iceberg specification, appendix D). */
export function singleValue(type: string, value: Exclude<PartitionValue, null>): Buffer {
  const bytes = Buffer.alloc(8)
  switch (primitiveOf(type).name) {
    case 'boolean':
      return Buffer.of(value === true ? 1 : 0)
    case 'int':
    case 'date':
      bytes.writeInt32LE(Number(value))
      return bytes.subarray(0, 4)
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      bytes.writeBigInt64LE(BigInt(value as number))
      return bytes
    case 'float':
      bytes.writeFloatLE(Number(value))
      return bytes.subarray(0, 4)
    case 'double':
      bytes.writeDoubleLE(Number(value))
      return bytes
    case 'string':
      return Buffer.from(value as string, 'utf8')
    case 'decimal':
      return unscaledBytes(unscaledFrom(value as Buffer))
    case 'uuid':
    case 'binary':
    case 'fixed':
      return Buffer.from(value as Buffer)
  }
}

/** What a bound of a file says; a file from before its column was widened has the shorter form. */
export function valueOfSingle(type: string, bytes: Buffer): Exclude<PartitionValue, null> {
  switch (primitiveOf(type).name) {
    case 'boolean':
      return bytes[0] !== 0
    case 'int':
    case 'date':
      return bytes.readInt32LE()
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return bytes.length < 8 ? BigInt(bytes.readInt32LE()) : bytes.readBigInt64LE()
    case 'float':
    case 'double':
      return bytes.length < 8 ? bytes.readFloatLE() : bytes.readDoubleLE()
    case 'string':
      return bytes.toString('utf8')
    case 'decimal':
    case 'uuid':
    case 'binary':
    case 'fixed':
      return bytes
  }
}

/** Orders two values of one type as Iceberg does: text by its UTF-8 bytes, decimals by value, bytes unsigned. */
export function compareValues(
  type: Primitive['name'],
  a: Exclude<PartitionValue, null>,
  b: Exclude<PartitionValue, null>,
): number {
  if (type === 'decimal') return compare(unscaledFrom(a as Buffer), unscaledFrom(b as Buffer))
  if (type === 'string') return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string))
  if (Buffer.isBuffer(a)) return Buffer.compare(a, b as Buffer)
  return compare(a, b)
}

function compare(a: unknown, b: unknown): number {
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
}

function unscaledOf(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale))
}

/** Two's complement, big-endian, as few bytes as hold it. */
export function unscaledBytes(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
  return Buffer.from(hex, 'hex')
}

export function unscaledFrom(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
}
