import type { DeliveryState } from '../../record/delivery-state.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'

/**
 * A table as deliveries commit to it: four ways to touch it, so that tests can lose answers and move pointers. Paths are
 * relative to the table's location. What `put` and `adopt` give is durable when they resolve; nothing here retries.
 */
export interface DeliveryTable {
  load(): Promise<TableView>
  /** Throws WEIR-5011 when the file is gone or not a state. */
  readState(path: string): Promise<DeliveryState>
  get(path: string): Promise<Buffer>
  /** Under a new name in `weir/`, made of an id that is not known before; gives the path. */
  put(nameOf: (id: string) => string, bytes: Uint8Array): Promise<string>
  /** Makes finished local Parquet files durable parts of the table: the way in is the plan of the same view. */
  adopt(view: TableView, files: readonly LocalDataFile[]): Promise<readonly AdoptedFile[]>
  /** One attempt of one commit on exactly this view. */
  commit(view: TableView, commit: TableCommit): Promise<CommitOutcome>
  /** One attempt to add optional columns at the end. */
  addColumns(view: TableView, columns: readonly NewColumn[]): Promise<'landed' | 'conflict'>
}

/** The table at one moment. */
export interface TableView {
  readonly uuid: string
  readonly location: string
  readonly schemaId: number
  /** Top-level columns, Weir's four included when the table has them. */
  readonly schema: RecordSchema
  /** Columns of text that cannot keep the empty one. */
  readonly filled: ReadonlySet<string>
  readonly snapshotId: string | null
  /** Of the last snapshot that ever landed; a rollback does not take it back. */
  readonly lastSequence: number
  /** Every snapshot that the table still lists. */
  readonly snapshotIds: ReadonlySet<string>
  /** Of the current snapshot; null without one. */
  readonly committedAtMs: number | null
  /** The table property `weir.state`. */
  readonly state: string | undefined
  /** What the nearest summary up the ancestors of the current snapshot names. */
  readonly summary: NearestSummary
  /** Whether a snapshot that is still known took rows away, or some that may have are not known any more. */
  readonly removals: 'none' | 'some' | 'unknown'
  /** What others (engines, people) did to rows since the last commit of a delivery, and since the table was made; compaction does nothing. */
  othersChanges(): { readonly since: OthersChanges; readonly ever: OthersChanges }
  /** A `COPY` that writes the rows of `select` as data files into `directory`, which is there and empty; one row of statistics for each file. */
  copyText(select: string, directory: string): string
  /** Every data file in the current snapshot; to be disposed of when nobody reads them any more. WEIR-8009 for more than copies of a remote store may take. */
  dataFiles(): Promise<TableFiles>
  /**
   * The same, as many in each turn as copies may take, in one where all do. A turn is to be disposed of before the next is asked for.
   * `byId`: columns are those of the table, whatever they were called when files were written.
   */
  dataFilesInTurns(byId?: boolean): Promise<readonly (() => Promise<TableFiles>)[]>
  /** Rows of all files less those that deletes name, as their counts say. */
  liveRows(): Promise<bigint>
}

/** In rows, as the summaries of snapshots count them. */
export interface OthersChanges {
  /** Not when snapshots have expired, or one does not count what it did: then there may have been more. */
  readonly isWhole: boolean
  readonly added: bigint
  /** At most so many of the added ones have the offset of a record. */
  readonly placedMax: bigint
  /** What the counts come to. */
  readonly removed: bigint
  /** Never more than these: a row may be counted twice, by its file and by its delete. */
  readonly removedMax: bigint
}

export interface TableFiles extends Disposable {
  /** Local paths that DuckDB can read until then. */
  readonly paths: readonly string[]
  /** A table expression of the rows of the table, without those that deletes name; undefined without files. */
  readonly rows: string | undefined
  /** Rows were deleted without writing the files anew: what the files hold is more than the table. */
  readonly hasDeletes: boolean
}

export type NearestSummary =
  | { readonly kind: 'named'; readonly path: string }
  /** No ancestor was ever a commit of ours. */
  | { readonly kind: 'none' }
  /** Ancestors have expired before one was found. */
  | { readonly kind: 'broken' }

/** A file that DuckDB has written, with the row that RETURN_STATS gave for it. */
export interface LocalDataFile {
  readonly path: string
  readonly rows: number
  readonly statistics: Readonly<Record<string, unknown>>
}

/** What the table's own format makes of it; opaque here. */
export interface AdoptedFile {
  readonly location: string
  readonly entry: unknown
}

export interface TableCommit {
  readonly files: readonly AdoptedFile[]
  /** Files of the view that go out of the table; they stay where they are. */
  readonly removed?: readonly AdoptedFile[]
  /** Path of the state file: goes into the property and the summary. */
  readonly state: string
}

/** `unknown`: sent, and no answer tells; `load` and look for the snapshot (delivery.md, rule 2). */
export type CommitOutcome =
  | { readonly kind: 'landed'; readonly snapshotId: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly snapshotId: string; readonly reason: string }

export interface NewColumn {
  readonly name: string
  /** An Iceberg type as text: `long`, `list<string>`. */
  readonly type: string
}
