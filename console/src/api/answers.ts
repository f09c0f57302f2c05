// Made by tools/reference.ts from the schemas of the API's answers; do not edit.
// The console talks HTTP only, and a field that it names is one that the API has.

export interface Acl {
  readonly resourceType: string
  readonly resource: string
  /** literal, or prefixed: about all that begin so. */
  readonly pattern: string
  /** User:ada; User:* is everybody. */
  readonly principal: string
  readonly host: string
  readonly operation: string
  /** allow or deny. */
  readonly permission: string
}

export interface AuditEntry {
  /** When. */
  readonly at: string
  readonly actor: string
  /** create, update, delete, state, or the name of an operation. */
  readonly action: string
  readonly kind: string
  readonly name: string
  readonly detail: unknown
}

export interface ColumnDifference {
  readonly change:
    | 'added'
    | 'dropped'
    | 'renamed'
    | 'widened'
    | 'made optional'
    | 'made required'
    | 'described'
    | 'default changed'
    | 'made a key'
    | 'no key any more'
  readonly column: string
  readonly before: string | null
  readonly after: string | null
}

export interface CompactionGroup {
  /** Its folder; empty where the table has no partitions. */
  readonly partition: string
  readonly filesBefore: number
  readonly filesAfter: number
  readonly bytesBefore: number
  /** An estimate by rows, of what was not done yet. */
  readonly bytesAfter: number
  /** That are written no more. */
  readonly deletedRows: number
}

export interface CompactionPlan {
  readonly groups: readonly CompactionGroup[]
}

export interface ConsumerGroup {
  readonly group: string
  /** consumer: of the protocol of KIP-848. */
  readonly type: 'classic' | 'consumer'
  readonly protocolType: string
  readonly state: string
  readonly assignor: string
  /** host:port of the broker. */
  readonly coordinator: string
  readonly members: readonly GroupMember[]
  readonly partitions: readonly PartitionLag[]
  /** Of all partitions where it is known. */
  readonly lag: number | null
}

export interface CrawledFile {
  readonly path: string
  readonly sizeBytes: number
  readonly format: string | null
  readonly compression: string | null
  /** One sentence for each thing that was decided. */
  readonly why: readonly string[]
  readonly columns: readonly {
    readonly name: string
    readonly type: string | null
  }[]
  /** The row and the value that left a column no narrower type. */
  readonly typeReasons: readonly {
    readonly column: string
    readonly row: number
    readonly value: string
  }[]
  /** Rows that were looked at. */
  readonly rows: number | null
  /** Whether those are all. */
  readonly isWhole: boolean
  readonly leftOut: {
    readonly reason: string
    readonly detail: string
  } | null
}

export interface CrawledFiles {
  readonly items: readonly CrawledFile[]
  readonly total: number
}

export interface Datum {
  /** avro, and json with a schema, were read by it; json without one only looks like it. */
  readonly format: 'avro' | 'json' | 'text' | 'bytes'
  /** Of text. */
  readonly encoding: 'utf-8' | 'base64'
  readonly text: string
  /** All there are in the record. */
  readonly bytes: number
  /** Whether text has the beginning only. */
  readonly cut: boolean
  /** Of the schema registry; by it the bytes were read. */
  readonly schema?: {
    readonly id: number
    readonly type: string
    readonly subject: string
    readonly version: number
    readonly name?: string
  }
  /** Why bytes that name a schema were not read by it. */
  readonly problem?: string
}

export interface DeadLetter {
  readonly delivery: string
  /** Id of the topic. */
  readonly source: string
  readonly partition: number
  /** Of the record. */
  readonly offset: string
  /** Of the record. */
  readonly timestamp: string
  /** WEIR-5xxx; weir explain says more. */
  readonly code: string
  readonly reason: string
  /** As text; bytes that are not UTF-8 are replaced. */
  readonly value: string
}

export interface DiskUse {
  /** Of the data directory. */
  readonly usedBytes: number
  /** What it may take. */
  readonly budgetBytes: number
  /** Free on its disk, as of now. */
  readonly freeBytes: number
  readonly warning?: string
}

