import type { Principal } from '../access/principal.ts'
import type { LayoutVersion, SchemaVersion } from '../lake/history/schema-history.ts'
import type { CacheFigures } from '../storage/objects/cache/object-cache.ts'
import type { SnapshotDiff } from '../lake/history/snapshot-diff.ts'
import type { HistoryEntry, NamedRef } from '../lake/history/table-history.ts'
import type { TableDescription } from '../lake/inspection/describe-table.ts'
import type { FileColumn } from '../lake/inspection/file-columns.ts'
import type { FilePage, FileQuery } from '../lake/inspection/list-files.ts'
import type { PartitionPage, PartitionQuery } from '../lake/inspection/list-partitions.ts'
import type { CrawlSummary } from '../crawler/crawl-summary.ts'
import type { FileReport } from '../crawler/file-report.ts'
import type { CrawledColumnRow } from '../storage/metadata/crawls.ts'
import type { RecordedRun, RunPage, StoredMaintenanceRun } from '../storage/metadata/maintenance-runs.ts'
import type { DiskUse } from './supervisor/disk-watch.ts'
import type { MaintenanceTask } from './supervisor/maintenance/due-task.ts'
import type { MaintenancePlan, TaskTurn } from './supervisor/maintenance/task-turn.ts'
import type { Endpoints } from './supervisor/endpoints.ts'
import type { GroupOperations } from './stream-api/groups.ts'
import type { RecordOperations } from './stream-api/records.ts'
import type { StreamOperations } from './stream-api/streams.ts'
import type { ChildState } from './supervisor/child-state.ts'
import type { MetricsFormat } from './supervisor/metrics/metrics-text.ts'

/**
 * What the HTTP API offers beyond resources. The supervisor supplies it; the server only translates. Counts and offsets
 * are decimal text, times ISO 8601. Every method throws WeirErrors.
 */
export interface Operations {
  readonly ledger: LedgerOperations
  readonly verifier: VerifyOperations
  readonly letters: LetterOperations
  readonly streams: StreamOperations
  readonly records: RecordOperations
  readonly groups: GroupOperations
  readonly sql: SqlOperations
  readonly tables: TableOperations
  readonly inspection: InspectionOperations
  readonly maintenance: MaintenanceOperations
  readonly crawlers: CrawlerOperations
  readonly process: ProcessOperations
}

export interface LedgerHop {
  readonly delivery: string
  readonly from: string
  readonly to: string
  readonly in: string
  readonly delivered: string
  readonly rejected: string
  readonly pending: string | null
  /** `in = delivered + rejected + pending`, of the snapshot that the table has; null when the source could not be asked. */
  readonly holds: boolean | null
  /** Not after a rollback, until an operator has answered: the counts are of what the table had. */
  readonly isAsCommitted: boolean
  readonly lastCommitAt: string | null
  readonly snapshotId: string | null
  readonly partitions: readonly LedgerPartition[]
}

export interface LedgerPartition {
  readonly source: string
  readonly partition: number
  readonly next: string
  readonly read: string
  readonly delivered: string
  readonly rejected: string
  /** Of a table with a key: what became of the delivered records. */
  readonly applied?: { readonly upserts: string; readonly deletes: string; readonly superseded: string }
  readonly pending: string | null
  readonly lost: string
  readonly skipped: string
  /** The offsets that `lost` and `skipped` count, and those that a restore passed over; `to` excluded. */
  readonly gaps: readonly {
    readonly kind: 'lost' | 'skipped' | 'restored'
    readonly from: string
    readonly to: string
  }[]
}

export interface LedgerOperations {
  hops(): Promise<readonly LedgerHop[]>
}

export interface VerifyResult {
  readonly delivery: string
  readonly verdict: 'yes' | 'no' | 'cannot tell'
  readonly detail: string
  readonly seconds: number
}

export interface VerifyOperations {
  /** Recounts one delivery from its data. May take minutes; `progress` is called as it goes; ends early when aborted. */
  verify(delivery: string, progress: (done: number, total: number) => void, signal: AbortSignal): Promise<VerifyResult>
}

