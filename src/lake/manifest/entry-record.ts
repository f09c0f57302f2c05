import type { Long } from '../json.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { decimalBytes, type PartitionColumn } from './avro-schemas.ts'
import type { ById, DataFile, EntryStatus, ManifestEntry, PartitionValue } from './data-file.ts'

type Pairs<T> = readonly { readonly key: number; readonly value: T }[] | null

/** A manifest entry as in the Avro file. */
export interface EntryRecord {
  readonly status: number
  readonly snapshot_id?: Long | null
  readonly sequence_number?: number | null
  readonly file_sequence_number?: number | null
  readonly data_file: FileRecord
}

interface FileRecord {
  readonly content?: number
  readonly file_path: string
  readonly file_format: string
  readonly partition: Readonly<Record<string, PartitionValue>>
  readonly record_count: number
  readonly file_size_in_bytes: number
  readonly column_sizes?: Pairs<number>
  readonly value_counts?: Pairs<number>
  readonly null_value_counts?: Pairs<number>
  readonly nan_value_counts?: Pairs<number>
  readonly lower_bounds?: Pairs<Buffer>
  readonly upper_bounds?: Pairs<Buffer>
  readonly key_metadata?: Buffer | null
  readonly split_offsets?: readonly Long[] | null
  readonly equality_ids?: readonly number[] | null
  readonly sort_order_id?: number | null
  readonly referenced_data_file?: string | null
  readonly first_row_id?: Long | null
  readonly content_offset?: number | null
  readonly content_size_in_bytes?: number | null
}

const statuses: readonly EntryStatus[] = ['existing', 'added', 'deleted']
const contents: readonly DataFile['content'][] = ['data', 'position-deletes', 'equality-deletes']

/** An added entry leaves its sequence numbers open; rows that were written anew keep the number of their snapshot. */
export function toEntryRecord(entry: ManifestEntry, columns: readonly PartitionColumn[]): EntryRecord {
  const added = entry.status === 'added'
  return {
    status: statuses.indexOf(entry.status),
    snapshot_id: entry.snapshotId,
    sequence_number: added && entry.sequenceNumber === entry.fileSequenceNumber ? null : entry.sequenceNumber,
    file_sequence_number: added ? null : entry.fileSequenceNumber,
    data_file: {
      ...toFileRecord(entry.file, columns),
      // Rows of a file get their numbers when the commit succeeds; those that have some keep them.
      first_row_id: entry.file.firstRowId ?? null,
    },
  }
}

function toFileRecord(file: DataFile, columns: readonly PartitionColumn[]): FileRecord {
  return {
    content: contents.indexOf(file.content),
    file_path: file.location,
    file_format: file.format,
    partition: Object.fromEntries(
      columns.map((column, at) => [column.avroName, avroValue(column.type, file.partition[at] ?? null)]),
    ),
    record_count: file.recordCount,
    file_size_in_bytes: file.sizeBytes,
    column_sizes: pairs(file.columnSizes),
    value_counts: pairs(file.valueCounts),
    null_value_counts: pairs(file.nullCounts),
    nan_value_counts: pairs(file.nanCounts),
    lower_bounds: pairs(file.lowerBounds),
    upper_bounds: pairs(file.upperBounds),
    key_metadata: file.keyMetadata ?? null,
    split_offsets: file.splitOffsets ?? null,
    equality_ids: file.equalityIds ?? null,
    sort_order_id: file.sortOrderId ?? null,
    referenced_data_file: file.referencedDataFile ?? null,
    content_offset: file.contentOffset ?? null,
    content_size_in_bytes: file.contentSizeBytes ?? null,
  }
}

function pairs<T>(map: ById<T> | undefined): Pairs<T> {
  return map === undefined ? null : Array.from(map, ([key, value]) => ({ key, value }))
}

/** Decimals are of fixed length in Avro: the sign is carried on to the left. */
function avroValue(type: string, value: PartitionValue): PartitionValue {
  if (!Buffer.isBuffer(value)) return value
  const primitive = primitiveOf(type)
  if (primitive.name !== 'decimal') return value
  const missing = decimalBytes(primitive.precision) - value.length
  return missing <= 0 ? value : Buffer.concat([Buffer.alloc(missing, (value[0] ?? 0) & 0x80 ? 0xff : 0), value])
}
