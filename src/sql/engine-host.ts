import type { ErrorCode } from '../kernel/errors/catalogue.ts'
import type { Hold } from '../kernel/change-count.ts'

/** What the engine asks of its supervisor (`docs/spec/processes.md`, "How they talk"). JSON-safe, it crosses a channel. */
export interface EngineHost {
  /** Names for the binder and pg_catalog as the principal may use them, kept by their `version`; null when `known` is still the current one. */
  relations(request: RelationsRequest): Promise<{ readonly relations: Relations | null } & Held>
  /**
   * Pointers and tails of all these tables at one moment: tails first, pointers after (INV-T1). May wait a bounded time
   * for an owner that is not ready, and then answers with a notice. Tables that are gone are left out. When the relations
   * are not those of version `relations` any more, that is the answer: the statement must be bound again.
   */
  resolve(request: ResolveRequest): Promise<Resolution | 'other relations'>
  /** Commits what the deliveries into the table have accepted by now. Null when it is done, or when none of them runs. */
  flush(table: TableName): Promise<null>
  /**
   * Adopts the files and commits: all tables or none, durable when answered. WEIR-6013 (40001) when others were first, WEIR-6014
   * when nobody can tell; else nothing was changed. Files that were not committed are gone.
   */
  commit(request: CommitRequest & AsPrincipal): Promise<null>
  /**
   * Resolves when it is this statement's turn at all of the tables: who asked first is first, and there is one at a time. It ends with `endTurn`
   * or with the process that asked. WEIR-6013 (40001) when too many wait. A courtesy among statements: what is committed is judged all the same.
   */
  turn(request: TurnRequest): Promise<null>
  /** Gives a turn back, or leaves the lines that it still stands in. */
  endTurn(turn: TurnKey): Promise<null>
  /** A change of the catalog's tables; for those that the project declares it is refused by what to change there. */
  define(request: TableDefinition & AsPrincipal): Promise<null>
  /** Metadata, as JSON, of a table that is not there: a commit may make it so. */
  stage(request: NewTableRequest & AsPrincipal): Promise<string>
}

/** What of it changes tables. */
export type WriteHost = Omit<EngineHost, 'relations' | 'resolve'>

/** For whom; an administrator without it. */
export interface AsPrincipal {
  readonly principal?: SessionPrincipal
}

export interface RelationsRequest extends AsPrincipal {
  /** Version that the asker has. */
  readonly known: number | null
}

/** What a transaction has written, table by table; each once. */
export interface CommitRequest {
  readonly tables: readonly CommittedTable[]
}

/** A turn, by the process that asks for it and a number that it counts. */
export interface TurnKey {
  readonly process: number
  readonly turn: number
}

export interface TurnRequest extends TurnKey {
  /** Each once. */
  readonly tables: readonly TableName[]
}

export interface CommittedTable extends TableName {
  /** `encodeChange` */
  readonly change: string
  /** It was staged, and is made by the commit. */
  readonly creates?: true
}

export interface NewTableRequest extends TableName {
  readonly columns: readonly NewColumnRequest[]
  readonly partitionBy: readonly PartitionRequest[]
  readonly format: 'iceberg' | 'delta'
}

export interface NewColumnRequest extends ColumnRelation {
  /** JSON of a single value, as table metadata has it. */
  readonly writeDefault?: string
}

export interface PartitionRequest {
  readonly column: string
  /** As Iceberg writes it: `day`, `bucket[16]`. */
  readonly transform: string
}

export type TableDefinition =
  | ({ readonly define: 'create' } & NewTableRequest)
  | ({ readonly define: 'drop' } & TableName)
  | ({ readonly define: 'rename'; readonly to: string } & TableName)
  /** `formatVersion`: one that the table is brought to, if it is older. */
  | ({
      readonly define: 'alter'
      readonly changes: readonly ColumnChange[]
      readonly formatVersion?: number
    } & TableName)
  | { readonly define: 'create schema' | 'drop schema'; readonly schema: string; readonly lenient: boolean }

