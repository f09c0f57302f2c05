// Made by tools/reference.ts from the schemas of the API's answers; do not edit.
// The console talks HTTP only, and a field that it names is one that the API has.

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

export interface DecodedValue {
  readonly format: 'null' | 'avro' | 'json' | 'text' | 'bytes'
  /** JSON, the text, or the bytes in hexadecimal. */
  readonly text: string
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
  readonly summary: string
  /** JSON Schema of its spec. */
  readonly schema: Readonly<Record<string, unknown>>
}

export interface LedgerGap {
  readonly kind: 'lost' | 'skipped'
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
  /** Whether in = delivered + rejected + pending; null when the source could not be asked. */
  readonly holds: boolean | null
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
  readonly pending: string | null
  /** Records that were gone before they were read. */
  readonly lost: string
  /** Records that were left out on an answer of an operator. */
  readonly skipped: string
  /** The offsets that lost and skipped count. */
  readonly gaps: readonly LedgerGap[]
}

export interface LetterReason {
  readonly code: string
  readonly cause: string
  readonly remedy: string
}

export interface MaintenanceRun {
  readonly table: string
  readonly task: string
  /** When it ended. */
  readonly at: string
  /** Removed. */
  readonly snapshots: number
  /** Removed. */
  readonly files: number
  readonly error: string | null
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

export interface Rate {
  readonly perSecond: number
  readonly lagMs?: number | null
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
}

export interface Status {
  /** null until all is ready. */
  readonly endpoints: Endpoints | null
  readonly processes: readonly ProcessStatus[]
  /** null before the first count. */
  readonly disk: DiskUse | null
  readonly warnings: readonly string[]
  /** By kind/name. */
  readonly rates: Readonly<Record<string, Rate>>
  readonly maintenance: readonly MaintenanceRun[]
}

export interface StreamRecord {
  readonly partition: number
  /** Of the record. */
  readonly offset: string
  /** Of the record. */
  readonly timestamp: string
  readonly key: string | null
  /** As text; null for a tombstone. */
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
  readonly decoded: {
    readonly key: DecodedValue
    readonly value: DecodedValue
  }
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
