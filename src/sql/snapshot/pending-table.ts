import type { DataFile } from '../../lake/manifest/data-file.ts'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import type { RowsAbsent } from '../../lake/commit/row-change.ts'
import type { Positions } from '../../lake/puffin/positions.ts'
import { ofDataFile } from '../../lake/scan/applicable-deletes.ts'
import type { Scan } from '../../lake/scan/plan-scan.ts'
import type { TableName } from '../engine-host.ts'

/** A file that is written and not committed: it lies at `path`, and will be `file`. */
export interface PendingFile {
  readonly path: string
  readonly file: DataFile
  /** The rows that a deletion vector names. Vectors of one statement lie in one file. */
  readonly deleted?: Positions
}

/** What a transaction has done to one table so far. */
export interface PendingTable extends TableName {
  readonly uuid: string
  /** The committed files that rows were deleted from last; undefined while none were. */
  readonly read: Scan | undefined
  /** The schema that the added files have. */
  readonly schemaId: number
  readonly added: readonly PendingFile[]
  /** Position deletes or deletion vectors, at most one for each file of data, which is a committed one. */
  readonly deletes: readonly PendingFile[]
  /** Committed files of data of which no row is left. */
  readonly removed: readonly DataFile[]
  /** Keys that the transaction has brought, and since when nobody else may have. */
  readonly absent?: RowsAbsent
}

/** Files of a table, and what DuckDB opens for them. */
export interface ScanOfTable {
  readonly metadata: TableMetadata
  readonly scan: Scan
  readonly pathOf: (location: string) => string
}

/** A committed scan as the transaction sees it. */
export function withPending(plan: ScanOfTable, pending: PendingTable | undefined): ScanOfTable {
  if (pending === undefined) return plan
  const { scan, metadata } = plan
  const sequenceNumber = metadata['last-sequence-number'] + 1
  const scanned = (files: readonly PendingFile[]) =>
    files.map(({ file, deleted }) => ({ ...file, sequenceNumber, ...(deleted ? { deleted } : {}) }))
  const gone = new Set(pending.removed.map(({ location }) => location))
  // A vector stands for all that was deleted of its file before.
  const replaced = new Set(pending.deletes.flatMap(({ file, deleted }) => (deleted ? [file.referencedDataFile] : [])))
  const own = new Map([...pending.added, ...pending.deletes].map(({ path, file }) => [file.location, path]))
  const merged: Scan = {
    ...scan,
    dataFiles: [...scan.dataFiles.filter(({ location }) => !gone.has(location)), ...scanned(pending.added)],
    deleteFiles: [...scan.deleteFiles.filter((file) => !replaced.has(ofDataFile(file))), ...scanned(pending.deletes)],
  }
  return { metadata, scan: merged, pathOf: (location) => own.get(location) ?? plan.pathOf(location) }
}
