import type { Long } from '../json.ts'

/** A value of a partition tuple as Avro holds it: numbers for date and time, bytes for decimal, fixed, uuid, binary. */
export type PartitionValue = Long | string | boolean | Buffer | null

/** By field id. */
export type ById<T> = ReadonlyMap<number, T>

/** One file of rows (or of deletes), as a manifest describes it. Sizes in bytes. */
export interface DataFile {
  readonly content: 'data' | 'position-deletes' | 'equality-deletes'
  readonly location: string
  readonly format: string
  readonly specId: number
  /** In the order of the spec's fields. */
  readonly partition: readonly PartitionValue[]
  readonly recordCount: number
  readonly sizeBytes: number
  readonly columnSizes?: ById<number>
  readonly valueCounts?: ById<number>
  readonly nullCounts?: ById<number>
  readonly nanCounts?: ById<number>
  /** Single-value binary (specification, appendix D). */
  readonly lowerBounds?: ById<Buffer>
  readonly upperBounds?: ById<Buffer>
  readonly splitOffsets?: readonly Long[]
  readonly equalityIds?: readonly number[]
  readonly sortOrderId?: number
  readonly keyMetadata?: Buffer
  readonly referencedDataFile?: string
  /** Where in its file a deletion vector begins, and its length (version 3). */
  readonly contentOffset?: number
  readonly contentSizeBytes?: number
  /** The `_row_id` of the first row of a file of data (version 3, row lineage). */
  readonly firstRowId?: Long
}

export type EntryStatus = 'existing' | 'added' | 'deleted'

/** A file in a manifest, its inherited numbers filled in. */
export interface ManifestEntry {
  readonly status: EntryStatus
  readonly snapshotId: Long
  readonly sequenceNumber: number
  readonly fileSequenceNumber: number
  readonly file: DataFile
}

/** An entry as it was read: its file has the number that deletes are told apart by. */
export interface ReadEntry extends ManifestEntry {
  readonly file: DataFile & { readonly sequenceNumber: number }
}
