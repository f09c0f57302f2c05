import { parsePrimitive } from '../../record/schema/primitive.ts'
import type { FileFormat } from '../crawled-table.ts'

const decimalDigitsMax = 38

/**
 * The narrower of the types that hold all values of both without a change; undefined when there is none. What text files hold is read
 * again under the wider type, so a long becomes a double there; in Parquet it is a long already, and may have more digits.
 */
export function commonType(a: string, b: string, format: FileFormat): string | undefined {
  if (a === b) return a
  return wider(a, b, format) ?? wider(b, a, format) ?? commonDecimal(a, b)
}

function wider(narrow: string, wide: string, format: FileFormat): string | undefined {
  const widenings = format === 'parquet' ? ofParquet : ofText
  if (widenings[narrow]?.includes(wide) === true) return wide
  const decimal = parsePrimitive(wide)
  if (decimal?.name !== 'decimal') return undefined
  const room = decimal.precision - decimal.scale
  if (narrow === 'int') return room >= 10 ? wide : undefined
  return narrow === 'long' && room >= 19 ? wide : undefined
}

const ofText: Readonly<Record<string, readonly string[]>> = { int: ['long', 'double'], long: ['double'] }
const ofParquet: Readonly<Record<string, readonly string[]>> = { int: ['long', 'double'], float: ['double'] }

function commonDecimal(a: string, b: string): string | undefined {
  const [left, right] = [parsePrimitive(a), parsePrimitive(b)]
  if (left?.name !== 'decimal' || right?.name !== 'decimal') return undefined
  const scale = Math.max(left.scale, right.scale)
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  // What was found in text has room to spare; the digits that come are checked when they are read.
  if (left.precision === decimalDigitsMax && right.precision === decimalDigitsMax) return `decimal(38,${scale})`
  return whole + scale <= decimalDigitsMax ? `decimal(${whole + scale},${scale})` : undefined
}
