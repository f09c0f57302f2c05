import { identifier, literal } from '../types/duckdb-type.ts'
import type { Schema } from '../types/type.ts'
import { applicableDeletes, deletedPathId, deletedPositionId, type FileWithDeletes } from './applicable-deletes.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'
import { columnsOf, scanSql } from './scan-sql.ts'

export interface LiveRowsOptions {
  /** All schemas that the table keeps. */
  readonly schemas: readonly Schema[]
  /** What DuckDB can open for a location of the scan (`ObjectStore.localPath`), delete files included. */
  readonly pathOf: (location: string) => string
  /** Further local files of the table's present schema, read with the others: their rows are in no snapshot. */
  readonly beside?: readonly string[]
}

/**
 * SELECT of the rows of a snapshot without those that position deletes name. Files that no delete can touch are read as
 * ever; the others are told apart by the number of each row. `WEIR-4013`, `WEIR-4014` for what cannot be read exactly.
 */
export function liveRowsSql(scan: Scan, options: LiveRowsOptions): string {
  const files = applicableDeletes(scan)
  const untouched = files.filter(({ deletes }) => deletes.length === 0)
  const touched = files.filter(({ deletes }) => deletes.length > 0)
  const paths = [...untouched.map(({ file }) => options.pathOf(file.location)), ...(options.beside ?? [])]
  const plain = scanSql(scan.schema, paths, options.schemas)
  if (touched.length === 0) return plain
  const rest = touchedRowsSql(scan.schema, touched, options)
  return paths.length === 0 ? rest : `(${plain}) UNION ALL BY NAME (${rest})`
}

/** Names that no column has here: columns are read as `c` and their id. */
const [fileName, rowNumber] = ['weir_file', 'file_row_number']

function touchedRowsSql(schema: Schema, touched: readonly FileWithDeletes[], options: LiveRowsOptions): string {
  const columns = columnsOf(schema, options.schemas, ({ id }) => `c${id}`)
  const read = columns.map(({ source }) => source).join(', ')
  const items = columns.map(({ item }) => item).join(', ')
  const paths = touched.map(({ file }) => literal(options.pathOf(file.location))).join(', ')
  const rows = `SELECT * FROM read_parquet([${paths}], schema = MAP {${read}}, filename = '${fileName}', file_row_number = true)`
  return `SELECT ${items} FROM (${rows}) AS live WHERE NOT EXISTS (
    SELECT 1 FROM (${deletedRowsSql(touched, options)}) AS deleted
    WHERE deleted.path = live.${fileName} AND deleted.pos = live.${rowNumber})`
}

/** Paths as DuckDB opened them, and numbers of rows. A delete counts for a file that is not younger than it. */
export function deletedRowsSql(
  touched: readonly FileWithDeletes[],
  { pathOf }: Pick<LiveRowsOptions, 'pathOf'>,
): string {
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
