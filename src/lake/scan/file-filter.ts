import { primitiveOf } from '../../record/schema/primitive.ts'
import type { DataFile, PartitionValue } from '../manifest/data-file.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { fieldsById, type LocatedField } from '../types/schema.ts'
import { compareValues, valueOfSingle } from '../types/single-value.ts'
import { bucketMatcher } from './bucket-matcher.ts'
import type { Scan } from './plan-scan.ts'

/** What a query asks of the rows of a table, as far as counts and bounds of files can answer. */
export type FileFilter =
  | { readonly all: readonly FileFilter[] }
  | { readonly any: readonly FileFilter[] }
  | FileCondition

/** A condition of one column. */
export type FileCondition =
  | { readonly fieldId: number; readonly test: 'is null' | 'is not null' }
  | {
      readonly fieldId: number
      readonly test: '<' | '<=' | '=' | '>=' | '>'
      /** Of the column's type, as a partition tuple would hold it. */
      readonly value: ColumnValue
    }

/** What of a file is looked at. */
export type MatchedFile = Pick<
  DataFile,
  'specId' | 'partition' | 'nullCounts' | 'valueCounts' | 'nanCounts' | 'lowerBounds' | 'upperBounds'
>

export type ColumnValue = Exclude<PartitionValue, null>

/** The scan without the files of data that certainly have no row for which the filter holds. */
export function pruneScan(scan: Scan, filter: FileFilter): Scan {
  const mayMatch = fileMatcher(filter, fieldsById(scan.schema.fields), scan.specs)
  return { ...scan, dataFiles: scan.dataFiles.filter(mayMatch) }
}

/**
 * Whether a file may have a row for which the filter holds; false only when it certainly has none. SQL's rules: null is
 * neither above nor below anything, and NaN is above all numbers, as DuckDB has it.
 */
export function fileMatcher(
  filter: FileFilter,
  columns: ReadonlyMap<number, LocatedField>,
  specs: readonly PartitionSpec[] = [],
): (file: MatchedFile) => boolean {
  if ('all' in filter) {
    const each = filter.all.map((part) => fileMatcher(part, columns, specs))
    return (file) => each.every((matches) => matches(file))
  }
  if ('any' in filter) {
    const each = filter.any.map((part) => fileMatcher(part, columns, specs))
    return (file) => each.some((matches) => matches(file))
  }
  const column = columns.get(filter.fieldId)
  // Inside lists and maps counts are of elements, not of rows; nested types have none.
  if (column === undefined || column.repeated || typeof column.type !== 'string') return () => true
  const within = conditionMatcher(filter, column.type)
  if (filter.test !== '=') return within
  const inBucket = bucketMatcher(filter.fieldId, column.type, filter.value, specs)
  return (file) => inBucket(file) && within(file)
}

function conditionMatcher(condition: FileCondition, type: string): (file: MatchedFile) => boolean {
  const { fieldId } = condition
  if (condition.test === 'is null') return ({ nullCounts }) => nullCounts?.get(fieldId) !== 0
  const within = 'value' in condition ? boundsMatcher(condition, type) : () => true
  return (file) => {
    const nulls = file.nullCounts?.get(fieldId)
    return (nulls === undefined || nulls !== file.valueCounts?.get(fieldId)) && within(file)
  }
}

function boundsMatcher(
  { fieldId, test, value }: Extract<FileCondition, { value: unknown }>,
  type: string,
): (file: MatchedFile) => boolean {
  const { name } = primitiveOf(type)
  // Some engines order uuids by signed halves, and their bounds with them; NaN is in no bounds.
  if (name === 'uuid' || Number.isNaN(value)) return () => true
  const side = (bound: Buffer | undefined): number | undefined =>
    bound === undefined ? undefined : compareValues(name, valueOfSingle(type, bound), value)
  const floats = name === 'float' || name === 'double'
  // A number of twice the width may lie between two floats that print alike: equality decides nothing there.
  const touches = test.endsWith('=') || floats
  const fromBelow = ({ lowerBounds }: MatchedFile): boolean => {
    const lower = side(lowerBounds?.get(fieldId))
    return lower === undefined || (touches ? lower <= 0 : lower < 0)
  }
  const fromAbove = ({ upperBounds }: MatchedFile): boolean => {
    const upper = side(upperBounds?.get(fieldId))
    return upper === undefined || (touches ? upper >= 0 : upper > 0)
  }
  if (test.startsWith('<')) return fromBelow
  if (test === '=') return (file) => fromBelow(file) && fromAbove(file)
  // Bounds leave NaN out.
  return (file) => fromAbove(file) || (floats && file.nanCounts?.get(fieldId) !== 0)
}
