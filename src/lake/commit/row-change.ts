import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { FileFilter } from '../scan/file-filter.ts'
import type { Operation } from './summary.ts'

/** A change of the rows of one table, made by one snapshot. Its files are durable already, and stay whatever comes of it. */
export interface RowChange {
  /** The table that it was made for. */
  readonly tableUuid: string
  /** The schema that the added files were written under. */
  readonly schemaId: number
  /** Absent when nothing of the table was read: rows are then put on top of whatever it is. */
  readonly read?: RowsRead
  /** Rows that were looked for and not found: the change is stale when others may have brought such since. */
  readonly absent?: RowsAbsent
  readonly operation: Exclude<Operation, 'replace'>
  /** Files of data. */
  readonly added?: readonly DataFile[]
  /**
   * Files of position deletes (version 2) or deletion vectors (version 3), each of the one file of data that its
   * `referencedDataFile` names. A vector holds the rows of the one that the file had when it was read; that one goes.
   */
  readonly deletes?: readonly DataFile[]
  /** Files of data that go whole. */
  readonly removed?: readonly DataFile[]
  /** Into the snapshot's summary. */
  readonly snapshotProperties?: Readonly<Record<string, string>>
  /** Set on the table by the same commit. */
  readonly tableProperties?: Readonly<Record<string, string>>
}

export interface RowsAbsent {
  /** The snapshot in which they were looked for; null when the table had none. */
  readonly snapshotId: Long | null
  readonly filter: FileFilter
}

/** What a change has read of its table, and how much others may do to that before it lands. */
export interface RowsRead {
  /** The snapshot that rows were read from; null when the table had none. */
  readonly snapshotId: Long | null
  /**
   * `serializable` (when absent): nobody added, deleted or changed a row in between that `filter` may hold for. `snapshot`: nobody
   * deleted from the files that the change deletes from or takes out.
   */
  readonly isolation?: 'serializable' | 'snapshot'
  /** The rows that were looked at; all of them when absent. */
  readonly filter?: FileFilter
}
