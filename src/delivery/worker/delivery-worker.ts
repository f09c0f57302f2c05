import type { Clock } from '../../kernel/clock.ts'
import type { Files } from '../../kernel/files/files.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import type { DeliveryMemory } from '../delivery-memory.ts'
import type { RecordSource } from '../record-source.ts'
import type { KeyPlan } from '../keys/table-key.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'
import type { RowChanges } from '../table/row-changes.ts'

export interface DeliveryWorkerConfig {
  readonly delivery: string
  /** `schema.name` of the destination. */
  readonly table: string
  /** `tail/<delivery>/`; the epoch's folder is made below it. */
  readonly tailDirectory: string
  readonly format: 'json' | 'csv'
  readonly csv?: { readonly header: boolean; readonly columns?: readonly string[]; readonly delimiter?: string }
  readonly onNewField: 'reject' | 'ignore' | 'add column'
  /** Of a table with a key: its rows are changed. Without it rows are appended. */
  readonly key?: KeyPlan
  /** Where the key index lies; the worker keeps nothing else there. Needed with `key`. */
  readonly keysDirectory?: string
  /** Raw bytes accepted or rejected before a commit. */
  readonly flushBytes: number
  readonly flushAgeMs: number
  /** Of DuckDB; the process takes 150 to 300 MB more. */
  readonly memoryLimitBytes: number
}

export interface DeliveryWorkerPorts {
  readonly source: RecordSource
  readonly table: DeliveryTable
  /** Of that table; needed with a key. */
  readonly rowChanges?: RowChanges
  readonly memory: DeliveryMemory
  readonly files: Files
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * One worker of one delivery. It reads only between `assign` and `stop`. What makes it stop reading for good is in
 * `status().halted` and in the tail report; a new assignment after the operator's answer begins anew.
 */
export interface DeliveryWorker {
  /** Partitions from now on, all others are given up without a commit; tails restart at the state's offsets. */
  assign(assignment: { readonly epoch: number; readonly partitions: readonly number[] }): Promise<void>
  /**
   * Parses what was read so far and says what can be seen. `tableVersion` names what the table is now, for instance its metadata
   * location: whenever it is another one, the worker looks whether its rows were accepted under the schema that the table has.
   */
  tails(tableVersion?: string): Promise<TailReport>
  /** Commits what was accepted or rejected; the table's current snapshot, null when it has none. */
  flush(): Promise<{ readonly snapshotId: string | null }>
  status(): WorkerStatus
  /** Commits if that is done within the deadline; closes DuckDB. The source is the caller's. */
  stop(deadlineMs: number): Promise<void>
}

export interface WorkerStatus {
  readonly delivery: string
  readonly epoch: number | null
  readonly state: 'waiting' | 'reading' | 'full' | 'halted' | 'stopped'
  readonly partitions: readonly PartitionStatus[]
  /** Since the worker began. */
  readonly recordsRead: number
  readonly recordsRejected: number
  readonly bytesRead: number
  /** Read and not yet committed. */
  readonly pendingRecords: number
  readonly pendingBytes: number
  readonly segments: number
  readonly commits: number
  readonly lastCommit: { readonly snapshotId: string; readonly atMs: number } | null
  /** What reading waits for: a transaction that is open in the stream. Null when nothing is held. */
  readonly held: string | null
  /** The reason why commits fail at present; they are tried again. */
  readonly failing: string | null
  /** The key index reads the keys of data files that it does not know: so many of so many are read. */
  readonly indexing: { readonly done: number; readonly total: number } | null
  readonly halted: { readonly code: string; readonly reason: string } | null
}

export interface PartitionStatus {
  readonly partition: number
  /** In the state file. */
  readonly committed: string
  /** Read up to here. */
  readonly position: string
  /** The synced end of the log when it was last heard of. */
  readonly end: string
}
