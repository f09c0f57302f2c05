import { isUtf8 } from 'node:buffer'
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  type DuckDBType,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimeValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUUIDValue,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  TIME,
  TIMESTAMP,
  TIMESTAMP_NS,
  TIMESTAMPTZ,
  UUID,
  VARCHAR,
} from '@duckdb/node-api'
import type { AvroCursor } from '../manifest/avro-cursor.ts'
import { unscaledFrom } from '../types/single-value.ts'

/** What DuckDB holds a value of an Avro schema as, and how one is read. */
export interface PrimitiveShape {
  readonly type: DuckDBType
  readonly read: (cursor: AvroCursor) => DuckDBValue
}

/** Attributes of a schema, as JSON has them. */
export type Attributes = { readonly [key: string]: unknown }

/**
 * Of a primitive, a fixed or an enum, by its name and logical type (Iceberg specification, appendix A; Avro specification, logical types).
 * A logical type that is not known says nothing, as Avro has it. Undefined for what is none of these.
 */
export function primitiveShape(name: string, attributes: Attributes): PrimitiveShape | undefined {
  const logical = attributes['logicalType'] as string | undefined
  switch (name) {
    case 'null':
      return { type: VARCHAR, read: () => null }
    case 'boolean':
      return { type: BOOLEAN, read: readBoolean }
    case 'int':
      return intShape(logical)
    case 'long':
      return longShape(logical, attributes['adjust-to-utc'] === true)
    case 'float':
      return { type: FLOAT, read: (cursor) => cursor.slice(4).readFloatLE() }
    case 'double':
      return { type: DOUBLE, read: (cursor) => cursor.slice(8).readDoubleLE() }
    case 'string':
      if (logical === 'uuid') return { type: UUID, read: (cursor) => uuidOf(readText(cursor)) }
      return { type: VARCHAR, read: readText }
    case 'bytes':
      return bytesShape(attributes, (cursor) => cursor.slice(cursor.length()))
    case 'fixed': {
      const size = attributes['size'] as number
      return bytesShape(attributes, (cursor) => cursor.slice(size))
    }
    case 'enum': {
      const symbols = attributes['symbols'] as readonly string[]
      return { type: VARCHAR, read: (cursor) => symbolOf(symbols, Number(cursor.long())) }
    }
    default:
      return undefined
  }
}

function readBoolean(cursor: AvroCursor): boolean {
  const byte = cursor.byte()
  if (byte > 1) throw new RangeError('a boolean is neither true nor false')
  return byte === 1
}

function readText(cursor: AvroCursor): string {
  const length = cursor.length()
  const start = cursor.at
  cursor.at += length
  const text = cursor.bytes.toString('utf8', start, cursor.at)
  // What is no UTF-8 would come as this character, and be another text than the one written.
  if (text.includes('\ufffd') && !isUtf8(cursor.bytes.subarray(start, cursor.at)))
    throw new RangeError('a string is not UTF-8')
  return text
}

function symbolOf(symbols: readonly string[], at: number): string {
  const symbol = symbols[at]
  if (symbol === undefined) throw new RangeError('an enum has no such symbol')
  return symbol
}

const readLong = (cursor: AvroCursor): bigint => BigInt(cursor.long())

function intShape(logical: string | undefined): PrimitiveShape {
  const int = (cursor: AvroCursor): number => {
    const value = Number(cursor.long())
    if (value !== (value | 0)) throw new RangeError('an int has more than 32 bits')
    return value
  }
  if (logical === 'date') return { type: DATE, read: (cursor) => new DuckDBDateValue(int(cursor)) }
  if (logical === 'time-millis') return { type: TIME, read: (cursor) => timeOf(BigInt(int(cursor)) * 1000n) }
  return { type: INTEGER, read: int }
}

function longShape(logical: string | undefined, isAdjusted: boolean): PrimitiveShape {
  switch (logical) {
    case 'time-micros':
      return { type: TIME, read: (cursor) => timeOf(readLong(cursor)) }
    case 'timestamp-millis':
      return momentShape(isAdjusted, (value) => value * 1000n)
    case 'timestamp-micros':
      return momentShape(isAdjusted, (value) => value)
    case 'local-timestamp-millis':
      return momentShape(false, (value) => value * 1000n)
    case 'local-timestamp-micros':
      return momentShape(false, (value) => value)
    case 'timestamp-nanos':
      // DuckDB has no type for nanoseconds with a zone: as of Parquet, its microseconds are read.
      return isAdjusted ? momentShape(true, microsOfNanos) : nanosShape
    case 'local-timestamp-nanos':
      return nanosShape
    default:
      return { type: BIGINT, read: readLong }
  }
}

const nanosShape: PrimitiveShape = {
  type: TIMESTAMP_NS,
  read: (cursor) => new DuckDBTimestampNanosecondsValue(readLong(cursor)),
}

function momentShape(isAdjusted: boolean, micros: (value: bigint) => bigint): PrimitiveShape {
  return isAdjusted
    ? { type: TIMESTAMPTZ, read: (cursor) => new DuckDBTimestampTZValue(micros(readLong(cursor))) }
    : { type: TIMESTAMP, read: (cursor) => new DuckDBTimestampValue(micros(readLong(cursor))) }
}

/** Rounded down, before 1970 too. */
function microsOfNanos(nanos: bigint): bigint {
  return (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n
}

const dayMicros = 86_400_000_000n

function timeOf(micros: bigint): DuckDBTimeValue {
  if (micros < 0n || micros > dayMicros) throw new RangeError('a time is not within a day')
  return new DuckDBTimeValue(micros)
}

function bytesShape(attributes: Attributes, bytesOf: (cursor: AvroCursor) => Buffer): PrimitiveShape {
  const {
    logicalType,
    precision,
    scale = 0,
    size,
  } = attributes as {
    readonly logicalType?: string
    readonly precision?: number
    readonly scale?: number
    readonly size?: number
  }
  if (logicalType === 'decimal' && precision !== undefined) {
    const end = 10n ** BigInt(precision)
    const read = (cursor: AvroCursor): DuckDBDecimalValue => {
      const unscaled = integerOf(bytesOf(cursor))
      if (unscaled >= end || unscaled <= -end) throw new RangeError(`a decimal has more than ${precision} digits`)
      return new DuckDBDecimalValue(unscaled, precision, scale)
    }
    return { type: DECIMAL(precision, scale), read }
  }
  if (logicalType === 'uuid' && size === 16)
    return { type: UUID, read: (cursor) => DuckDBUUIDValue.fromUint128(unsignedOf(bytesOf(cursor))) }
  return { type: BLOB, read: (cursor) => new DuckDBBlobValue(bytesOf(cursor)) }
}

/** Bytes of which Node makes a number without detours. */
const shortBytes = 6

function integerOf(bytes: Buffer): bigint {
  if (bytes.length === 0 || bytes.length > shortBytes) return unscaledFrom(bytes)
  return BigInt(bytes.readIntBE(0, bytes.length))
}

function unsignedOf(bytes: Buffer): bigint {
  return (bytes.readBigUInt64BE() << 64n) | bytes.readBigUInt64BE(8)
}

function uuidOf(text: string): DuckDBUUIDValue {
  const digits = text.replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw new RangeError('a text is not a UUID')
  return DuckDBUUIDValue.fromUint128(BigInt(`0x${digits}`))
}