export interface ApiLetter {
  readonly delivery: string
  readonly source: string
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly code: string
  readonly reason: string
  /** As text; bytes that are not UTF-8 are replaced. */
  readonly value: string
}

/** How an operator answers a halted delivery. */
export type ResumeChoice = 'deliver-again' | 'go-on' | 'accept-loss' | 'adopt-table' | 'try-again'

/** Which dead letters are meant: all without it. */
export interface LetterChoice {
  readonly code?: string
  readonly partition?: number
  /** Is in the reason; capitals do not matter. */
  readonly reason?: string
  readonly letters?: readonly { readonly source: string; readonly partition: number; readonly offset: string }[]
}

export interface LetterOperations {
  /** `total` counts all that are in force, whatever is chosen. */
  list(
    delivery: string,
    page: { readonly limit: number; readonly after?: string },
    choice: LetterChoice,
  ): Promise<{
    readonly items: readonly ApiLetter[]
    readonly total: number
    readonly next: string | null
  }>
  replay(delivery: string, choice: LetterChoice): Promise<{ readonly replayed: number; readonly stillRejected: number }>
  resume(delivery: string, choice: ResumeChoice): Promise<void>
  /** Commits now what was accepted. */
  flush(delivery: string): Promise<{ readonly snapshotId: string | null }>
}

export interface SqlColumn {
  readonly name: string
  /** PostgreSQL's name of the type. */
  readonly type: string
}

export interface SqlOperations {
  /** Rows as they come, with the rights of the principal; an administrator without it. Cancelled when `signal` aborts or the iteration ends early. */
  query(
    sql: string,
    signal: AbortSignal,
    principal?: Principal,
    /** That of the project without it; the own one sees tails, and speaks DuckDB's SQL. */
    engine?: 'project' | 'own',
  ): Promise<{
    readonly columns: readonly SqlColumn[]
    readonly batches: AsyncIterable<readonly (readonly unknown[])[]>
    readonly notices: readonly string[]
    /** Which engine answered: `DuckDB`, `Trino at http://…`. */
    readonly engine: string
  }>
}

export interface Rates {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Kinds whose rates are known. */
  readonly counted: readonly ('stream' | 'delivery')[]
  /** By `kind/name`; streams that stand still are left out. */
  readonly rates: Readonly<Record<string, { readonly perSecond: number; readonly lagMs?: number | null }>>
}

export interface MaintainedTableName {
  readonly namespace: string
  readonly name: string
}

export interface SnapshotEnd {
  readonly snapshot: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly rows: number | null
}

export interface RollbackPlan {
  readonly from: SnapshotEnd
  readonly to: SnapshotEnd
  /** Snapshots whose changes go from the table, newest first. */
  readonly undone: readonly string[]
}

/** Snapshots of a table (docs/spec/time-travel.md). A moment is a snapshot, a branch or tag, or a time; WEIR-4010 for none. */
export interface TableOperations {
  history(
    table: MaintainedTableName,
  ): Promise<{ readonly items: readonly HistoryEntry[]; readonly refs: readonly NamedRef[] }>
  diff(table: MaintainedTableName, from: string, to: string): Promise<SnapshotDiff>
  /** What a rollback would do; changes nothing. */
  planRollback(table: MaintainedTableName, to: string): Promise<RollbackPlan>
  /** WEIR-4004 when the current snapshot is another than the one that was decided on. */
  rollBack(table: MaintainedTableName, to: string, expected: string): Promise<RollbackPlan>
  createRef(
    table: MaintainedTableName,
    ref: {
      readonly name: string
      readonly type: 'branch' | 'tag'
      /** The current snapshot when absent. */
      readonly at?: string
      /** How old its snapshot may become before it goes. */
      readonly maxAgeMs?: number
    },
  ): Promise<{ readonly snapshot: string }>
  dropRef(table: MaintainedTableName, ref: Pick<NamedRef, 'name' | 'type'>): Promise<void>
  describe(table: MaintainedTableName): Promise<TableDescription>
  schemas(table: MaintainedTableName): Promise<TableSchemas>
  /** Those that need its files for who may read them. WEIR-2005 until all is ready. */
  clients(table: MaintainedTableName, principal: Principal, readsFiles: boolean): Promise<readonly TableClient[]>
}

