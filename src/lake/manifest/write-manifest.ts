import { checkedLocation } from '../../storage/objects/checked-name.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { stringifyJson, type Long } from '../json.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import type { Schema } from '../types/type.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { compareValues, singleValue } from '../types/single-value.ts'
import { encodeAvroFile } from './avro-file.ts'
import { manifestEntrySchema, partitionColumns, partitionSchema, type PartitionColumn } from './avro-schemas.ts'
import type { ManifestEntry, PartitionValue } from './data-file.ts'
import { toEntryRecord } from './entry-record.ts'
import type { ManifestFile, PartitionSummary } from './manifest-file.ts'

export interface ManifestWrite {
  /** Where it is to lie. */
  readonly folder: string
  /** Ends its name, before `.avro`: which of the manifests of a commit it is. */
  readonly part: string
  readonly schema: Schema
  readonly spec: PartitionSpec
  readonly content: 'data' | 'deletes'
  readonly entries: readonly ManifestEntry[]
  /** The snapshot that adds this manifest. */
  readonly snapshotId: Long
  readonly sequenceNumber: number
  /** Of the table; 2 when absent. */
  readonly formatVersion?: number
}

/** Writes a manifest of files under one spec, durably, and says how a manifest list describes it. */
export async function writeManifest(store: Pick<ObjectStore, 'put'>, write: ManifestWrite): Promise<ManifestFile> {
  const { schema, spec, entries } = write
  const columns = partitionColumns(spec, schema)
  const names = spec.fields.map((field) => field.name)
  const metadata = {
    schema: stringifyJson(schema),
    'schema-id': String(schema['schema-id']),
    'partition-spec': JSON.stringify(spec.fields),
    'partition-spec-id': String(spec['spec-id']),
    'format-version': String(write.formatVersion ?? 2),
    content: write.content,
  }
  const records = entries.map((entry) => toEntryRecord(entry, columns))
  const bytes = encodeAvroFile(
    manifestEntrySchema(partitionSchema(columns, names), write.formatVersion),
    metadata,
    records,
  )
  const location = checkedLocation(write.folder, bytes, (id) => `${id}-${write.part}.avro`)
  await store.put(location, bytes)
  return {
    location,
    lengthBytes: bytes.length,
    specId: spec['spec-id'],
    content: write.content,
    sequenceNumber: write.sequenceNumber,
    minSequenceNumber: entries.reduce(
      (least, entry) => (entry.status === 'deleted' ? least : Math.min(least, entry.sequenceNumber)),
      write.sequenceNumber,
    ),
    addedSnapshotId: write.snapshotId,
    ...countsOf(entries),
    partitions: columns.map((column, at) =>
      summaryOf(
        column,
        entries.map((entry) => entry.file.partition[at] ?? null),
      ),
    ),
  }
}

function countsOf(entries: readonly ManifestEntry[]) {
  const files = (status: ManifestEntry['status']) => entries.filter((entry) => entry.status === status)
  const rows = (status: ManifestEntry['status']) => files(status).reduce((sum, { file }) => sum + file.recordCount, 0)
  return {
    addedFiles: files('added').length,
    existingFiles: files('existing').length,
    deletedFiles: files('deleted').length,
    addedRows: rows('added'),
    existingRows: rows('existing'),
    deletedRows: rows('deleted'),
  }
}

function summaryOf(column: PartitionColumn, values: readonly PartitionValue[]): PartitionSummary {
  const { name } = primitiveOf(column.type)
  const present = values.filter((value) => value !== null)
  const bounded = present.filter((value) => !Number.isNaN(value))
  const containsNan = bounded.length < present.length
  const summary = {
    containsNull: present.length < values.length,
    ...(name === 'float' || name === 'double' ? { containsNan } : {}),
  }
  if (bounded.length === 0) return summary
  const least = bounded.reduce((a, b) => (compareValues(name, b, a) < 0 ? b : a))
  const most = bounded.reduce((a, b) => (compareValues(name, b, a) > 0 ? b : a))
  return { ...summary, lower: singleValue(column.type, least), upper: singleValue(column.type, most) }
}
