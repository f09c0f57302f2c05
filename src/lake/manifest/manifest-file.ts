import type { Long } from '../json.ts'

export interface PartitionSummary {
  readonly containsNull: boolean
  readonly containsNan?: boolean
  readonly lower?: Buffer
  readonly upper?: Buffer
}

/** One manifest, as a manifest list describes it. */
export interface ManifestFile {
  readonly location: string
  readonly lengthBytes: number
  readonly specId: number
  readonly content: 'data' | 'deletes'
  readonly sequenceNumber: number
  readonly minSequenceNumber: number
  readonly addedSnapshotId: Long
  readonly addedFiles: number
  readonly existingFiles: number
  readonly deletedFiles: number
  readonly addedRows: number
  readonly existingRows: number
  readonly deletedRows: number
  readonly partitions?: readonly PartitionSummary[]
  readonly keyMetadata?: Buffer
  /** Of the first row without a number among its files of data (version 3, row lineage). */
  readonly firstRowId?: Long
}
