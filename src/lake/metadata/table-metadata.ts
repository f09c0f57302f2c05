import type { Long } from '../json.ts'
import type { Schema } from '../types/type.ts'

/**
 * Table metadata as the Iceberg specification writes it in JSON (table-metadata section), keys included, so that what
 * Weir does not know survives a commit. Ids are `Long`: a number up to 2^53, a bigint beyond, so that `===` compares them.
 */
export interface TableMetadata {
  readonly 'format-version': number
  readonly 'table-uuid': string
  readonly location: string
  readonly 'last-sequence-number': number
  readonly 'last-updated-ms': number
  readonly 'last-column-id': number
  readonly schemas: readonly Schema[]
  readonly 'current-schema-id': number
  readonly 'partition-specs': readonly PartitionSpec[]
  readonly 'default-spec-id': number
  readonly 'last-partition-id': number
  readonly 'sort-orders': readonly SortOrder[]
  readonly 'default-sort-order-id': number
  readonly properties?: Readonly<Record<string, string>>
  /** -1 or absent while there is none. */
  readonly 'current-snapshot-id'?: Long | null
  readonly snapshots?: readonly Snapshot[]
  readonly 'snapshot-log'?: readonly { readonly 'snapshot-id': Long; readonly 'timestamp-ms': number }[]
  readonly 'metadata-log'?: readonly { readonly 'metadata-file': string; readonly 'timestamp-ms': number }[]
  readonly refs?: Readonly<Record<string, SnapshotRef>>
  readonly statistics?: readonly StatisticsFile[]
  readonly 'partition-statistics'?: readonly StatisticsFile[]
  readonly 'next-row-id'?: Long
}

/** Lists that grow by an entry with each commit; an entry never changes. */
export const growingLists = ['snapshots', 'snapshot-log', 'metadata-log'] as const

export interface PartitionSpec {
  readonly 'spec-id': number
  readonly fields: readonly PartitionField[]
}

export interface PartitionField {
  /** Absent where a transform takes several columns (version 3). */
  readonly 'source-id': number
  readonly 'source-ids'?: readonly number[]
  readonly 'field-id': number
  readonly name: string
  /** `identity`, `year`, `month`, `day`, `hour`, `bucket[16]`, `truncate[4]`, `void`. */
  readonly transform: string
}

export interface SortOrder {
  readonly 'order-id': number
  readonly fields: readonly SortField[]
}

export interface SortField {
  readonly transform: string
  readonly 'source-id': number
  readonly direction: 'asc' | 'desc'
  readonly 'null-order': 'nulls-first' | 'nulls-last'
}

export interface Snapshot {
  readonly 'snapshot-id': Long
  readonly 'parent-snapshot-id'?: Long | null
  readonly 'sequence-number'?: number
  readonly 'timestamp-ms': number
  readonly 'manifest-list': string
  readonly summary?: Readonly<Record<string, string>>
  readonly 'schema-id'?: number
  readonly 'first-row-id'?: Long
  readonly 'added-rows'?: Long
}

export interface SnapshotRef {
  readonly 'snapshot-id': Long
  readonly type: 'branch' | 'tag'
  readonly 'min-snapshots-to-keep'?: number
  readonly 'max-snapshot-age-ms'?: number
  readonly 'max-ref-age-ms'?: number
}

export interface StatisticsFile {
  readonly 'snapshot-id': Long
  readonly 'statistics-path': string
}
