import type { Long } from '../json.ts'
import type { AvroCursor } from './avro-cursor.ts'
import { avroReader, type AvroReader, type AvroSchema, type NamedReaders } from './avro-reader.ts'
import type { ById, DataFile, EntryStatus, PartitionValue, ReadEntry } from './data-file.ts'
import type { ManifestFile } from './manifest-file.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type File = Mutable<ReadEntry['file']>
type Entry = Omit<Mutable<ReadEntry>, 'file'> & { file: File }

interface Field {
  readonly name: string
  readonly type: AvroSchema
}

const statuses: readonly EntryStatus[] = ['existing', 'added', 'deleted']
const contents: readonly DataFile['content'][] = ['data', 'position-deletes', 'equality-deletes']

/** What a value that is there means; null is as good as absent. */
const ofFile: Readonly<Record<string, (file: File, value: never) => void>> = {
  content: (file, value: number) => void (file.content = contents[value] ?? 'data'),
  file_path: (file, value: string) => void (file.location = value),
  file_format: (file, value: string) => void (file.format = value.toUpperCase()),
  record_count: (file, value: number) => void (file.recordCount = value),
  file_size_in_bytes: (file, value: number) => void (file.sizeBytes = value),
  partition: (file, value: readonly PartitionValue[]) => void (file.partition = value),
  column_sizes: (file, value: ById<number>) => void (file.columnSizes = value),
  value_counts: (file, value: ById<number>) => void (file.valueCounts = value),
  null_value_counts: (file, value: ById<number>) => void (file.nullCounts = value),
  nan_value_counts: (file, value: ById<number>) => void (file.nanCounts = value),
  lower_bounds: (file, value: ById<Buffer>) => void (file.lowerBounds = value),
  upper_bounds: (file, value: ById<Buffer>) => void (file.upperBounds = value),
  key_metadata: (file, value: Buffer) => void (file.keyMetadata = value),
  split_offsets: (file, value: readonly Long[]) => void (file.splitOffsets = value),
  equality_ids: (file, value: readonly number[]) => void (file.equalityIds = value),
  sort_order_id: (file, value: number) => void (file.sortOrderId = value),
  referenced_data_file: (file, value: string) => void (file.referencedDataFile = value),
  first_row_id: (file, value: Long) => void (file.firstRowId = value),
  content_offset: (file, value: number) => void (file.contentOffset = value),
  content_size_in_bytes: (file, value: number) => void (file.contentSizeBytes = value),
}

const ofEntry: Readonly<Record<string, (entry: Entry, value: never) => void>> = {
  status: (entry, value: number) => void (entry.status = statuses[value] ?? 'existing'),
  snapshot_id: (entry, value: Long) => void (entry.snapshotId = value),
  sequence_number: (entry, value: number) => void (entry.sequenceNumber = value),
  file_sequence_number: (entry, value: number) => void (entry.fileSequenceNumber = value),
  data_file: (entry, value: File) => void (entry.file = value),
}

/**
 * Reads entries of a manifest straight into what a plan holds: with an object in between for each, a table of a hundred thousand files
 * spends most of its plan on collecting them. Numbers that an entry leaves open are those of the manifest that added it
 * (specification, inheritance).
 */
export function entryReader(schema: AvroSchema, manifest: ManifestFile): (cursor: AvroCursor) => ReadEntry {
  // What one field defines another may refer to.
  const named: NamedReaders = new Map()
  const readFile = fileReader(fieldType(schema, 'data_file'), manifest.specId, named)
  const steps = fieldsOf(schema).map(({ name, type }) => ({
    read: name === 'data_file' ? readFile : avroReader(type, named),
    set: ofEntry[name],
  }))
  return (cursor) => {
    const entry: Entry = {
      status: 'existing',
      snapshotId: manifest.addedSnapshotId,
      sequenceNumber: manifest.sequenceNumber,
      fileSequenceNumber: manifest.sequenceNumber,
      file: undefined as never,
    }
    for (const { read, set } of steps) {
      const value = read(cursor)
      if (value != null && set !== undefined) set(entry, value as never)
    }
    entry.file.sequenceNumber = entry.sequenceNumber
    return entry
  }
}

function fileReader(schema: AvroSchema | undefined, specId: number, named: NamedReaders): (cursor: AvroCursor) => File {
  const steps = fieldsOf(schema).map(({ name, type }) => ({
    read: name === 'partition' ? tupleReader(type, named) : avroReader(type, named),
    set: ofFile[name],
  }))
  return (cursor) => {
    const file: File = {
      content: 'data',
      location: '',
      format: '',
      specId,
      partition: noPartition,
      recordCount: 0,
      sizeBytes: 0,
      sequenceNumber: 0,
    }
    for (const { read, set } of steps) {
      const value = read(cursor)
      if (value != null && set !== undefined) set(file, value as never)
    }
    return file
  }
}

const noPartition: readonly PartitionValue[] = []

/** The values in the order of the spec that the manifest was written under. */
function tupleReader(schema: AvroSchema, named: NamedReaders): AvroReader {
  const readers = fieldsOf(schema).map(({ type }) => avroReader(type, named))
  if (readers.length === 0) return () => noPartition
  return (cursor) => readers.map((read) => (read(cursor) ?? null) as PartitionValue)
}

function fieldsOf(record: AvroSchema | undefined): readonly Field[] {
  return (record as { readonly fields?: readonly Field[] } | undefined)?.fields ?? []
}

function fieldType(record: AvroSchema, name: string): AvroSchema | undefined {
  return fieldsOf(record).find((field) => field.name === name)?.type
}
