import type { KeyPlan } from '../../delivery/keys/table-key.ts'
import type { Relations } from '../../sql/engine-host.ts'
import type { StoredCrawl } from '../../storage/metadata/crawls.ts'
import type { SecretSource } from './secret/secret-source.ts'
import type { HaltQuestion } from './delivery/halt-question.ts'

/** What kinds need of the running parts. Supplied once, by the supervisor. Every call may be repeated. */
export interface ReconcileServices {
  readonly streams: StreamService
  readonly tables: TableService
  readonly deliveries: DeliveryService
  readonly views: ViewService
  readonly secrets: SecretService
  readonly principals: PrincipalService
  readonly crawls: CrawlService
}

export interface StreamPlan {
  readonly name: string
  /** Number of partitions; only grows. */
  readonly partitions: number
  /** null keeps for ever. */
  readonly retentionMs: number | null
  /** Per partition; null is no limit. */
  readonly retentionBytes: number | null
  /** Further topic settings by their Kafka names. */
  readonly config: Readonly<Record<string, string>>
  /** Settings that the topic must not have: those that are set on it are taken back. */
  readonly unset: readonly string[]
}

export interface StreamDescription {
  readonly name: string
  /** The topic's id, UUID text. */
  readonly topicId: string
  readonly partitions: readonly { readonly partition: number; readonly start: string; readonly end: string }[]
}

/** `trouble` is why it does not take or give records: a full disk, damage. */
export type StreamState = 'well' | 'gone' | 'unknown' | { readonly trouble: string }

/** Topics of the log, or of the Kafka that stands in for it. Starts the log when it is first needed. */
export interface StreamService {
  /** WEIR-1003 for a setting that the own log does not take. What a Kafka of somebody else takes, only that one knows. */
  check(plan: StreamPlan): void
  /** Creates the topic, or alters it: adds partitions, sets its settings. Durable when it resolves. */
  ensure(plan: StreamPlan): Promise<void>
  /** Removes the topic with its records. */
  remove(name: string): Promise<void>
  /** Topics that exist, without internal ones; none of a Kafka of somebody else, where they are other people's. Rejects when the log does not answer: that says nothing of topics. */
  list(): Promise<readonly { readonly name: string; readonly partitions: number }[]>
  /** How the log says that its topic is; `unknown` while the log does not answer. Cheap. */
  state(name: string): Promise<StreamState>
  /** With offsets (decimal text); undefined when there is none. */
  describe(name: string): Promise<StreamDescription | undefined>
}

export interface TableIdentifier {
  /** One level: `public`. */
  readonly namespace: string
  readonly name: string
}

export interface ColumnPlan {
  readonly name: string
  /** An Iceberg type as users write it. */
  readonly type: string
  readonly required: boolean
  readonly doc?: string
}

export interface LoadedColumn extends ColumnPlan {
  /** What SQL writes where it is given no value, as an expression of DuckDB; null without it. */
  readonly default?: string
}

export interface TablePlan extends TableIdentifier {
  readonly columns: readonly ColumnPlan[]
  /** Columns that tell rows apart: the identifier fields. Required ones; none for rows that are only appended. */
  readonly key: readonly string[]
  readonly partitionBy: readonly PartitionField[]
  readonly format: TableFormat
  readonly properties: Readonly<Record<string, string>>
}

export type TableFormat = 'iceberg' | 'delta'

export interface PartitionField {
  /** Iceberg's transform: `day`, `truncate[4]`. */
  readonly transform: string
  readonly column: string
}

/** Only what changes. */
export interface TableChange {
  readonly addColumns: readonly ColumnPlan[]
  readonly dropColumns: readonly string[]
  /**
   * Columns that are there, as they shall be: a type that Iceberg can promote to (int to long, float to double, decimal to
   * a larger precision), no longer required, another doc.
   */
  readonly changeColumns: readonly ColumnPlan[]
  readonly setProperties: Readonly<Record<string, string>>
  readonly removeProperties: readonly string[]
}