export interface Endpoints {
  readonly kafka: string
  readonly postgres: string
  readonly http: string
  readonly iceberg: string
  readonly pid: number
  /** When all was ready. */
  readonly started: string
}

export interface ErrorAnswer {
  readonly error: {
    /** WEIR-1234; weir explain says more. */
    readonly code: string
    readonly message: string
    readonly remedy: string
    /** weir.config.ts:14:3, when a line of the project is at fault. */
    readonly at?: string
    readonly details: Readonly<Record<string, unknown>>
  }
}

export interface FileColumn {
  readonly id: number
  readonly column: string
  readonly type: string
  readonly bytes: number | null
  /** Nulls included. */
  readonly values: number | null
  readonly nulls: number | null
  /** As text; writers cut long ones. */
  readonly lower: string | null
  readonly upper: string | null
}

export interface FileColumns {
  readonly items: readonly FileColumn[]
}

export interface FileSizeClass {
  /** Bytes; null: of any size. */
  readonly below: number | null
  readonly files: number
  readonly bytes: number
}

export interface GroupHistory {
  /** null where nobody watches the group. */
  readonly at: string | null
  readonly everyMs: number
  /** Oldest first. */
  readonly lag: readonly (number | null)[]
}

export interface GroupMember {
  readonly memberId: string
  /** Of a static member. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Left out when only its members can read it: Connect's workers. */
  readonly assignment?: readonly {
    readonly topic: string
    readonly partitions: readonly number[]
  }[]
}

export interface HistoryEntry {
  readonly version: number
  /** When it was declared so. */
  readonly at: string
  readonly actor: string
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
}

export interface KindDescription {
  readonly kind: string
  readonly plural: string
  /** What it is, in a sentence. */
  readonly summary: string
  /** The TypeScript that declares one. */
  readonly example: string
  /** JSON Schema of its spec. */
  readonly schema: Readonly<Record<string, unknown>>
}

export interface LayoutField {
  /** As the partition is called; empty in a sort order. */
  readonly name: string
  readonly column: string
  /** identity, year, month, day, hour, bucket[16], truncate[4] or void. */
  readonly transform: string
  /** asc nulls-first, for one; null in a partition spec. */
  readonly order: string | null
}

export interface LayoutVersion {
  readonly id: number
  readonly current: boolean
  readonly fields: readonly LayoutField[]
}

export interface LedgerApplied {
  /** Records that became rows, or took the place of one. */
  readonly upserts: string
  /** Records that deleted the row of their key, if there was one. */
  readonly deletes: string
  /** Records of whose key a later one was committed with them. */
  readonly superseded: string
}

export interface LedgerGap {
  /** restored: the log passed over these offsets when it was restored; nobody can count what was there. */
  readonly kind: 'lost' | 'skipped' | 'restored'
  /** The first offset. */
  readonly from: string
  /** The offset after the last. */
  readonly to: string
}

export interface LedgerHop {
  readonly delivery: string
  readonly from: string
  readonly to: string
  /** Records that came in. */
  readonly in: string
  /** Records that are rows. */
  readonly delivered: string
  /** Records that are dead letters. */
  readonly rejected: string
  readonly pending: string | null
  /** Whether in = delivered + rejected + pending, of what the table has; null when the source could not be asked. */
  readonly holds: boolean | null
  /** Whether the table is the one that is counted: not after a rollback, until an operator has answered. */
  readonly isAsCommitted: boolean
  readonly lastCommitAt: string | null
  readonly snapshotId: string | null
  readonly partitions: readonly LedgerPartition[]
}

export interface LedgerPartition {
  /** Id of the topic. */
  readonly source: string
  readonly partition: number
  /** The offset that is read next. */
  readonly next: string
  /** Records read. */
  readonly read: string
  /** Records that are rows. */
  readonly delivered: string
  /** Records that are dead letters. */
  readonly rejected: string
  /** Of a table with a key: what became of the delivered records. */
  readonly applied?: LedgerApplied
  readonly pending: string | null
  /** Offsets that were gone before they were read, without those that a restore passed over. */
  readonly lost: string
  /** Records that were left out on an answer of an operator. */
  readonly skipped: string
  /** The offsets that lost and skipped count, and those that a restore passed over. */
  readonly gaps: readonly LedgerGap[]
}

