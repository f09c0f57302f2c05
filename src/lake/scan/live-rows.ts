import { WeirError } from '../../kernel/errors/weir-error.ts'
import { identifier } from '../types/duckdb-type.ts'
import type { Schema } from '../types/type.ts'
import { applicableDeletes, hasDeletes, type FileWithDeletes } from './applicable-deletes.ts'
import { deletedRowsSql } from './deleted-rows.ts'
import { fileRowsSql, namedItems, namedRowsSql } from './file-rows.ts'
import type { Scan } from './plan-scan.ts'
import { lineageFields, lineageFiles, lineageItems, rowIdItem } from './row-lineage.ts'
import { emptySql } from './scan-sql.ts'

export interface LiveRowsOptions {
  /** All schemas that the table keeps. */
  readonly schemas: readonly Schema[]
  /** What DuckDB can open for a location of the scan (`ObjectStore.localPath`), delete files included. */
  readonly pathOf: (location: string) => string
  /** Rows bring `_row_id` and `_last_updated_sequence_number` along, last (format version 3). */
  readonly lineage?: boolean
  /** Further local files of the table's present schema, read with the others: their rows are in no snapshot. */
  readonly beside?: readonly string[]
}

/**
 * SELECT of the rows of a snapshot without those that are deleted by position, vector or value. Files that no delete can touch are read as
 * ever; the others are told apart by the number of each row. `WEIR-4014` for deletes that cannot be applied.
 */
export function liveRowsSql(scan: Scan, options: LiveRowsOptions): string {
  refuseFormats(scan)
  const files = applicableDeletes(scan)
  const isNumbered = (one: FileWithDeletes): boolean => hasDeletes(one) || options.lineage === true
  const [numbered, plain] = [files.filter(isNumbered), files.filter((one) => !isNumbered(one))]
  const read = [
    ...plain.map(({ file }) => ({ path: options.pathOf(file.location), file })),
    ...(options.beside ?? []).map((path) => ({ path })),
  ]
  const parts = [
    ...(read.length === 0 ? [] : [namedRowsSql(read, { ...scan, schemas: options.schemas })]),
    ...scansOf(numbered, options).map((group) => rowsWithNumbersSql(scan, group, options)),
  ]
  if (parts.length === 0) return emptySql(scan.schema)
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' UNION ALL BY NAME ')
}

/** Formats of which DuckDB reads the rows: their own files, or copies of them (`holdScanned`). */
const readFormats = ['PARQUET', 'AVRO']

/** `WEIR-4013` for rows in other formats (ORC). */
export function refuseFormats({ dataFiles }: Pick<Scan, 'dataFiles'>): void {
  const other = dataFiles.find(({ format }) => !readFormats.includes(format))
  if (other === undefined) return
  throw new WeirError(
    'WEIR-4013',
    `${other.location} holds rows as ${other.format}, and rows are read from Parquet and Avro here. ${rewriteRemedy}`,
  )
}

const rewriteRemedy =
  "Let the engine that wrote it write it anew, in Spark: ALTER TABLE t SET TBLPROPERTIES ('write.format.default'='parquet'); " +
  "CALL system.rewrite_data_files(table => 't', options => map('rewrite-all', 'true'))"

/** A scan more costs a tenth of a millisecond to plan. */
const ownScansMax = 16

/**
 * A few files with deletes of their own are a scan each: rows are then told by their numbers alone, for half of what it takes to look up
 * file and number. Deletes of many files would be read by each of those scans.
 */
function scansOf(files: readonly FileWithDeletes[], { lineage }: LiveRowsOptions): readonly FileWithDeletes[][] {
  const deletes = files.flatMap((one) => one.deletes)
  const isOwn = new Set(deletes).size === deletes.length && files.every(({ byValue }) => byValue.length === 0)
  if (isOwn && lineage !== true && files.length <= ownScansMax) return files.map((one) => [one])
  return files.length === 0 ? [] : [[...files]]
}

/** What the columns are called that say where a row lies: the file as DuckDB opened it, and the number of the row in it. */
export interface PlaceColumns {
  readonly file: string
  readonly position: string
  /** The number that the row keeps for its life; null without `lineage`, and in rows that have none yet. */
  readonly rowId: string
}

/** The same rows, each with its place. */
export function placedRowsSql(scan: Scan, options: LiveRowsOptions, places: PlaceColumns): string {
  refuseFormats(scan)
  const files = applicableDeletes(scan)
  if (files.length > 0) return rowsWithNumbersSql(scan, files, options, places)
  const none = `CAST(NULL AS VARCHAR) AS ${identifier(places.file)}, CAST(NULL AS BIGINT) AS ${identifier(places.position)}, ${noRowId} AS ${identifier(places.rowId)}`
  return `SELECT *, ${none} FROM (${emptySql(scan.schema)})`
}

const noRowId = 'CAST(NULL AS BIGINT)'

/** Names that no column has here: columns are read as `c` and their id. */
const [fileName, rowNumber] = ['weir_file', 'file_row_number']

function rowsWithNumbersSql(
  scan: Scan,
  files: readonly FileWithDeletes[],
  options: LiveRowsOptions,
  places?: PlaceColumns,
): string {
  const { lineage = false, pathOf, schemas } = options
  const read = files.map(({ file }) => ({ path: pathOf(file.location), file }))
  const rows = fileRowsSql(read, { ...scan, schemas, more: lineage ? lineageFields : [], isNumbered: true })
  const more = places ? placeItems(places, lineage) : lineage ? lineageItems('files', rowNumber) : []
  const numbers = lineageFiles(
    files.map(({ file }) => file),
    pathOf,
  )
  const joined = lineage
    ? ` JOIN ${numbers} AS files (path, first_row_id, sequence) ON files.path = live.${fileName}`
    : ''
  const touched = files.filter(hasDeletes)
  const sameFile = files.length === 1 ? '' : `deleted.path = live.${fileName} AND `
  const deleted = `(${deletedRowsSql(touched, { ...scan, ...options })}) AS deleted`
  // Of NOT EXISTS with a condition on the path DuckDB makes a join over all rows first.
  const living = touched.length === 0 ? '' : ` ANTI JOIN ${deleted} ON ${sameFile}deleted.pos = live.${rowNumber}`
  return `SELECT ${[namedItems(scan.schema), ...more].join(', ')} FROM (${rows}) AS live${living}${joined}`
}

function placeItems(places: PlaceColumns, lineage: boolean): readonly string[] {
  return [
    `${fileName} AS ${identifier(places.file)}`,
    `${rowNumber} AS ${identifier(places.position)}`,
    `${lineage ? rowIdItem('files', rowNumber) : noRowId} AS ${identifier(places.rowId)}`,
  ]
}
