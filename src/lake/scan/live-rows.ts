import { identifier, literal } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { applicableDeletes, hasDeletes, type FileWithDeletes } from './applicable-deletes.ts'
import { deletedRowsSql } from './deleted-rows.ts'
import type { Scan } from './plan-scan.ts'
import { lineageFields, lineageFiles, lineageItems, rowIdItem } from './row-lineage.ts'
import { ownColumns, ownFile } from './needs-footer.ts'
import { ownColumnsSql } from './own-columns.ts'
import { columnsOf, scanSql } from './scan-sql.ts'

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
 * ever; the others are told apart by the number of each row. Where ids do not tell the columns of a file, its footer does. `WEIR-4014` for
 * deletes that cannot be applied.
 */
export function liveRowsSql(scan: Scan, options: LiveRowsOptions): string {
  const files = applicableDeletes(scan)
  const isOwn = ownColumns(scan, options.schemas)
  const isNumbered = (one: FileWithDeletes): boolean => hasDeletes(one) || options.lineage === true
  const own = files.filter(({ file }) => isOwn(file))
  const told = files.filter(({ file }) => !isOwn(file))
  const plain = told.filter((one) => !isNumbered(one)).map(({ file }) => options.pathOf(file.location))
  const paths = [...plain, ...(options.beside ?? [])]
  const numbered = told.filter(isNumbered)
  const parts = [
    ...(paths.length > 0 || files.length === 0 ? [scanSql(scan.schema, paths, options.schemas)] : []),
    ...(numbered.length === 0 ? [] : [rowsWithNumbersSql(scan, numbered, options)]),
    ...(own.length === 0 ? [] : [rowsWithNumbersSql(scan, own, options)]),
  ]
  return parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(' UNION ALL BY NAME ')
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
  const files = applicableDeletes(scan)
  const isOwn = ownColumns(scan, options.schemas)
  const groups = [files.filter(({ file }) => isOwn(file)), files.filter(({ file }) => !isOwn(file))]
  const parts = groups.filter(({ length }) => length > 0).map((one) => rowsWithNumbersSql(scan, one, options, places))
  if (parts.length > 0) return parts.join(' UNION ALL ')
  const none = `CAST(NULL AS VARCHAR) AS ${identifier(places.file)}, CAST(NULL AS BIGINT) AS ${identifier(places.position)}, ${noRowId} AS ${identifier(places.rowId)}`
  return `SELECT *, ${none} FROM (${scanSql(scan.schema, [], options.schemas)})`
}

const noRowId = 'CAST(NULL AS BIGINT)'

/** Names that no column has here: columns are read as `c` and their id. */
const [fileName, rowNumber] = ['weir_file', 'file_row_number']

/** Of files that are all told by ids, or all by their own columns. */
function rowsWithNumbersSql(
  scan: Scan,
  files: readonly FileWithDeletes[],
  options: LiveRowsOptions,
  places?: PlaceColumns,
): string {
  const { schema } = scan
  const { lineage = false, pathOf } = options
  const { rows, items } = ownColumns(scan, options.schemas)(files[0]!.file)
    ? rowsByFooters(scan, files, options)
    : rowsByIds(schema, files, options)
  const more = places ? placeItems(places, lineage) : lineage ? lineageItems('files', rowNumber) : []
  const numbers = lineageFiles(
    files.map(({ file }) => file),
    pathOf,
  )
  const joined = `JOIN ${numbers} AS files (path, first_row_id, sequence) ON files.path = live.${fileName}`
  const touched = files.filter(hasDeletes)
  const living = `NOT EXISTS (SELECT 1 FROM (${deletedRowsSql(touched, { ...scan, ...options })}) AS deleted
    WHERE deleted.path = live.${fileName} AND deleted.pos = live.${rowNumber})`
  const where = touched.length === 0 ? '' : ` WHERE ${living}`
  return `SELECT ${[...items, ...more].join(', ')} FROM (${rows}) AS live ${lineage ? joined : ''}${where}`
}

function placeItems(places: PlaceColumns, lineage: boolean): readonly string[] {
  return [
    `${fileName} AS ${identifier(places.file)}`,
    `${rowNumber} AS ${identifier(places.position)}`,
    `${lineage ? rowIdItem('files', rowNumber) : noRowId} AS ${identifier(places.rowId)}`,
  ]
}

interface NumberedRows {
  /** Columns as `c` and their id, file and number of each row. */
  readonly rows: string
  readonly items: readonly string[]
}

function rowsByIds(schema: Schema, files: readonly FileWithDeletes[], options: LiveRowsOptions): NumberedRows {
  const readName = ({ id }: Field) => `c${id}`
  const columns = columnsOf(schema, options.schemas, readName)
  const lineage = options.lineage === true ? columnsOf({ ...schema, fields: lineageFields }, [], readName) : []
  const read = [...columns, ...lineage].map(({ source }) => source).join(', ')
  const paths = files.map(({ file }) => literal(options.pathOf(file.location))).join(', ')
  const rows = `SELECT * FROM read_parquet([${paths}], schema = MAP {${read}}, filename = '${fileName}', file_row_number = true)`
  return { rows, items: columns.map(({ item }) => item) }
}

function rowsByFooters(scan: Scan, files: readonly FileWithDeletes[], options: LiveRowsOptions): NumberedRows {
  const { fields } = scan.schema
  const read = options.lineage === true ? [...fields, ...lineageFields] : fields
  const own = files.map(({ file }) => ownFile(file, options.pathOf))
  return {
    rows: ownColumnsSql(read, own, scan),
    items: fields.map(({ id, name }) => `c${id} AS ${identifier(name)}`),
  }
}