export interface LetterReason {
  readonly code: string
  readonly cause: string
  readonly remedy: string
}

export interface ListedTable {
  readonly namespace: string
  readonly name: string
  /** Whether the project declares it, a crawler found its files, or SQL or a client of the catalog made it. */
  readonly by: 'project' | 'crawler' | 'others'
}

export interface MaintenancePlan {
  /** That would expire. */
  readonly snapshots: number
  /** That would go: from the table by compaction, from the disk by expiry and the removal of orphans. */
  readonly files: number
  /** Of these files. */
  readonly bytesRemoved: number
  /** That would come in their place. */
  readonly filesAdded: number
  /** Of those; an estimate. */
  readonly bytesAdded: number
  /** That would be written no more. */
  readonly deletedRows: number
  readonly groups: readonly CompactionGroup[]
  readonly left: readonly string[]
}

export interface MaintenanceRun {
  readonly table: string
  readonly task: string
  /** When it ended. */
  readonly at: string
  /** Removed. */
  readonly snapshots: number
  /** Removed: by compaction from the table, else from the disk. */
  readonly files: number
  /** Of these files. */
  readonly bytesRemoved: number
  /** That compaction put in their place. */
  readonly filesAdded: number
  /** Of those; less than were removed by what was saved. */
  readonly bytesAdded: number
  readonly error: string | null
}

export interface MaintenanceTotals {
  readonly runs: number
  readonly snapshots: number
  readonly files: number
  readonly bytesRemoved: number
  readonly filesAdded: number
  readonly bytesAdded: number
  /** ISO 8601: when the first run that is counted ended. */
  readonly since: string | null
}

export interface MaintenanceTurn {
  readonly task: 'compact' | 'rewrite manifests' | 'expire snapshots' | 'remove orphans'
  /** What it does. */
  readonly purpose: string
  /** null: never by itself. */
  readonly everyMs: number | null
  /** ISO 8601; it begins within a minute after. null: never by itself. */
  readonly nextAt: string | null
  /** ISO 8601; null when it is not at work. */
  readonly workingSince: string | null
  readonly last: MaintenanceRun | null
  readonly totals: MaintenanceTotals | null
}

export interface ObjectCopies {
  readonly process: string
  /** Of objects in S3; or of rows in Avro, as Parquet. */
  readonly of: 'objects' | 'rows'
  /** Since it started. */
  readonly hits: number
  /** Fetched or made, or waited for. */
  readonly misses: number
  readonly evictions: number
  readonly files: number
  readonly bytes: number
  /** What they may take. */
  readonly bytesMax: number
}

export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** null when nothing was committed. */
  readonly committed: number | null
  /** null when there is no such stream any more. */
  readonly start: number | null
  readonly end: number | null
  /** Offsets between committed and end. */
  readonly lag: number | null
  /** Who reads it now. */
  readonly member: {
    readonly memberId: string
    readonly clientId: string
    readonly clientHost: string
  } | null
}

export interface PartitionTrouble {
  readonly partition: number
  readonly code: string
  readonly message: string
}

export interface Plan {
  readonly project: string
  readonly changes: readonly PlannedChange[]
}

export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete'
  readonly kind: string
  readonly name: string
  /** What changes, one line each. */
  readonly lines: readonly string[]
  /** What is lost; such a step needs allowDestructive. */
  readonly destroys: readonly string[]
}

export interface ProcessStatus {
  readonly name: string
  readonly state: 'idle' | 'starting' | 'ready' | 'waiting' | 'failed' | 'stopped'
  readonly pid: number | null
  readonly restarts: number
  readonly reason: string | null
  /** Resident memory. */
  readonly bytes: number | null
}

export interface Produced {
  /** Records that are durable now. */
  readonly produced: number
  /** Where they are. */
  readonly batches: readonly {
    readonly partition: number
    /** Of the first record. */
    readonly baseOffset: string
    readonly records: number
  }[]
}