/** `lake/metadata/evolve-schema.ts` has the same for paths. */
export type ColumnChange =
  /** `default`: JSON of a single value, of the rows that are there too; a column is required only with one. */
  | {
      readonly change: 'add'
      readonly name: string
      readonly type: string
      readonly required?: true
      readonly default?: string
    }
  | { readonly change: 'default'; readonly name: string; readonly default: string | null }
  | { readonly change: 'drop'; readonly name: string }
  | { readonly change: 'rename'; readonly name: string; readonly to: string }
  | { readonly change: 'widen'; readonly name: string; readonly type: string }
  | { readonly change: 'optional'; readonly name: string }

/** An answer that need not be asked for again while all of these hold; without any it is true for now only. */
export interface Held {
  readonly holds: readonly Hold[]
}

export type Resolution = { readonly tables: readonly ResolvedTable[] } & Held

export interface ResolveRequest {
  readonly tables: readonly TableName[]
  /** Version of the relations that the statement was bound to. */
  readonly relations: number
}

/** A user of the project, `user:ana` or `administrator:root`, as the supervisor knows it; null is an administrator without a name. */
export type SessionPrincipal = string | null

export interface MaskedColumn {
  /** In lower case. */
  readonly column: string
  /** A relation without it is not read at all: it may have another name now. */
  readonly isExact: boolean
}

export interface TableName {
  readonly schema: string
  readonly name: string
}

export interface Relations {
  /** Grows with every change of what follows. */
  readonly version: number
  readonly tables: readonly TableRelation[]
  readonly views: readonly ViewRelation[]
  /** Policies hold for the session: what views read, they read with the rights of the project. */
  readonly isRestricted?: boolean
}

/** What a session may do with a relation that is not all its own. Texts say why not; null is allowed. */
export interface RelationRights {
  readonly read: string | null
  readonly write: string | null
  /** What reads as null. */
  readonly masks: readonly MaskedColumn[]
  /** Whether the catalog shows it. */
  readonly isListed: boolean
}

export interface TableRelation extends TableName {
  readonly comment?: string
  /** With Weir's own columns where the table has them, in the order of `select *`. */
  readonly columns: readonly ColumnRelation[]
  /** Columns of which no two rows have the same values; absent without any. */
  readonly key?: readonly string[]
  /** All of them without it. */
  readonly rights?: RelationRights
  /** Its rows lie in files of others: no statement writes it. */
  readonly isReadOnly?: true
  /** Why nothing is known of it but its name; it has no columns then. */
  readonly unreadable?: { readonly code: ErrorCode; readonly message: string }
}

export interface ColumnRelation {
  readonly name: string
  /** An Iceberg type as users write it: `decimal(12, 2)`, `list<string>`. */
  readonly type: string
  readonly required: boolean
  readonly comment?: string
  /** What a row gets that is written without a value, as an expression of DuckDB; null without it. */
  readonly default?: string
  /** The same as PostgreSQL's catalog shows it. */
  readonly shownDefault?: string
}

export interface ViewRelation extends TableName {
  readonly sql: string
  readonly comment?: string
  readonly rights?: RelationRights
}

export interface ResolvedTable extends TableName {
  readonly metadataLocation: string
  readonly tails: readonly TailReport[]
  /** Sent to the client as NOTICE: a tail whose owner is not ready, a delivery that halted. */
  readonly notices: readonly string[]
}

/** One worker's tail of one delivery: its segments hold the rows of `[base, end)` of these partitions and no others. */
export interface TailReport {
  readonly delivery: string
  /** `schema.name` of the destination. */
  readonly table: string
  /** The topic's id, UUID text. */
  readonly source: string
  readonly epoch: number
  /** The table's schema under which the rows were accepted; null when there are none because nobody reads. */
  readonly schemaId: number | null
  readonly partitions: readonly TailPartition[]
  readonly segments: readonly TailSegment[]
  /**
   * Columns that tell the table's rows apart: rows of the tail take the place of those with the same key, and have a column
   * `_deleted` (field id 2147483644) that says whether they only take them away.
   */
  readonly key?: readonly string[]
  /** What is reported is so until this count changes; left out while it is about to change. */
  readonly hold?: Hold
  readonly halted?: { readonly code: string; readonly reason: string }
}

/** Offsets `[base, end)` of one partition, decimal text. */
export interface TailPartition {
  readonly partition: number
  readonly base: string
  readonly end: string
  readonly ready: boolean
}

/** Parquet with the table's columns and Weir's four. */
export interface TailSegment {
  readonly path: string
  readonly rows: number
}
