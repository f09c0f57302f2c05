import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import type { Positions } from '../../lake/puffin/positions.ts'
import { vectorRowsSql } from '../../lake/scan/vector-rows.ts'
import type { CrawledColumn, CrawledFile, CrawledTable, FileShape } from '../crawled-table.ts'
import { withoutZeros } from '../merge/partition-type.ts'
import { csvSql } from './csv-sql.ts'
import { jsonSql } from './json-sql.ts'
import { parquetSql } from './parquet-sql.ts'
import type { WantedColumn } from './printed-json.ts'
import { provedJsonSql } from './proved-json-sql.ts'
import type { ShapeSql } from './shape-sql.ts'
import { wantedColumns } from './wanted-columns.ts'

/** Rows of a file that are deleted, by its path in the table. */
export type DeletedRows = ReadonlyMap<string, Positions>

/** What a table is read from: rows that are deleted, and where files lie on this machine; in the table's folder without it. */
export interface FilesAsRead {
  readonly deleted?: DeletedRows
  readonly pathOf?: (file: CrawledFile) => string
  /** The bytes of the longest line of a file whose lines need no look at them; undefined of all others. */
  readonly longestLine?: (file: CrawledFile) => number | undefined
}

/** A SELECT of the table's columns in their order and types, over these of its files. */
export function crawledTableSql(
  table: CrawledTable,
  files: readonly CrawledFile[],
  {
    deleted = new Map(),
    pathOf = ({ path }) => `${table.root}${path}`,
    longestLine = () => undefined,
  }: FilesAsRead = {},
): string {
  const kindOf = (file: CrawledFile) =>
    deleted.has(file.path) ? ' touched' : longestLine(file) === undefined ? '' : ' proved'
  const groups = Map.groupBy(files, (file) => `${file.shape}${kindOf(file)}`)
  const parts = [...groups.values()].map((group) => shapeSelect(table, group, { deleted, pathOf, longestLine }))
  return parts.length > 0 ? parts.join(' UNION ALL ') : emptySelect(table.columns)
}

function shapeSelect(table: CrawledTable, files: readonly CrawledFile[], read: Required<FilesAsRead>): string {
  const { shapes, columns } = table
  const shape = shapes[files[0]!.shape]!
  const found = new Map(shape.columns.map((column) => [column.name, column]))
  const sql = sqlOf(shape, files.map(read.pathOf), wantedColumns(table, shape), longestOf(files, read))
  const partitions = columns.filter(({ isPartition }) => isPartition)
  const items = columns.map((column) => {
    const { name, type, isPartition, source = name } = column
    const own = found.get(source)
    const item = isPartition
      ? partitionSql(
          type,
          files.map(({ partition }) => partition[partitions.indexOf(column)] ?? null),
        )
      : own
        ? sql.value(own, type)
        : nullSql(type)
    return `${item} AS ${identifier(name)}`
  })
  return `SELECT ${items.join(', ')} FROM ${withoutDeleted(sql.from, files, read)}`
}

/** Rows by their number in the file, which DuckDB tells where Parquet is read. */
function withoutDeleted(
  from: string,
  files: readonly CrawledFile[],
  { deleted, pathOf }: Required<FilesAsRead>,
): string {
  const touched = files.flatMap((file) => {
    const rows = deleted.get(file.path)
    return rows ? [{ path: pathOf(file), rows }] : []
  })
  if (touched.length === 0) return from
  const numbered = from.replace(/\)$/, ', file_row_number = true)')
  return `(SELECT *, file_index FROM ${numbered} AS live WHERE NOT EXISTS (SELECT 1 FROM (${vectorRowsSql(touched)}) AS deleted
    WHERE deleted.path = live."weir:file" AND deleted.pos = live.file_row_number))`
}

/** All of the files are proved, or none. */
function longestOf(files: readonly CrawledFile[], { longestLine }: Required<FilesAsRead>): number | undefined {
  return files.reduce<number | undefined>((most, file) => {
    const bytes = longestLine(file)
    return bytes === undefined ? undefined : Math.max(most ?? 0, bytes)
  }, 0)
}

function sqlOf(
  shape: FileShape,
  paths: readonly string[],
  wanted: readonly WantedColumn[],
  longestLine: number | undefined,
): ShapeSql {
  // DuckDB takes these characters in a path for a pattern, in whatever brackets the path stands.
  const exact = paths.map((path) => path.replace(/[*?[\]]/g, '[$&]'))
  if (shape.format === 'csv') return csvSql(shape, exact)
  if (shape.format === 'parquet') return parquetSql(shape, exact)
  return longestLine === undefined ? jsonSql(shape, exact, wanted) : provedJsonSql(shape, exact, wanted, longestLine)
}

/** One value for all files, or a list of which each file takes its own. */
function partitionSql(type: string, values: readonly (string | null)[]): string {
  const [first = null] = values
  if (values.every((value) => value === first)) return partitionValue(type, first)
  const list = values.map((value) => (value === null ? 'NULL' : quoted(type, value))).join(', ')
  return `CAST([${list}] AS ${duckdbType(parseType(type))}[])[CAST(file_index AS BIGINT) + 1]`
}

function partitionValue(type: string, value: string | null): string {
  return value === null ? nullSql(type) : `CAST(${quoted(type, value)} AS ${duckdbType(parseType(type))})`
}

const quoted = (type: string, value: string): string => literal(/^(int|long)$/.test(type) ? withoutZeros(value) : value)

function nullSql(type: string): string {
  return `CAST(NULL AS ${duckdbType(parseType(type))})`
}

function emptySelect(columns: readonly CrawledColumn[]): string {
  return `SELECT ${columns.map(({ name, type }) => `${nullSql(type)} AS ${identifier(name)}`).join(', ')} LIMIT 0`
}
