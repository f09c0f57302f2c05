import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { specById, tableSchema } from '../../../lake/metadata/read.ts'
import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { withLineage } from '../../../lake/scan/row-lineage.ts'
import { literal } from '../../../lake/types/duckdb-type.ts'
import { copySql } from '../../../lake/write/copy.ts'
import { type CopyRow, dataFilesOfCopy } from '../../../lake/write/copy-result.ts'
import { dataLocation } from '../../../lake/write/data-location.ts'
import { positionDeleteFile, positionDeletesSql } from '../../../lake/write/position-deletes.ts'
import type { PendingFile } from '../../snapshot/pending-table.ts'
import type { Scratch } from './scratch.ts'

/** Runs one statement of ours, and gives its rows. */
export type RunOurs = (sql: string) => Promise<readonly Record<string, unknown>[]>

export interface FileWriter {
  readonly run: RunOurs
  readonly scratch: Scratch
  readonly metadata: TableMetadata
}

/** Rows that a statement changes bring along the number that they keep (version 3, row lineage). */
export const hasLineage = (metadata: TableMetadata): boolean => metadata['format-version'] >= 3

/** Writes rows as data files of the table, each for one partition; none when there are no rows. `rows` is a query of all columns. */
export async function writeDataFiles(
  { run, scratch, metadata }: FileWriter,
  rows: string,
  lineage: 'with lineage' | 'new rows' = 'new rows',
): Promise<readonly PendingFile[]> {
  const [own, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const schema = lineage === 'with lineage' && hasLineage(metadata) ? withLineage(own) : own
  const directory = await scratch.folder()
  const copied = await run(copySql({ schema, spec, source: `(\n${rows}\n)`, directory }))
  const location = (partition: DataFile['partition']) => dataLocation(metadata, spec, partition)
  const written = dataFilesOfCopy(copied as unknown as CopyRow[], { schema, spec, location })
  return written.map(({ localPath, file }) => ({ path: localPath, file }))
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
