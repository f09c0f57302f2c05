import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DataFile, PartitionValue } from '../manifest/data-file.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { transformedType } from '../metadata/transform.ts'
import { lowerBound, upperBound } from '../types/bound.ts'
import { identifier } from '../types/duckdb-type.ts'
import { fieldsById, type LocatedField } from '../types/schema.ts'
import { valueOfText } from '../types/single-value.ts'
import type { Schema } from '../types/type.ts'
import { partitionHelper } from './copy.ts'

/** One row of COPY's RETURN_STATS; numbers may be bigint or text, whatever the caller's reader makes of UBIGINT. */
export interface CopyRow {
  readonly filename: string
  readonly count: bigint | number | string
  readonly file_size_bytes: bigint | number | string
  /** Map of maps: as nested arrays of `{ key, value }` (DuckDB's JSON form) or `{ entries: [...] }` (its value form). */
  readonly column_statistics: DuckdbMap
  readonly partition_keys: DuckdbMap | null
}

type Entries = readonly { readonly key: unknown; readonly value: unknown }[]
export type DuckdbMap = Entries | { readonly entries: Entries }

export interface WrittenFile {
  /** The local file, to be adopted under `file.location`. */
  readonly localPath: string
  readonly file: DataFile
}

/**
 * The files that a COPY wrote, as manifests describe them, with `location(name)` as the place where each will lie. Files
 * without rows are left out.
 */
export function dataFilesOfCopy(
  rows: readonly CopyRow[],
  options: {
    readonly schema: Schema
    readonly spec: PartitionSpec
    readonly location: (partition: readonly PartitionValue[]) => string
  },
): readonly WrittenFile[] {
  const columns = columnsByStatisticsName(options.schema)
  return rows
    .filter((row) => BigInt(row.count) > 0n)
    .map((row) => {
      const partition = partitionOf(row, options)
      return {
        localPath: row.filename,
        file: {
          content: 'data',
          location: options.location(partition),
          format: 'PARQUET',
          specId: options.spec['spec-id'],
          partition,
          recordCount: Number(row.count),
          sizeBytes: Number(row.file_size_bytes),
          ...statisticsOf(row, columns),
        },
      }
    })
}

/** DuckDB names a column in statistics by its quoted path: `"st"."b"."element"`. */
export function columnsByStatisticsName(schema: Schema): ReadonlyMap<string, LocatedField> {
  const primitives = [...fieldsById(schema.fields).values()].filter((field) => typeof field.type === 'string')
  return new Map(primitives.map((field) => [field.path.map(identifier).join('.'), field]))
}

function partitionOf(
  row: CopyRow,
  { schema, spec }: { readonly schema: Schema; readonly spec: PartitionSpec },
): readonly PartitionValue[] {
  const texts = new Map(entriesOf(row.partition_keys ?? []))
  const columns = fieldsById(schema.fields)
  return spec.fields.map((field, at) => {
    const text = texts.get(partitionHelper(at))
    if (text == null) return null
    const source = columns.get(field['source-id'])?.type
    if (typeof source !== 'string') return null
    return valueOfText(transformedType(field.transform, source), text as string)
  })
}

/** Ids above are reserved for columns such as `_row_id` (specification, reserved field ids). */
const columnIdMax = 2147483447

function statisticsOf(row: CopyRow, columns: ReadonlyMap<string, LocatedField>) {
  const columnSizes = new Map<number, number>()
  const valueCounts = new Map<number, number>()
  const nullCounts = new Map<number, number>()
  const nanCounts = new Map<number, number>()
  const lowerBounds = new Map<number, Buffer>()
  const upperBounds = new Map<number, Buffer>()
  for (const [name, value] of entriesOf(row.column_statistics)) {
    const column = columns.get(name)
    if (column === undefined)
      throw new WeirError('WEIR-4008', `${row.filename} has a column ${name} that the schema does not have`)
    // Nobody asks for rows by columns that are not the table's, and not every reader knows their ids.
    if (column.id > columnIdMax) continue
    const found = new Map(entriesOf(value as DuckdbMap)) as ReadonlyMap<string, string>
    setCount(columnSizes, column.id, found.get('column_size_bytes'))
    setCount(valueCounts, column.id, found.get('num_values'))
    setCount(nullCounts, column.id, found.get('null_count'))
    if (found.get('has_nan') === 'false') nanCounts.set(column.id, 0)
    if (column.repeated) continue
    setBound(lowerBounds, column.id, lowerBound, column.type as string, found.get('min'))
    setBound(upperBounds, column.id, upperBound, column.type as string, found.get('max'))
  }
  return { columnSizes, valueCounts, nullCounts, nanCounts, lowerBounds, upperBounds }
}

function setCount(counts: Map<number, number>, id: number, text: string | undefined): void {
  if (text !== undefined) counts.set(id, Number(text))
}

function setBound(
  bounds: Map<number, Buffer>,
  id: number,
  bound: (type: string, text: string) => Buffer | undefined,
  type: string,
  text: string | undefined,
): void {
  const bytes = text === undefined ? undefined : bound(type, text)
  if (bytes !== undefined) bounds.set(id, bytes)
}

export function entriesOf(map: DuckdbMap): readonly (readonly [string, unknown])[] {
  const entries: Entries = Array.isArray(map) ? (map as Entries) : (map as { readonly entries: Entries }).entries
  return entries.map(({ key, value }) => [String(key), value])
}
