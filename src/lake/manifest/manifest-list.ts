import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { Long } from '../json.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'
import { decodeAvroFile, encodeAvroFile } from './avro-file.ts'
import { manifestListSchema } from './avro-schemas.ts'
import { mustBeListOf } from './file-in-place.ts'
import type { ManifestFile, PartitionSummary } from './manifest-file.ts'

/** The manifests of a snapshot, in the order of its list. `WEIR-4008` for the list of another, of this table or any. */
export async function readManifestList(
  store: Pick<ObjectStore, 'get'>,
  snapshot: Pick<Snapshot, 'manifest-list' | 'snapshot-id' | 'sequence-number'>,
): Promise<readonly ManifestFile[]> {
  const location = snapshot['manifest-list']
  const { metadata, records } = decodeAvroFile(await store.get(location), location)
  mustBeListOf(snapshot, metadata)
  return records.map((record) => fromRecord(record as ListRecord))
}

export function encodeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: {
    readonly id: Long
    readonly parentId: Long | null
    readonly sequenceNumber: number
    /** 2 when absent; in version 3 every manifest of data has its `firstRowId` (`assignRowIds`). */
    readonly formatVersion?: number
  },
): Buffer {
  const metadata = {
    'snapshot-id': String(snapshot.id),
    'parent-snapshot-id': String(snapshot.parentId),
    'sequence-number': String(snapshot.sequenceNumber),
    'format-version': String(snapshot.formatVersion ?? 2),
  }
  return encodeAvroFile(manifestListSchema(snapshot.formatVersion), metadata, manifests.map(toRecord))
}

/** As in the file. Lists of version 1 lack some, and call the counts of files otherwise. */
interface ListRecord {
  readonly manifest_path: string
  readonly manifest_length: number
  readonly partition_spec_id: number
  readonly content?: number
  readonly sequence_number?: number
  readonly min_sequence_number?: number
  readonly added_snapshot_id: Long
  readonly added_files_count?: number | null
  readonly existing_files_count?: number | null
  readonly deleted_files_count?: number | null
  readonly added_data_files_count?: number | null
  readonly existing_data_files_count?: number | null
  readonly deleted_data_files_count?: number | null
  readonly added_rows_count?: number | null
  readonly existing_rows_count?: number | null
  readonly deleted_rows_count?: number | null
  readonly partitions?: readonly SummaryRecord[] | null
  readonly key_metadata?: Buffer | null
  readonly first_row_id?: Long | null
}

interface SummaryRecord {
  readonly contains_null: boolean
  readonly contains_nan?: boolean | null
  readonly lower_bound?: Buffer | null
  readonly upper_bound?: Buffer | null
}

function fromRecord(record: ListRecord): ManifestFile {
  return {
    location: record.manifest_path,
    lengthBytes: record.manifest_length,
    specId: record.partition_spec_id,
    content: record.content === 1 ? 'deletes' : 'data',
    sequenceNumber: record.sequence_number ?? 0,
    minSequenceNumber: record.min_sequence_number ?? 0,
    addedSnapshotId: record.added_snapshot_id,
    addedFiles: record.added_files_count ?? record.added_data_files_count ?? 0,
    existingFiles: record.existing_files_count ?? record.existing_data_files_count ?? 0,
    deletedFiles: record.deleted_files_count ?? record.deleted_data_files_count ?? 0,
    addedRows: record.added_rows_count ?? 0,
    existingRows: record.existing_rows_count ?? 0,
    deletedRows: record.deleted_rows_count ?? 0,
    ...(record.partitions == null ? {} : { partitions: record.partitions.map(fromSummary) }),
    ...(record.key_metadata == null ? {} : { keyMetadata: record.key_metadata }),
    ...(record.first_row_id == null ? {} : { firstRowId: record.first_row_id }),
  }
}

function fromSummary(record: SummaryRecord): PartitionSummary {
  return {
    containsNull: record.contains_null,
    ...(record.contains_nan == null ? {} : { containsNan: record.contains_nan }),
    ...(record.lower_bound == null ? {} : { lower: record.lower_bound }),
    ...(record.upper_bound == null ? {} : { upper: record.upper_bound }),
  }
}

function toRecord(file: ManifestFile): unknown {
  return {
    manifest_path: file.location,
    manifest_length: file.lengthBytes,
    partition_spec_id: file.specId,
    content: file.content === 'deletes' ? 1 : 0,
    sequence_number: file.sequenceNumber,
    min_sequence_number: file.minSequenceNumber,
    added_snapshot_id: file.addedSnapshotId,
    added_files_count: file.addedFiles,
    existing_files_count: file.existingFiles,
    deleted_files_count: file.deletedFiles,
    added_rows_count: file.addedRows,
    existing_rows_count: file.existingRows,
    deleted_rows_count: file.deletedRows,
    partitions:
      file.partitions?.map((summary) => ({
        contains_null: summary.containsNull,
        contains_nan: summary.containsNan ?? null,
        lower_bound: summary.lower ?? null,
        upper_bound: summary.upper ?? null,
      })) ?? null,
    key_metadata: file.keyMetadata ?? null,
    first_row_id: file.firstRowId ?? null,
  }
}