/** How a program of the field reads a table. */
export interface TableClient {
  readonly name: string
  /** For people. */
  readonly title: string
  readonly reads: string
  readonly needs: string
  readonly language: 'shell' | 'python' | 'properties' | 'sql'
  /** For this machine: nothing in it is to be filled in. */
  readonly text: string
}

export interface TableSchemas {
  readonly schemas: readonly SchemaVersion[]
  readonly partitionSpecs: readonly LayoutVersion[]
  readonly sortOrders: readonly LayoutVersion[]
}

/** What a snapshot of a table has; `at` as in `TableOperations`, the current one when absent. Read in another process. */
export interface InspectionOperations {
  files(table: MaintainedTableName, query: FileQuery, at?: string): Promise<FilePage>
  file(table: MaintainedTableName, path: string, at?: string): Promise<readonly FileColumn[]>
  partitions(table: MaintainedTableName, query: PartitionQuery, at?: string): Promise<PartitionPage>
}

export interface MaintenanceOperations {
  /** Does a task on a table now, after what is at work; what did not work is in the answer. WEIR-2021 while a backup is taken. */
  run(table: MaintainedTableName, task: MaintenanceTask): Promise<RecordedRun>
  /** Of one table: each task's last run, next turn and totals. */
  turns(table: MaintainedTableName & { readonly createdAt: string }): Promise<readonly TaskTurn[]>
  /** What runs on it did, newest first. */
  history(table: MaintainedTableName, page: { readonly limit: number; readonly before?: number }): Promise<RunPage>
  /** What that would do; changes nothing. */
  plan(table: MaintainedTableName, task: MaintenanceTask): Promise<MaintenancePlan>
  /** For whoever copies the lake's files. Resolves when no maintenance is at work; none begins until the function that it gives is called. */
  hold(): Promise<() => void>
}

export interface CrawlAnswer {
  readonly columns: readonly CrawledColumnRow[]
  readonly summary: CrawlSummary
  /** Of a dry run: what would become of each file. */
  readonly files: readonly FileReport[] | null
}

export interface CrawlerOperations {
  /** Crawls now. Ends with WEIR-4024 when `signal` aborts; what it has found by then is kept for the next. */
  crawl(
    crawler: string,
    call: {
      readonly isDryRun: boolean
      readonly signal: AbortSignal
      readonly progress: (done: number, total: number) => void
    },
  ): Promise<CrawlAnswer>
  /** What became of each file in the last crawl, by path. */
  files(
    crawler: string,
    page: { readonly limit: number; readonly skip: number; readonly leftOut: boolean },
  ): Promise<{ readonly items: readonly FileReport[]; readonly total: number }>
}

export interface ProcessesStatus {
  readonly endpoints: Endpoints | null
  readonly processes: readonly {
    readonly name: string
    readonly state: ChildState['kind']
    readonly pid: number | null
    readonly restarts: number
    readonly reason: string | null
    /** Resident memory. */
    readonly bytes: number | null
  }[]
  readonly disk: DiskUse | null
  /** Of files of tables in S3, by the process that keeps them. */
  readonly copies: readonly ({ readonly process: string; readonly of: 'objects' | 'rows' } & CacheFigures)[]
  readonly warnings: readonly string[]
  readonly counted: Rates['counted']
  readonly rates: Rates['rates']
  readonly maintenance: readonly StoredMaintenanceRun[]
}

export interface ProcessOperations {
  /** Version, endpoints, processes with memory and state, disk: for `weir status` and the console's settings. */
  status(): Promise<ProcessesStatus>
  /** Every endpoint answers; the reason why not. */
  ready(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>
  /** Of all processes, as text. */
  metrics(format: MetricsFormat): Promise<{ readonly contentType: string; readonly text: string }>
  /** About one a second while somebody listens. */
  onRates(listener: (rates: Rates) => void): () => void
}