export interface Rate {
  readonly perSecond: number
  readonly lagMs?: number | null
}

export interface RecordDetail {
  readonly partition: number
  /** Of the record. */
  readonly offset: string
  /** Of the record. */
  readonly timestamp: string
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly key: Datum | null
  /** null for a tombstone. */
  readonly value: Datum | null
  /** In their order; names may repeat. */
  readonly headers: readonly {
    readonly key: string
    readonly value: Datum | null
  }[]
  /** Of key, value and headers. */
  readonly bytes: number
  /** Whether it was written in a transaction. */
  readonly transactional: boolean
  /** What consumers of committed records see of it. */
  readonly visibility: 'committed' | 'open transaction' | 'aborted'
  readonly batch: {
    /** Of its first record. */
    readonly baseOffset: string
    readonly records: number
    readonly bytes: number
    readonly compression: string
    /** null when the producer is not idempotent. */
    readonly producerId: string | null
    readonly leaderEpoch: number
  }
  readonly previous: string | null
  readonly next: string | null
}

export interface RecordedRun {
  readonly table: string
  readonly task: string
  /** When it ended. */
  readonly at: string
  /** Removed. */
  readonly snapshots: number
  /** Removed: by compaction from the table, else from the disk. */
  readonly files: number
  /** Of these files. */
  readonly bytesRemoved: number
  /** That compaction put in their place. */
  readonly filesAdded: number
  /** Of those; less than were removed by what was saved. */
  readonly bytesAdded: number
  readonly error: string | null
  /** When it began. */
  readonly beganAt: string
  /** Rows that files of deletes named and that are written no more. */
  readonly deletedRows: number
  /** Each became one file in one commit; the first hundred. */
  readonly groups: readonly CompactionGroup[]
  readonly groupCount: number
  /** Why groups were not committed, or left for the next turn. */
  readonly left: readonly string[]
  /** Of the error. */
  readonly code: string | null
  /** What to do about it. */
  readonly remedy: string | null
}

export interface Reference {
  readonly kind: string
  readonly name: string
}

export interface ReplayResult {
  /** Records that are rows now. */
  readonly replayed: number
  readonly stillRejected: number
}

export interface ResetPlan {
  readonly group: string
  readonly state: string
  /** While there are some, it is refused. */
  readonly members: number
  readonly executed: boolean
  readonly steps: readonly {
    readonly topic: string
    readonly partition: number
    readonly from: number | null
    readonly to: number
    readonly start: number
    readonly end: number
  }[]
}

export interface Resource {
  readonly kind: string
  readonly name: string
  /** As the schema of the kind gives it, defaults filled in. */
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
  /** Who asked for it: the project file, the API, a Kafka client. */
  readonly origin: 'project' | 'api' | 'client'
  /** Grows by one with each change; what If-Match takes. */
  readonly version: number
  readonly state: ResourceState
  /** Why it is in this state. */
  readonly reason: string | null
  /** What it uses. */
  readonly references: readonly Reference[]
  /** When it was declared first. */
  readonly createdAt: string
  /** When its state or spec changed last. */
  readonly updatedAt: string
}

export type ResourceState = 'Creating' | 'Active' | 'Updating' | 'Failed' | 'Deleting'

export interface RollbackPlan {
  readonly from: SnapshotEnd
  readonly to: SnapshotEnd
  /** Snapshots whose changes go from the table, newest first. */
  readonly undone: readonly string[]
  /** Those into the table: each stops and asks. */
  readonly deliveries: readonly string[]
}

export interface SchemaVersion {
  readonly id: number
  readonly current: boolean
  readonly columns: number
  /** The schema that changes starts from; null for the first. */
  readonly before: number | null
  readonly changes: readonly ColumnDifference[]
  /** The first snapshot written with it, of those that are kept; null when there is none. */
  readonly since: {
    /** Decimal text: other engines use 63 bits. */
    readonly snapshot: string
    /** Milliseconds since the epoch. */
    readonly at: number
    /** false: an expired snapshot may have been the first. */
    readonly exact: boolean
  } | null
}

