import type { ColumnValue, FileFilter } from '../../lake/scan/file-filter.ts'
import { pruneScan } from '../../lake/scan/file-filter.ts'
import type { Scan } from '../../lake/scan/plan-scan.ts'
import { duckdbType } from '../../lake/types/duckdb-type.ts'
import { unscaledBytes } from '../../lake/types/single-value.ts'
import type { Field } from '../../lake/types/type.ts'
import type { DuckdbConstant, ScanFilter } from '../blank/scan-filter.ts'

/** The scan without files that, by their bounds and counts, have no row that the statement asks for. */
export function pruneFiles(scan: Scan, filter: ScanFilter): Scan {
  const columns = new Map(scan.schema.fields.map((field) => [field.name, field]))
  return pruneScan(scan, fileFilterOf(filter, columns))
}

const anyFile: FileFilter = { all: [] }

export function fileFilterOf(filter: ScanFilter, columns: ReadonlyMap<string, Field>): FileFilter {
  if ('all' in filter) return { all: filter.all.map((each) => fileFilterOf(each, columns)) }
  if ('any' in filter) return { any: filter.any.map((each) => fileFilterOf(each, columns)) }
  const field = columns.get(filter.column)
  // A column that came with a default has values in files that know nothing of it.
  if (!field || field['initial-default'] != null) return anyFile
  if (!('constant' in filter)) return { fieldId: field.id, test: filter.test }
  const value = valueOf(filter.constant, field)
  return value === undefined ? anyFile : { fieldId: field.id, test: filter.test, value }
}

/** A constant as partition tuples hold values of the column; undefined for one of another type, or whose order is not ours. */
function valueOf({ type, value }: DuckdbConstant, { type: column }: Field): ColumnValue | undefined {
  // Nanoseconds are more than DuckDB's type of the column tells.
  if (typeof column !== 'string' || column.endsWith('_ns') || typeOf(type) !== duckdbType(column)) return undefined
  switch (type.id) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : undefined
    case 'INTEGER':
    case 'DATE':
    case 'FLOAT':
    case 'DOUBLE':
      return isNumeric(value) ? Number(value) : undefined
    case 'BIGINT':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
      return isNumeric(value) ? BigInt(value) : undefined
    case 'VARCHAR':
      return typeof value === 'string' ? value : undefined
    case 'DECIMAL':
      return unscaledOf(value)
    default:
      return undefined
  }
}

function typeOf({ id, type_info: info }: DuckdbConstant['type']): string {
  if (id === 'DECIMAL') return `DECIMAL(${info?.width},${info?.scale})`
  return id === 'TIMESTAMP WITH TIME ZONE' ? 'TIMESTAMPTZ' : id
}

const isNumeric = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

/** Of 16 bytes in two halves where it has more than 18 digits. */
function unscaledOf(value: unknown): Buffer | undefined {
  if (isNumeric(value)) return unscaledBytes(BigInt(value))
  const { upper, lower } = (value ?? {}) as { readonly upper?: unknown; readonly lower?: unknown }
  return isNumeric(upper) && isNumeric(lower) ? unscaledBytes((BigInt(upper) << 64n) + BigInt(lower)) : undefined
}
