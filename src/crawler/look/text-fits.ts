import { compileScanPlan, type FieldPlan } from '../../record/json/scan-plan.ts'
import { ScanState } from '../../record/json/scan-state.ts'
import { decimalOf, keepsDigits } from '../../record/json/scan-number.ts'
import { checkTemporal } from '../../record/json/scan-temporal.ts'
import { parsePrimitive } from '../../record/schema/primitive.ts'

const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const integerText = /^-?(0|[1-9]\d*)$/
const booleans = new Set(['true', 'false', 'True', 'False', 'TRUE', 'FALSE'])

/**
 * Whether a text in a file is a value of the type that keeps all that is written (docs/spec/values.md): `007` is no long, 1.005 is no
 * `decimal(9,2)`. `read/text-sql.ts` says the same in SQL.
 */
export function textFits(text: string, type: string): boolean {
  const primitive = parsePrimitive(type)
  switch (primitive?.name) {
    case 'string':
      return true
    case 'boolean':
      return booleans.has(text)
    case 'int':
      return isInteger(text, 31n)
    case 'long':
      return isInteger(text, 63n)
    case 'double':
      return numberText.test(text) && text.length <= 400 && keepsDigits(text, 'double') === 'kept'
    case 'decimal':
      return numberText.test(text) && fitsDecimal(text, primitive.precision, primitive.scale)
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return isTemporal(text, primitive.name)
    default:
      return false
  }
}

/** Types that values in a text file can be declared as. */
export const textTypes = ['boolean', 'int', 'long', 'double', 'date', 'timestamp', 'timestamptz', 'string'] as const

function isInteger(text: string, bits: bigint): boolean {
  if (!integerText.test(text) || text.length > 20) return false
  const value = BigInt(text)
  return value < 1n << bits && value >= -(1n << bits)
}

function fitsDecimal(text: string, precision: number, scale: number): boolean {
  // DuckDB reads no decimal of a text with an exponent to its last digit.
  if (/[eE]/.test(text)) return false
  const { digits, exponent } = decimalOf(text)
  return digits === '' || (-exponent <= scale && digits.length + exponent <= precision - scale)
}

/** Digits before the point and after it; undefined for what is no plain number. */
export function decimalDigits(text: string): { readonly whole: number; readonly scale: number } | undefined {
  if (!numberText.test(text) || /[eE]/.test(text)) return undefined
  const { digits, exponent } = decimalOf(text)
  return { whole: Math.max(0, digits.length + exponent), scale: Math.max(0, -exponent) }
}

const temporalMax = 64
const scan = new ScanState(temporalMax + 1)
const temporalFields = new Map<string, FieldPlan>()

function isTemporal(text: string, type: 'date' | 'timestamp' | 'timestamptz'): boolean {
  if (text.length > temporalMax || !/^[\d.:TZ+ -]{10,}$/.test(text)) return false
  let field = temporalFields.get(type)
  if (!field) {
    field = compileScanPlan({ fields: [{ id: 1, name: 'value', required: false, type }] }).fields[0]!
    temporalFields.set(type, field)
  }
  const length = Buffer.from(scan.buffer.buffer, scan.buffer.byteOffset).write(text, 'latin1')
  scan.buffer[length] = 0
  return checkTemporal(scan, field, 0, length)
}