export interface Snapshot {
  /** Decimal text: other engines use 63 bits. */
  readonly id: string
  readonly parent: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** append, overwrite, delete, or replace: files written anew, no row changed. */
  readonly operation: string
  /** Rows. null where the snapshot does not say. */
  readonly rowsAdded: number | null
  /** Rows, deleted or in files that went. null where the snapshot does not say. */
  readonly rowsRemoved: number | null
  /** Files of rows and of deletes. null where the snapshot does not say. */
  readonly filesAdded: number | null
  /** Files of rows and of deletes. null where the snapshot does not say. */
  readonly filesRemoved: number | null
  /** Of those files. null where the snapshot does not say. */
  readonly bytesAdded: number | null
  /** Of those files. null where the snapshot does not say. */
  readonly bytesRemoved: number | null
  /** Of the whole table. null where the snapshot does not say. */
  readonly rows: number | null
  /** Branches and tags that name it. */
  readonly refs: readonly string[]
  /** beside: rolled back, of another branch, or staged. */
  readonly place: 'current' | 'before' | 'beside'
  /** Who wrote it, as far as the snapshot tells. */
  readonly by: string | null
}

export interface SnapshotDiff {
  readonly from: SnapshotEnd
  readonly to: SnapshotEnd
  /** Summed up over the snapshots between; null when some of them have expired. */
  readonly changes: {
    /** Rows. null where the snapshot does not say. */
    readonly rowsAdded: number | null
    /** Rows, deleted or in files that went. null where the snapshot does not say. */
    readonly rowsRemoved: number | null
    /** Files of rows and of deletes. null where the snapshot does not say. */
    readonly filesAdded: number | null
    /** Files of rows and of deletes. null where the snapshot does not say. */
    readonly filesRemoved: number | null
    /** Of those files. null where the snapshot does not say. */
    readonly bytesAdded: number | null
    /** Of those files. null where the snapshot does not say. */
    readonly bytesRemoved: number | null
  } | null
  /** How many snapshots between did what. */
  readonly operations: Readonly<Record<string, number>>
  readonly columns: readonly ColumnDifference[]
  /** A query for the rows themselves. */
  readonly sql: string
}

export interface SnapshotEnd {
  /** Decimal text: other engines use 63 bits. */
  readonly snapshot: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Of the whole table. null where the snapshot does not say. */
  readonly rows: number | null
}

export interface SnapshotRef {
  readonly name: string
  readonly type: 'branch' | 'tag'
  /** Decimal text: other engines use 63 bits. */
  readonly snapshot: string
  /** How old its snapshot may become; null: for ever. */
  readonly maxAgeMs: number | null
}

export interface SqlAnswer {
  readonly columns: readonly {
    readonly name: string
    /** PostgreSQL's name of the type. */
    readonly type: string
  }[]
  readonly rows: readonly (readonly unknown[])[]
  /** Whether there are more rows. */
  readonly truncated: boolean
  readonly ms: number
  readonly notices: readonly string[]
  /** Which engine answered: DuckDB, or a Trino with its address. */
  readonly engine: string
}

export interface Status {
  /** null until all is ready. */
  readonly endpoints: Endpoints | null
  readonly processes: readonly ProcessStatus[]
  /** null before the first count. */
  readonly disk: DiskUse | null
  /** Of files of tables in S3, and of rows in Avro, by the process that keeps them. */
  readonly copies: readonly ObjectCopies[]
  readonly warnings: readonly string[]
  /** Kinds whose rates are known. */
  readonly counted: readonly ('stream' | 'delivery')[]
  /** By kind/name; streams that stand still are left out. */
  readonly rates: Readonly<Record<string, Rate>>
  readonly maintenance: readonly MaintenanceRun[]
}

export interface StreamConfig {
  /** Kafka's. */
  readonly name: string
  /** null when it is sensitive, or has none. */
  readonly value: string | null
  /** Where it was set. */
  readonly source: 'topic' | 'broker' | 'cluster' | 'broker file' | 'default' | 'unknown'
  /** What would count, were it not set on the topic. */
  readonly fallback?: {
    readonly name: string
    readonly value: string | null
  }
  readonly type: string
  readonly readOnly: boolean
  readonly sensitive: boolean
  readonly documentation: string
}

