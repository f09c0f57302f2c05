import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { specById, tableSchema } from '../../../lake/metadata/read.ts'
import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { withLineage } from '../../../lake/scan/row-lineage.ts'
import { literal } from '../../../lake/types/duckdb-type.ts'
import type { Field } from '../../../lake/types/type.ts'
import { copySql } from '../../../lake/write/copy.ts'
import { type CopyRow, dataFilesOfCopy } from '../../../lake/write/copy-result.ts'
import { dataLocation } from '../../../lake/write/data-location.ts'
import { positionDeleteFile, positionDeletesSql } from '../../../lake/write/position-deletes.ts'
import type { ColumnRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import type { PendingFile } from '../../snapshot/pending-table.ts'
import { nullOf } from '../bind/value-text.ts'
import type { Scratch } from './scratch.ts'
import { mustBeStorable } from './storable-moments.ts'
import { schemaWithout, unwrittenColumns } from './unwritten-columns.ts'

/** Runs one statement of ours, and gives its rows. */
export type RunOurs = (sql: string) => Promise<readonly Record<string, unknown>[]>

export interface FileWriter {
  readonly run: RunOurs
  readonly scratch: Scratch
  readonly metadata: TableMetadata
  /** Columns that are null in all rows that are inserted. */
  readonly nulls?: readonly string[]
}

/** Rows that a statement changes bring along the number that they keep (version 3, row lineage). */
export const hasLineage = (metadata: TableMetadata): boolean => metadata['format-version'] >= 3

/** Rows of a statement that changes or keeps rows, or those that it inserts, which are of no record and have no number yet. */
export type RowKind = 'kept rows' | 'new rows'

/** Writes rows as data files of the table, each for one partition; none when there are no rows. `rows` is a query of all columns. */
export async function writeDataFiles(
  { run, scratch, metadata, nulls }: FileWriter,
  rows: string,
  kind: RowKind = 'new rows',
): Promise<readonly PendingFile[]> {
  const [own, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const unwritten = kind === 'new rows' ? unwrittenColumns(metadata, nulls) : []
  const schema = kind === 'kept rows' && hasLineage(metadata) ? withLineage(own) : schemaWithout(own, unwritten)
  const directory = await scratch.folder()
  const copied = await run(copySql({ schema, spec, source: `(\n${rows}\n)`, directory }))
  mustBeStorable(copied as unknown as CopyRow[], schema)
  const location = (partition: DataFile['partition']) => dataLocation(metadata, spec, partition)
  const written = dataFilesOfCopy(copied as unknown as CopyRow[], { schema, spec, location })
  return written.map(({ localPath, file }) => ({ path: localPath, file: withNulls(file, unwritten) }))
}

/** A query of the table's columns, as `columns` has them, over files of rows that a statement inserted. */
export function insertedRows(
  { metadata, nulls }: Pick<FileWriter, 'metadata' | 'nulls'>,
  columns: readonly ColumnRelation[],
  files: readonly PendingFile[],
): string {
  const unwritten = new Set(unwrittenColumns(metadata, nulls).map(({ name }) => name))
  const items = columns.map((column) => {
    const name = quoteName(column.name)
    return unwritten.has(column.name) ? `${nullOf(column)} AS ${name}` : name
  })
  return `SELECT ${items.join(', ')} FROM ${readFiles(...files.map(({ path }) => path))}`
}

/** Who asks for rows with a value of such a column need not open the file. */
function withNulls(file: DataFile, unwritten: readonly Field[]): DataFile {
  const counts = unwritten
    .filter(({ type }) => typeof type === 'string')
    .map(({ id }) => [id, file.recordCount] as const)
  const withThose = (known: ReadonlyMap<number, number> = new Map()) => new Map([...known, ...counts])
  return { ...file, valueCounts: withThose(file.valueCounts), nullCounts: withThose(file.nullCounts) }
}

/** Writes that these rows of a file of data are deleted. `positions` is a query of a column `pos`. */
export async function writeDeletes(
  { run, scratch, metadata }: FileWriter,
  dataFile: DataFile,
  positions: string,
): Promise<PendingFile> {
  const target = `${await scratch.folder()}/deletes.parquet`
  const [copied] = await run(positionDeletesSql({ dataFile, source: `(${positions})`, target }))
  const spec = specById(metadata, dataFile.specId)
  const written = positionDeleteFile(
    copied as unknown as CopyRow,
    dataFile,
    dataLocation(metadata, spec, dataFile.partition),
  )!
  return { path: written.localPath, file: written.file }
}

/** Sum of the rows of some files. */
export function rowsIn(files: readonly PendingFile[]): number {
  return files.reduce((sum, { file }) => sum + file.recordCount, 0)
}

/** Parquet files as something to read from. */
export const readFiles = (...paths: readonly string[]): string => `read_parquet([${paths.map(literal).join(', ')}])`