export interface LoadedTable extends TableIdentifier {
  /** As the table is, Weir's own columns (`_source`, …) included. */
  readonly columns: readonly LoadedColumn[]
  readonly key: readonly string[]
  readonly format: TableFormat
  /** Of a Delta table: what other engines open, and the version of its log. */
  readonly delta?: { readonly location: string; readonly version: number }
  readonly properties: Readonly<Record<string, string>>
  readonly metadataLocation: string
  /** Of the current snapshot, decimal text; null before the first. */
  readonly rows: string | null
  readonly bytes: string | null
  readonly files: string | null
  readonly snapshotId: string | null
}

/** Tables of the catalog. Names of Weir's own columns are added by `create`. */
export interface TableService {
  /** Creates the table, and its namespace where it lacks. An error when it exists. */
  create(plan: TablePlan): Promise<void>
  /** In one commit; asserts nothing of what others change meanwhile but the schema. */
  alter(table: TableIdentifier, change: TableChange): Promise<void>
  /** Takes the table out of the catalog and removes its files. Of several calls at once one drops it. */
  drop(table: TableIdentifier): Promise<'dropped' | 'absent'>
  load(table: TableIdentifier): Promise<LoadedTable | undefined>
  exists(table: TableIdentifier): Promise<boolean>
}

export interface DeliveryRunPlan {
  readonly name: string
  /** Topic. */
  readonly from: string
  readonly to: TableIdentifier
  readonly format: 'json' | 'csv'
  readonly csv?: { readonly header: boolean; readonly columns?: readonly string[]; readonly delimiter?: string }
  readonly onNewField: 'reject' | 'ignore' | 'add column'
  /** Of a table with a key. */
  readonly key?: KeyPlan
  readonly flushBytes: number
  readonly flushAgeMs: number
  readonly workers: number
}

export interface DeliveryStatus {
  /** `halted` waits for an operator's answer, `failing` is tried again. */
  readonly state: 'starting' | 'running' | 'failing' | 'halted' | 'stopped'
  readonly reason: string | null
  /** What it asks when it has halted. */
  readonly question: HaltQuestion | null
  /** What the workers say, for people; JSON-safe. */
  readonly workers: readonly Readonly<Record<string, unknown>>[]
}

export interface DeliveryService {
  /** Runs the delivery by this plan; one that runs by another is stopped with a commit first. Does not wait for records. */
  ensure(plan: DeliveryRunPlan): Promise<void>
  /** Commits what was accepted, then ends its workers. Succeeds when there are none. */
  stop(name: string): Promise<void>
  status(name: string): Promise<DeliveryStatus>
}

export interface ViewService {
  /** Columns of the query against these relations, without running it. Throws WEIR-6xxx with what the engine says. */
  check(request: {
    readonly name: string
    readonly sql: string
    readonly relations: Relations
  }): Promise<readonly { readonly name: string; readonly type: string }[]>
}

/** Whom the running project knows by a name. */
export interface PrincipalService {
  /** `user:ana`, `group:analysts`, `everyone`. */
  isKnown(principal: string): boolean
}

export interface SecretService {
  /** The value. Never logged, stored or shown. Throws WEIR-7006 when the source has none. */
  read(source: SecretSource): Promise<string>
}

/** The table that a crawler makes. */
export interface CrawledTablePlan extends TableIdentifier {
  readonly comment: string | null
  /** The declaration as text: another one is crawled anew. */
  readonly declared: string
}

export interface CrawlService {
  /** WEIR-4022 for a bucket that the project does not name; `isDeclared` by its file, or by the API. */
  checkBucket(crawler: string, location: string, isDeclared: boolean): void
  /** Names the table; what was found for it before stays. Does not crawl. */
  prepare(crawler: string, table: CrawledTablePlan): Promise<void>
  /** Lets go of the table and removes what Weir wrote of it. The files are others', and stay. */
  forget(crawler: string): Promise<void>
  /** What the last run found; undefined before `prepare`. */
  find(crawler: string): Promise<StoredCrawl | undefined>
}
