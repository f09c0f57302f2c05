import { identifier, literal } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { applicableDeletes, hasDeletes, type FileWithDeletes } from './applicable-deletes.ts'
import { deletedRowsSql } from './deleted-rows.ts'
import type { Scan } from './plan-scan.ts'
import { lineageFields, lineageFiles, lineageItems } from './row-lineage.ts'
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
 * ever; the others are told apart by the number of each row. `WEIR-4013`, `WEIR-4014` for what cannot be read exactly.
 */
export function liveRowsSql(scan: Scan, options: LiveRowsOptions): string {
  const files = applicableDeletes(scan)
  const isPlain = (one: FileWithDeletes): boolean => !hasDeletes(one) && options.lineage !== true
  const untouched = files.filter(isPlain)
  const touched = files.filter((one) => !isPlain(one))
  const paths = [...untouched.map(({ file }) => options.pathOf(file.location)), ...(options.beside ?? [])]
  const plain = scanSql(scan.schema, paths, options.schemas)
  const rest = touched.length === 0 ? undefined : rowsWithNumbersSql(scan.schema, touched, options)
  const rows = rest === undefined ? plain : paths.length === 0 ? rest : `(${plain}) UNION ALL BY NAME (${rest})`
  if (scan.namesMapped !== true || files.length === 0) return rows
  return `SELECT * FROM (${rows}) WHERE ${haveIds(files.map(({ file }) => options.pathOf(file.location)))}`
}

/** What the columns are called that say where a row lies: the file as DuckDB opened it, and the number of the row in it. */
export interface PlaceColumns {
  readonly file: string
  readonly position: string
}

/** The same rows, each with its place. */
export function placedRowsSql(scan: Scan, options: LiveRowsOptions, places: PlaceColumns): string {
  const files = applicableDeletes(scan)
  if (files.length > 0) return rowsWithNumbersSql(scan.schema, files, options, places)
  const none = `CAST(NULL AS VARCHAR) AS ${identifier(places.file)}, CAST(NULL AS BIGINT) AS ${identifier(places.position)}`
  return `SELECT *, ${none} FROM (${scanSql(scan.schema, [], options.schemas)})`
}

/** Columns without ids would be found by none, and read as nulls (INV-L7): the query fails instead. */
function haveIds(paths: readonly string[]): string {
  const bare = `SELECT file_name FROM parquet_schema([${paths.map(literal).join(', ')}]) GROUP BY file_name HAVING count(field_id) = 0`
  return `(SELECT CASE WHEN count(*) = 0 THEN true ELSE
    error(min(file_name) || ' has no field ids: it was taken over from elsewhere, and its columns cannot be told') END FROM (${bare}))`
}

/** Names that no column has here: columns are read as `c` and their id. */
const [fileName, rowNumber] = ['weir_file', 'file_row_number']

function rowsWithNumbersSql(
  schema: Schema,
  files: readonly FileWithDeletes[],
  options: LiveRowsOptions,
  places?: PlaceColumns,
): string {
  const { lineage = false, pathOf } = options
  const readName = ({ id }: Field) => `c${id}`
  const columns = columnsOf(schema, options.schemas, readName)
  const own = lineage ? columnsOf({ ...schema, fields: lineageFields }, [], readName) : []
  const read = [...columns, ...own].map(({ source }) => source).join(', ')
  const place = places
    ? [`${fileName} AS ${identifier(places.file)}`, `${rowNumber} AS ${identifier(places.position)}`]
    : []
  const more = lineage ? lineageItems('files', rowNumber) : place
  const items = [...columns.map(({ item }) => item), ...more].join(', ')
  const paths = files.map(({ file }) => literal(pathOf(file.location))).join(', ')
  const rows = `SELECT * FROM read_parquet([${paths}], schema = MAP {${read}}, filename = '${fileName}', file_row_number = true)`
  const numbers = lineageFiles(
    files.map(({ file }) => file),
    pathOf,
  )
  const joined = `JOIN ${numbers} AS files (path, first_row_id, sequence) ON files.path = live.${fileName}`
  const touched = files.filter(hasDeletes)
  const living = `NOT EXISTS (SELECT 1 FROM (${deletedRowsSql(touched, { schema, ...options })}) AS deleted
    WHERE deleted.path = live.${fileName} AND deleted.pos = live.${rowNumber})`
  return `SELECT ${items} FROM (${rows}) AS live ${lineage ? joined : ''} WHERE ${touched.length === 0 ? 'true' : living}`
}
