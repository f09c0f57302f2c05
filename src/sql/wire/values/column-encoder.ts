import { DuckDBVector, DuckDBTypeId as Id } from '@duckdb/node-api'
import type { ByteWriter } from '../byte-writer.ts'
import type { ResultVector } from '../query-service.ts'
import type { ResultType } from '../result-type.ts'
import { writeBinary } from './binary.ts'
import { timestampText } from './calendar.ts'
import { float4Text, float8Text } from './number-text.ts'
import { dayText, jsonText, type TextStyle, valueText } from './text.ts'
import { bytesOf, halvesOf, numbersOf, validityOf } from './vector-data.ts'

/** Writes one value of a column, its length in front; -1 alone for null. Made anew for each vector. */
export type ValueWriter = (out: ByteWriter, row: number) => void

/** A column's values, one vector after the other. */
export type ColumnEncoder = (vector: ResultVector) => ValueWriter

/** The same out of DuckDB's memory. */
type DirectEncoder = (vector: DuckDBVector) => ValueWriter

export function columnEncoder(type: ResultType, format: 'text' | 'binary', style: TextStyle): ColumnEncoder {
  const write = direct(type, format, style)
  const byValue = generic(type, format, { ...style, float4: type.pg.name === 'float4' })
  if (!write) return byValue
  return (vector) => {
    if (!(vector instanceof DuckDBVector)) return byValue(vector)
    const validity = validityOf(vector)
    const valid = write(vector)
    if (!validity) return valid
    return (out, row) => {
      if ((validity[row >> 3]! >> (row & 7)) & 1) valid(out, row)
      else out.int32(-1)
    }
  }
}

/** Straight from memory: the types that large results are made of. */
function direct(type: ResultType, format: 'text' | 'binary', style: TextStyle): DirectEncoder | undefined {
  if (type.array || type.pg.name === 'json') return type.duckdb.typeId === Id.VARCHAR ? stringWriter : undefined
  switch (type.duckdb.typeId) {
    case Id.VARCHAR:
      return stringWriter
    case Id.SMALLINT:
    case Id.INTEGER:
      return format === 'text' ? integerText : undefined
    case Id.BIGINT:
      return format === 'text' ? bigintText : bigintBinary
    case Id.FLOAT:
      return format === 'text' ? floatText(float4Text) : undefined
    case Id.DOUBLE:
      return format === 'text' ? floatText(float8Text) : undefined
    case Id.DATE:
      return format === 'text' ? dateWriter : undefined
    case Id.TIMESTAMP:
      return format === 'text' ? timestampWriter(style, false) : undefined
    case Id.TIMESTAMP_TZ:
      return format === 'text' ? timestampWriter(style, true) : undefined
    default:
      return undefined
  }
}

function generic(type: ResultType, format: 'text' | 'binary', style: TextStyle): ColumnEncoder {
  // A JSON text is one already.
  const json = type.pg.name === 'json' && type.duckdb.typeId !== Id.VARCHAR
  return (vector) => (out, row) => {
    const value = vector.getItem(row)
    if (value === null) out.int32(-1)
    else if (json) out.lengthAndText(jsonText(value, style))
    else if (format === 'binary') writeBinary(out, value, type.pg, style)
    else out.lengthAndText(valueText(value, style))
  }
}

// Up to 12 bytes lie in the header itself; longer ones behind a pointer, which the binding follows.
const stringWriter: DirectEncoder = (vector) => {
  const bytes = bytesOf(vector)
  return (out, row) => {
    const at = row * 16
    const length = bytes[at]! | (bytes[at + 1]! << 8)
    if (length > 12 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0)
      return out.lengthAndText(vector.getItem(row) as string)
    out.reserve(16)
    out.setInt32(out.at, length)
    const target = out.at + 4
    for (let i = 0; i < length; i++) out.bytes[target + i] = bytes[at + 4 + i]!
    out.at = target + length
  }
}

const integerText: DirectEncoder = (vector) => {
  const items = numbersOf<Int32Array>(vector)
  return (out, row) => writeDigits(out, items[row]!)
}

const bigintText: DirectEncoder = (vector) => {
  const halves = halvesOf(vector)
  return (out, row) => {
    const [low, high] = [halves[row * 2]!, halves[row * 2 + 1]!]
    const value = high * 0x1_0000_0000 + (low >>> 0)
    if (Number.isSafeInteger(value)) writeDigits(out, value)
    else out.lengthAndAscii(String(vector.getItem(row)))
  }
}

const bigintBinary: DirectEncoder = (vector) => {
  const halves = halvesOf(vector)
  return (out, row) => {
    out.int32(8)
    out.int32(halves[row * 2 + 1]!)
    out.int32(halves[row * 2]!)
  }
}

/** Decimal digits of a safe integer, written from the end. */
function writeDigits(out: ByteWriter, value: number): void {
  out.reserve(24)
  const { bytes } = out
  let rest = value < 0 ? -value : value
  let end = out.at + 24
  const last = end
  do {
    const next = Math.floor(rest / 10)
    bytes[--end] = 48 + (rest - next * 10)
    rest = next
  } while (rest > 0)
  if (value < 0) bytes[--end] = 45
  const length = last - end
  out.setInt32(out.at, length)
  bytes.copyWithin(out.at + 4, end, last)
  out.at += 4 + length
}

function floatText(text: (value: number) => string): DirectEncoder {
  return (vector) => {
    const items = numbersOf<Float64Array>(vector)
    return (out, row) => out.lengthAndAscii(text(items[row]!))
  }
}

const dateWriter: DirectEncoder = (vector) => {
  const days = numbersOf<Int32Array>(vector)
  return (out, row) => out.lengthAndAscii(dayText(days[row]!))
}

function timestampWriter(style: TextStyle, zoned: boolean): DirectEncoder {
  return (vector) => {
    const halves = halvesOf(vector)
    return (out, row) => {
      const micros = halves[row * 2 + 1]! * 0x1_0000_0000 + (halves[row * 2]! >>> 0)
      if (!Number.isSafeInteger(micros)) return out.lengthAndText(valueText(vector.getItem(row), style))
      const offset = zoned ? style.offsetAt(micros) : undefined
      out.lengthAndAscii(timestampText(micros + (offset?.micros ?? 0), offset?.text ?? ''))
    }
  }
}