export interface StreamFigures {
  readonly name: string
  /** Of the topic. */
  readonly id: string
  readonly partitions: number
  /** Offsets between the ends, without those that a restore passed over: transactions and compaction leave fewer records. */
  readonly records: string
  readonly bytes: string | null
  readonly segments: number | null
  /** null for another Kafka's. */
  readonly rate: StreamRate | null
  /** Why partitions take no records, or where they are damaged. */
  readonly troubles: readonly string[]
}

export interface StreamListing {
  readonly name: string
  readonly state: ResourceState
  readonly reason: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly origin: 'project' | 'api' | 'client'
  /** When its state or spec changed last. */
  readonly updatedAt: string
  /** null while it has no topic. */
  readonly figures: StreamFigures | null
}

export interface StreamPartition {
  readonly partition: number
  /** The first offset. */
  readonly start: string
  /** The offset after the last record. */
  readonly end: string
  /** Where committed reading ends: before end while a transaction is open. */
  readonly stableEnd: string
  readonly bytes: string | null
  readonly segments: number | null
  /** Id of the broker. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly trouble: string | null
}

export interface StreamRate {
  /** Records produced by second. */
  readonly recordsIn: number
  /** Bytes produced by second. */
  readonly bytesIn: number
  /** Records fetched by second. */
  readonly recordsOut: number
  /** Bytes fetched by second. */
  readonly bytesOut: number
}

export interface StreamRecord {
  readonly partition: number
  /** Of the record. */
  readonly offset: string
  /** Of the record. */
  readonly timestamp: string
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly key: Datum | null
  /** null for a tombstone. */
  readonly value: Datum | null
  /** In their order; names may repeat. */
  readonly headers: readonly {
    readonly key: string
    readonly value: Datum | null
  }[]
  /** Of key, value and headers. */
  readonly bytes: number
  /** Whether it was written in a transaction. */
  readonly transactional: boolean
}

export interface StreamSubject {
  readonly subject: string
  /** Of the records whose schemas it has. */
  readonly part: 'key' | 'value' | 'record'
  /** The latest. */
  readonly version: number
  /** Of the latest version. */
  readonly id: number
  readonly type: string
  /** How many there are. */
  readonly versions: number
}

export interface TableClient {
  /** psql, pyiceberg, spark, trino or duckdb; delta-rs of a Delta table in a folder. */
  readonly name: string
  /** For people: Python, PyIceberg, for one. */
  readonly title: string
  readonly reads: string
  readonly needs: string
  readonly language: 'shell' | 'python' | 'properties' | 'sql'
  /** Written for this machine; secrets come from WEIR_PASSWORD and WEIR_TOKEN. */
  readonly text: string
}

export interface TableClients {
  readonly items: readonly TableClient[]
}

export interface TableColumn {
  /** The field id: it stays when the column is renamed. */
  readonly id: number
  /** Fields within a column follow it: address, address.zip. */
  readonly column: string
  /** 0 for a column, 1 for what it holds. */
  readonly depth: number
  readonly type: string
  readonly required: boolean
  /** Whether its values tell rows from each other (identifier field ids). */
  readonly key: boolean
  readonly doc: string | null
  /** What a row without a value gets, as JSON. */
  readonly default: string | null
}

