import type { MetricObject } from 'prom-client'
import type { KeyPlan } from '../../delivery/keys/table-key.ts'
import type { Verification } from '../../delivery/ledger/verification.ts'
import type { LetterFilter, LetterPage, ReplayResult } from '../../delivery/letters/letter.ts'
import type { ResumeChoice } from '../../delivery/operate/resume-delivery.ts'
import type { FileColumn } from '../../lake/inspection/file-columns.ts'
import type { FilePage, FileQuery } from '../../lake/inspection/list-files.ts'
import type { PartitionPage, PartitionQuery } from '../../lake/inspection/list-partitions.ts'
import type { CompactedGroup } from '../../lake/maintenance/compaction/compact-table.ts'
import type { CrawlResult } from '../../crawler/crawl.ts'
import type { CrawlRequest } from './crawl-files.ts'
import type { CacheFigures } from '../../storage/objects/cache/object-cache.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import type { BucketPlace } from '../lake/open-buckets.ts'
import type { KafkaAccess } from '../streams/kafka-access.ts'
import type { SqlSettings } from '../project/sql-settings.ts'
import type { SecretSource } from '../kinds/secret/secret-source.ts'
import type { ListenerSettings, StreamSettings } from '../project/stream-settings.ts'
import type { BrokerLimits } from '../../stream/broker/broker.ts'
import type { LagSeries, PartitionFigure, TopicFigure, TopicRate } from '../../stream/broker/metrics/figures.ts'
import type { SecurityChange } from '../../stream/broker/security/security-log.ts'
import type { MemoryHost } from './delivery-memory.ts'
import type { CommitRequest, Relations, TailReport } from '../../sql/engine-host.ts'

/** prom-client's `getMetricsAsJSON`, as it crosses the channel. */
export type MetricsJson = readonly MetricObject[]

/** What the supervisor may ask of every child (`docs/spec/processes.md`). `start` comes first and once. */
export type ChildMethods<Config, Ready, Status> = {
  /** The child is ready when it answers. */
  start(config: Config): Promise<Ready>
  /** JSON for `weir status`, asked every second. */
  status(params: null): Promise<Status> | Status
  metrics(params: null): Promise<MetricsJson>
  /** Finishes what is quick, makes it durable, answers; the process then exits 0. */
  stop(params: { readonly deadlineMs: number }): Promise<null>
}

export interface LogChildConfig {
  readonly directory: string
  /** Files of secrets and certificates are named from here. */
  readonly projectDirectory: string
  readonly listeners: readonly (ListenerSettings & { readonly port: number })[]
  readonly users?: Readonly<Record<string, SecretSource>>
  readonly authorization?: NonNullable<StreamSettings['authorization']>
  readonly encryption?: NonNullable<StreamSettings['encryption']>
  /** By which Weir's own parts come in. */
  readonly internalSocket: string
  readonly autoCreateTopics: boolean
  /** The broker's limits that a project sets. */
  readonly limits?: Partial<BrokerLimits>
  readonly defaultPartitions: number
}

/** What the log answers besides: figures of some topics and groups, for who looks at them. */
export type LogMethods<Status> = ChildMethods<LogChildConfig, LogReady, Status> & {
  /** What the start found lost or damaged of the log's own state. */
  notices(params: null): readonly string[]
  /** Of the topics that move; asked every second. */
  rates(params: null): readonly TopicRate[]
  topics(params: { readonly names: readonly string[] }): readonly TopicFigure[]
  partitions(params: {
    readonly topic: string
    readonly from: number
    readonly count: number
  }): readonly PartitionFigure[]
  lagHistory(params: { readonly group: string }): LagSeries | null
}

/** What the log tells the supervisor. */
export type LogHost = {
  /** For the audit; answered when it is written down. */
  securityChanged(params: SecurityChange): Promise<null>
}

export interface LogReady {
  readonly port: number
}

export interface DeliveryChildConfig {
  readonly delivery: string
  /** `schema.name` of the destination. */
  readonly table: string
  /** Where its stream lies. */
  readonly kafka: KafkaAccess
  readonly topic: string
  readonly catalogUri: string
  readonly catalogToken?: string
  /** Where the tables lie. */
  readonly lake: LakePlace
  /** `tail/<delivery>/`; the epoch's folder is made below it. */
  readonly tailDirectory: string
  readonly format: 'json' | 'csv'
  readonly csv?: { readonly header: boolean; readonly columns?: readonly string[]; readonly delimiter?: string }
  readonly onNewField: 'reject' | 'ignore' | 'add column'
  /** Of a table with a key. */
  readonly key?: KeyPlan
  /** `keys/<delivery>/`: where the key index lies. */
  readonly keysDirectory?: string
  readonly flushBytes: number
  readonly flushAgeMs: number
  readonly memoryLimitBytes: number
  /** Of a worker that joined: its process ends when it is not told for so long that the supervisor is there. */
  readonly silenceMsMax?: number
}

export interface Assignment {
  readonly epoch: number
  /** Partitions of this worker from now on; all others are given up. */
  readonly partitions: readonly number[]
}

/** What a delivery worker answers besides. */
export type WorkerMethods<Config, Ready, Status> = ChildMethods<Config, Ready, Status> & {
  assign(params: Assignment): Promise<null>
  /** Of the table as it is at this metadata location, or later. */
  tails(params: { readonly metadataLocation: string }): Promise<TailReport>
  /** Commits now what was accepted. */
  flush(params: null): Promise<{ readonly snapshotId: string | null }>
  /** The supervisor is there: told where it does not run the process itself. */
  heard(params: null): null
}

/** Which delivery an operation is about, and what else is needed to reach its table and its source. */
export interface DeliveryPlace {
  readonly config: DeliveryChildConfig
}

