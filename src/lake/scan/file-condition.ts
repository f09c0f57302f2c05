import { primitiveOf, type Primitive } from '../../record/schema/primitive.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { LocatedField } from '../types/schema.ts'
import { compareValues, valueOfSingle, valueOfText } from '../types/single-value.ts'

/** What a query asks of one column, as far as a file's counts and bounds can answer. */
export type FileCondition =
  | { readonly fieldId: number; readonly test: 'is null' | 'is not null' }
  | {
      readonly fieldId: number
      readonly test: '<' | '<=' | '=' | '>=' | '>'
      /** A value of the column's type, as DuckDB prints it (blobs as hex). */
      readonly value: string
    }

/**
 * Whether a file may have a row for which all conditions hold; false only when it certainly has none. SQL's rules: null is
 * neither above nor below anything, and NaN is above all numbers, as DuckDB has it.
 */
export function fileMayMatch(
  file: DataFile,
  conditions: readonly FileCondition[],
  columns: ReadonlyMap<number, LocatedField>,
): boolean {
  return conditions.every((condition) => {
    const column = columns.get(condition.fieldId)
    // Inside lists and maps counts are of elements, not of rows; nested types have none.
    if (column === undefined || column.repeated || typeof column.type !== 'string') return true
    return mayHold(file, condition, column.type)
  })
}

function mayHold(file: DataFile, condition: FileCondition, type: string): boolean {
  const { fieldId } = condition
  const nulls = file.nullCounts?.get(fieldId)
  if (condition.test === 'is null') return nulls !== 0
  if (nulls !== undefined && nulls === file.valueCounts?.get(fieldId)) return false
  if (!('value' in condition)) return true
  const primitive = primitiveOf(type)
  const value = comparable(primitive, type, condition.value)
  if (value === undefined) return true
  const side = (bound: Buffer | undefined): number | undefined =>
    bound === undefined ? undefined : compareValues(primitive.name, valueOfSingle(type, bound), value)
  const lower = side(file.lowerBounds?.get(fieldId))
  const upper = side(file.upperBounds?.get(fieldId))
  const floats = primitive.name === 'float' || primitive.name === 'double'
  // A number of twice the width may lie between two floats that print alike: equality decides nothing there.
  const touches = condition.test.endsWith('=') || floats
  const fromBelow = lower === undefined || (touches ? lower <= 0 : lower < 0)
  const fromAbove = upper === undefined || (touches ? upper >= 0 : upper > 0)
  if (condition.test.startsWith('<')) return fromBelow
  if (condition.test === '=') return fromBelow && fromAbove
  // Bounds leave NaN out.
  return fromAbove || (floats && file.nanCounts?.get(fieldId) !== 0)
}

const clock = String.raw`\d\d:\d\d:\d\d(\.\d{1,6})?`
const day = String.raw`\d{4,}-\d\d-\d\d( \(BC\))?`

/** How a value of a type is written; what is written otherwise is of another type, which SQL compares by other rules. */
const shapes: Readonly<Record<string, RegExp>> = {
  boolean: /^(true|false)$/,
  int: /^-?\d+$/,
  long: /^-?\d+$/,
  decimal: /^-?\d+(\.\d*)?$/,
  date: new RegExp(`^${day}$`),
  time: new RegExp(`^${clock}$`),
  timestamp: new RegExp(`^${day}[ T]${clock}$`),
  timestamptz: new RegExp(String.raw`^${day}[ T]${clock}[+-]\d\d(:\d\d)*$`),
  float: /^[^a-z]*(e[+-]?\d+)?$|^-?inf$/,
  double: /^[^a-z]*(e[+-]?\d+)?$|^-?inf$/,
  string: /^/,
  binary: /^([0-9a-f]{2})*$/i,
  // Not uuid: some engines order them by signed halves, and their bounds with them.
}

function comparable(primitive: Primitive, type: string, text: string): ReturnType<typeof valueOfText> | undefined {
  if (shapes[primitive.name]?.test(text) !== true) return undefined
  if (primitive.name === 'decimal' && (text.split('.')[1]?.length ?? 0) > primitive.scale) return undefined
  const value = valueOfText(type, text)
  return Number.isNaN(value) ? undefined : primitive.name === 'float' ? Math.fround(value as number) : value
}
