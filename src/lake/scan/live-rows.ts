import { identifier, literal } from '../types/duckdb-type.ts'
import { blockRows } from '../puffin/positions.ts'
import type { Field, Schema } from '../types/type.ts'
import { applicableDeletes, deletedPathId, deletedPositionId, type FileWithDeletes } from './applicable-deletes.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'
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
 * SELECT of the rows of a snapshot without those that position deletes or deletion vectors name. Files that no delete can touch are read as
 * ever; the others are told apart by the number of each row. `WEIR-4013`, `WEIR-4014` for what cannot be read exactly.
 */
export function liveRowsSql(scan: Scan, options: LiveRowsOptions): string {
  const files = applicableDeletes(scan)
  const isPlain = ({ deletes }: FileWithDeletes): boolean => deletes.length === 0 && options.lineage !== true
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
  const touched = files.filter(({ deletes }) => deletes.length > 0)
  const living = `NOT EXISTS (SELECT 1 FROM (${deletedRowsSql(touched, options)}) AS deleted
    WHERE deleted.path = live.${fileName} AND deleted.pos = live.${rowNumber})`
  return `SELECT ${items} FROM (${rows}) AS live ${lineage ? joined : ''} WHERE ${touched.length === 0 ? 'true' : living}`
}

/** Paths as DuckDB opened them, and numbers of rows. A delete counts for a file that is not younger than it. */
export function deletedRowsSql(touched: readonly FileWithDeletes[], options: Pick<LiveRowsOptions, 'pathOf'>): string {
  const byVector = touched.filter(({ deletes }) => deletes[0]?.deleted !== undefined)
  const byFile = touched.filter((one) => !byVector.includes(one))
  const parts = [
    ...(byFile.length === 0 ? [] : [rowsOfFilesSql(byFile, options)]),
    ...(byVector.length === 0 ? [] : [rowsOfVectorsSql(byVector, options)]),
  ]
  return parts.map((part) => `(${part})`).join(' UNION ALL ')
}

/** Vectors are part of the statement: 8 KB at most for 65,536 rows. */
function rowsOfVectorsSql(touched: readonly FileWithDeletes[], { pathOf }: Pick<LiveRowsOptions, 'pathOf'>): string {
  const blocks = touched.flatMap(({ file, deletes }) =>
    Array.from(deletes[0]!.deleted!, ([block, bits]) => {
      const { first, bytes } = trimmed(bits)
      return `(${literal(pathOf(file.location))}, ${block * blockRows + 8 * first}::BIGINT, from_base64(${literal(mirrored(bytes).toString('base64'))})::BIT)`
    }),
  )
  if (blocks.length === 0) return `SELECT NULL::VARCHAR AS path, NULL::BIGINT AS pos WHERE false`
  return `SELECT path, start + bit AS pos FROM
    (SELECT path, start, bits, unnest(range(bit_length(bits))) AS bit FROM (VALUES ${blocks.join(', ')}) AS v (path, start, bits))
    WHERE get_bit(bits, bit::INT) = 1`
}

/** Without the bytes before the first bit and after the last. */
function trimmed(bits: Buffer): { readonly first: number; readonly bytes: Buffer } {
  const first = bits.findIndex((byte) => byte !== 0)
  return { first, bytes: bits.subarray(first, bits.findLastIndex((byte) => byte !== 0) + 1) }
}

/** DuckDB's bits have the highest of a byte first. */
function mirrored(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => mirrors[byte]!))
}

const mirrors = Uint8Array.from({ length: 256 }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((mirror, bit) => mirror | (((byte >> bit) & 1) << (7 - bit)), 0),
)

function rowsOfFilesSql(touched: readonly FileWithDeletes[], { pathOf }: Pick<LiveRowsOptions, 'pathOf'>): string {
  const deletes = [...new Map(touched.flatMap((one) => one.deletes).map((file) => [file.location, file])).values()]
  const values = (files: readonly ScannedFile[]) =>
    files
      .map(
        ({ location, sequenceNumber }) =>
          `(${literal(location)}, ${literal(pathOf(location))}, ${String(sequenceNumber)}::BIGINT)`,
      )
      .join(', ')
  const named = `{'name': 'file_path', 'type': 'VARCHAR', 'default_value': NULL}`
  const numbered = `{'name': 'pos', 'type': 'BIGINT', 'default_value': NULL}`
  const map = `MAP {${deletedPathId}: ${named}, ${deletedPositionId}: ${numbered}}`
  const read = `read_parquet([${deletes.map(({ location }) => literal(pathOf(location))).join(', ')}], schema = ${map}, filename = ${literal(fileName)})`
  return `SELECT data.path, d.pos FROM ${read} AS d
    JOIN (VALUES ${values(deletes)}) AS source (location, path, sequence) ON source.path = d.${identifier(fileName)}
    JOIN (VALUES ${values(touched.map(({ file }) => file))}) AS data (location, path, sequence)
      ON data.location = d.file_path AND data.sequence <= source.sequence`
}