/** What `weir status` shows of a process that keeps copies of objects in S3, and of rows in Avro; null where it keeps none. */
export interface CopiesStatus {
  readonly copies: CacheFigures | null
  readonly rowCopies: CacheFigures | null
}

export interface OperatorConfig {
  readonly temporaryDirectory: string
  readonly buckets: BucketPlace
  readonly memoryLimitBytes: number
  readonly threads: number
}

/** A table, and how the operator comes to it. */
export interface TablePlace {
  readonly namespace: string
  readonly name: string
  readonly catalogUri: string
  readonly catalogToken?: string
  readonly lake: LakePlace
}

/** One task of a table's maintenance. */
export interface MaintenancePlanRequest extends TablePlace {
  readonly task: 'compact' | 'rewrite manifests' | 'expire snapshots' | 'remove orphans'
}

export interface MaintenanceRequest extends MaintenancePlanRequest {
  /** Groups that were committed go to the supervisor's `compacted`, by `job`. */
  readonly job: number
  /** Somebody asks for it: its turn need not have come. */
  readonly asked: boolean
}

/** A Delta table's log, read by this operator's DuckDB. */
export type CheckpointRequest = TablePlace

/** A page of what a snapshot has; `at` is a snapshot, a branch or tag, or a time, null for the current one. */
export interface FileListing extends TablePlace {
  readonly at: string | null
  readonly query: FileQuery
}

export interface PartitionListing extends TablePlace {
  readonly at: string | null
  readonly query: PartitionQuery
}

export interface FileInspection extends TablePlace {
  readonly at: string | null
  readonly path: string
}

/** What a task did: by compaction files go from the table, by the others from the disk. */
export interface MaintainedFiles {
  readonly snapshots: number
  readonly files: number
  readonly bytesRemoved: number
  readonly filesAdded: number
  readonly bytesAdded: number
  /** Rows that files of deletes named and that are written no more. */
  readonly deletedRows: number
  readonly groups: readonly CompactedGroup[]
  /** Why groups were not committed, or left for the next turn. */
  readonly left: readonly string[]
}

/** What people ask of a delivery that may take long or needs DuckDB: done in a process of its own, started when it is needed. */
export type OperatorMethods = ChildMethods<OperatorConfig, null, CopiesStatus> & {
  /** Progress goes to the supervisor's `progress`, by `job`. */
  verify(params: DeliveryPlace & { readonly job: number }): Promise<Verification>
  letters(
    params: DeliveryPlace & { readonly limit: number; readonly after: string | null; readonly filter: LetterFilter },
  ): Promise<LetterPage & { readonly total: number }>
  replay(params: DeliveryPlace & { readonly filter: LetterFilter }): Promise<ReplayResult>
  /** null when there was nothing to answer. */
  resume(params: DeliveryPlace & { readonly choice: ResumeChoice }): Promise<{ readonly snapshotId: string | null }>
  /** What was removed and written. The supervisor asks for one table at a time. */
  maintain(params: MaintenanceRequest): Promise<MaintainedFiles>
  /** Writes a checkpoint of the newest version of a Delta table's log; null where it has one. */
  checkpoint(params: CheckpointRequest): Promise<{ readonly version: number } | null>
  /** The maintenance of this job begins nothing further and answers what it did. */
  stopMaintenance(params: { readonly job: number }): null
  /** Progress goes to the supervisor's `progress`, by `job`. */
  crawl(params: CrawlRequest): Promise<CrawlResult>
  /** Ends the crawl of this job, which then rejects with WEIR-4024. */
  stopCrawl(params: { readonly job: number }): null
  /** What a task would do now; changes nothing. */
  planMaintenance(params: MaintenancePlanRequest): Promise<MaintainedFiles>
  files(params: FileListing): Promise<FilePage>
  /** Counts and bounds of one file; WEIR-4010 when the snapshot does not have it. */
  file(params: FileInspection): Promise<readonly FileColumn[]>
  partitions(params: PartitionListing): Promise<PartitionPage>
}

/** What the operator tells the supervisor, and asks of it. */
export type OperatorHost = MemoryHost & {
  progress(params: { readonly job: number; readonly done: number; readonly total: number }): null
  /** A group was committed: what is known of it when the operator ends before its answer. */
  compacted(params: { readonly job: number; readonly group: CompactedGroup }): null
}

export interface WriterConfig {
  readonly catalogUri: string
  readonly catalogToken?: string
  readonly lake: LakePlace
}

/** What the process answers that commits what SQL statements write. */
export type WriterMethods = ChildMethods<WriterConfig, null, null> & {
  commit(params: CommitRequest): Promise<null>
  /** Whether a commit that nobody has heard of is in its tables. */
  hasLanded(params: CommitRequest): Promise<boolean>
}

export interface EngineChildConfig {
  readonly socketPath: string
  readonly memoryLimitBytes: number
  readonly threads: number
  readonly temporaryDirectory: string
  readonly linkDirectory: string
  readonly scratchDirectory: string
  readonly lake: LakePlace
  readonly buckets: BucketPlace
  readonly database: string
  /** Answers queries in the place of DuckDB. */
  readonly sql?: SqlSettings
  /** Where files of secrets are named from. */
  readonly projectDirectory: string
}

export interface EngineReady {
  readonly socketPath: string
}

/** What the SQL engine answers besides. */
export type EngineMethods<Status> = ChildMethods<EngineChildConfig, EngineReady, Status> & {
  /** Columns of a query against these relations, without running it. */
  describe(params: {
    readonly sql: string
    readonly relations: Relations
  }): Promise<readonly { readonly name: string; readonly type: string }[]>
}
