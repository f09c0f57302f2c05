import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import { parseType } from '../../lake/types/parse-type.ts'
import type { CrawledColumn, CrawledFile, CrawledTable, FileShape } from '../crawled-table.ts'
import { withoutZeros } from '../merge/partition-type.ts'
import { csvSql } from './csv-sql.ts'
import { jsonSql } from './json-sql.ts'
import { parquetSql } from './parquet-sql.ts'
import type { ShapeSql } from './shape-sql.ts'

/** A SELECT of the table's columns in their order and types, over these of its files. */
export function crawledTableSql({ root, columns, shapes }: CrawledTable, files: readonly CrawledFile[]): string {
  const parts = [...Map.groupBy(files, ({ shape }) => shape)].map(([shape, group]) =>
    shapeSelect(shapes[shape]!, columns, group, root),
  )
  return parts.length > 0 ? parts.join(' UNION ALL ') : emptySelect(columns)
}

function shapeSelect(
  shape: FileShape,
  columns: readonly CrawledColumn[],
  files: readonly CrawledFile[],
  root: string,
): string {
  const sql = sqlOf(
    shape,
    files.map(({ path }) => `${root}${path}`),
  )
  const found = new Map(shape.columns.map((column) => [column.name, column]))
  const partitions = columns.filter(({ isPartition }) => isPartition)
  const items = columns.map((column) => {
    const { name, type, isPartition } = column
    const own = found.get(name)
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
  return `SELECT ${items.join(', ')} FROM ${sql.from}`
}

function sqlOf(shape: FileShape, paths: readonly string[]): ShapeSql {
  // DuckDB takes these characters in a path for a pattern, in whatever brackets the path stands.
  const exact = paths.map((path) => path.replace(/[*?[\]]/g, '[$&]'))
  if (shape.format === 'csv') return csvSql(shape, exact)
  return shape.format === 'json' ? jsonSql(shape, exact) : parquetSql(shape, exact)
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