export interface TableDescription {
  readonly namespace: string
  readonly name: string
  readonly uuid: string
  readonly formatVersion: number
  readonly location: string
  readonly metadataLocation: string
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  /** Whose files these are; null for a table that never had one. */
  readonly snapshot: string | null
  /** How many are kept. */
  readonly snapshots: number
  /** Rows of its files, without those that files of deletes name; null too where rows were deleted by value; null where the snapshot does not say. */
  readonly rows: number | null
  /** Rows of its files, with those that files of deletes name; null where the snapshot does not say. */
  readonly records: number | null
  /** Files of rows; null where the snapshot does not say. */
  readonly dataFiles: number | null
  /** Files of deletes; null where the snapshot does not say. */
  readonly deleteFiles: number | null
  /** Rows that those name; null where the snapshot does not say. */
  readonly deletes: number | null
  /** Of all these files; null where the snapshot does not say. */
  readonly bytes: number | null
  readonly schemaId: number
  readonly columns: readonly TableColumn[]
  readonly partitionedBy: readonly LayoutField[]
  readonly sortedBy: readonly LayoutField[]
  readonly properties: Readonly<Record<string, string>>
  /** Bytes that compaction puts files together to; null where it is off. */
  readonly compactsTo: number | null
}

export interface TableFile {
  readonly content: 'data' | 'position-deletes' | 'equality-deletes'
  readonly path: string
  readonly format: string
  /** ts_day=2026-11-29/region=eu; empty where the table has no partitions. */
  readonly partition: string
  readonly specId: number
  /** Of rows, or of deletes. */
  readonly rows: number
  readonly bytes: number
  /** The data sequence number: deletes of it and above touch its rows. */
  readonly sequence: number
  /** That added it. */
  readonly snapshot: string
  /** Whether compaction puts it together with others. */
  readonly small: boolean
}

export interface TableFiles {
  /** Whose files these are; null for a table that never had one. */
  readonly snapshot: string | null
  readonly items: readonly TableFile[]
  /** For the next page, which is of the same snapshot; null at the last. */
  readonly next: string | null
  /** Of all files that are meant, not of the page. */
  readonly summary: {
    readonly dataFiles: number
    readonly dataBytes: number
    readonly rows: number
    readonly deleteFiles: number
    readonly deleteBytes: number
    /** Rows that files of deletes name, or values; some may name the same. */
    readonly deletes: number
    readonly smallFiles: number
    /** Bytes below which a file is small. */
    readonly smallBelow: number
    /** Of files of rows: each from the size of the class before on. */
    readonly sizes: readonly FileSizeClass[]
  }
}

export interface TableHistory {
  /** Newest first. */
  readonly items: readonly Snapshot[]
  readonly refs: readonly SnapshotRef[]
}

export interface TableMaintenance {
  readonly tasks: readonly MaintenanceTurn[]
  /** What readers read less since compaction and the rewriting of manifests, all runs together. */
  readonly savedBytes: number
  /** What expiry and the removal of orphans took from the disk. */
  readonly freedBytes: number
  /** Newest first: those that did something or failed. */
  readonly runs: readonly RecordedRun[]
  /** What before takes for the next page; null at the last. */
  readonly next: number | null
}

export interface TablePartition {
  readonly partition: string
  readonly specId: number
  readonly rows: number
  readonly files: number
  readonly bytes: number
  readonly deleteFiles: number
  readonly positionDeletes: number
  readonly equalityDeletes: number
  /** The newest snapshot that added a file which is still there. */
  readonly changedBy: string
  /** Milliseconds since the epoch; null where that snapshot has expired. */
  readonly changedAt: number | null
}

export interface TablePartitions {
  /** Whose files these are; null for a table that never had one. */
  readonly snapshot: string | null
  readonly items: readonly TablePartition[]
  /** For the next page, which is of the same snapshot; null at the last. */
  readonly next: string | null
  /** How many partitions there are. */
  readonly total: number
}

export interface TableSchemas {
  /** Newest first. */
  readonly schemas: readonly SchemaVersion[]
  /** Newest first; the metadata does not say since when. */
  readonly partitionSpecs: readonly LayoutVersion[]
  /** Newest first. */
  readonly sortOrders: readonly LayoutVersion[]
}

export interface VerifyJob {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly progress: {
    readonly done: number
    readonly total: number
  } | null
  readonly results: readonly VerifyResult[]
  readonly error?: {
    readonly code: string
    readonly message: string
  }
}

export interface VerifyResult {
  readonly delivery: string
  readonly verdict: 'yes' | 'no' | 'cannot tell'
  readonly detail: string
  readonly seconds: number
}
