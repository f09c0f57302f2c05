import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { manifestReader, type ManifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot, schemaById, snapshotOf, tableSchema } from '../metadata/read.ts'
import type { PartitionSpec, Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import type { Positions } from '../puffin/positions.ts'
import type { Schema } from '../types/type.ts'
import { type AvroDeletes, readAvroDeletes } from './avro-deletes.ts'
import { mappingOf, type NameMapping } from './name-mapping.ts'
import { isDeletionVector, readDeletionVector } from './read-deletion-vector.ts'

export interface Scan {
  /** Undefined when the table never had one: no files. */
  readonly snapshot: Snapshot | undefined
  /** Of the table for its current snapshot, of the snapshot for an older one. */
  readonly schema: Schema
  readonly dataFiles: readonly ScannedFile[]
  /** Files of deletes that a reader must apply, or refuse the table. */
  readonly deleteFiles: readonly ScannedFile[]
  /** All that the table keeps: which buckets its files are of. */
  readonly specs?: readonly PartitionSpec[]
  /** What columns are called in files that the table took over from elsewhere, which have no ids (`schema.name-mapping.default`). */
  readonly mapping?: NameMapping
}

export interface ScannedFile extends DataFile, AvroDeletes {
  readonly sequenceNumber: number
  /** The rows that a deletion vector names. */
  readonly deleted?: Positions
}

/**
 * The files of a snapshot, with what its deletion vectors say. `WEIR-4010` when the table does not have it (any more). A `reader` that is kept makes the
 * next plan cheap: only manifests that are new are read.
 */
export async function planScan(options: {
  readonly metadata: TableMetadata
  readonly store: Pick<ObjectStore, 'get'>
  readonly snapshotId?: Long
  readonly reader?: ManifestReader
}): Promise<Scan> {
  const { metadata, store, snapshotId } = options
  const snapshot = snapshotId === undefined ? currentSnapshot(metadata) : snapshotOf(metadata, snapshotId)
  if (snapshot === undefined && snapshotId !== undefined)
    throw new WeirError('WEIR-4010', `The table at ${metadata.location} has no snapshot ${snapshotId} (any more)`)
  const schema =
    snapshotId === undefined || snapshotId === metadata['current-snapshot-id']
      ? tableSchema(metadata)
      : (schemaById(metadata, snapshot?.['schema-id'] ?? -1) ?? tableSchema(metadata))
  if (snapshot === undefined) return { snapshot, schema, dataFiles: [], deleteFiles: [] }
  const reader = options.reader ?? manifestReader(store)
  const dataFiles: ScannedFile[] = []
  const deleteFiles: ScannedFile[] = []
  const manifests = await readManifestList(store, snapshot)
  const read = await Promise.all(manifests.map((manifest) => reader.entries(manifest)))
  for (const entries of read)
    for (const { status, file } of entries) {
      if (status === 'deleted') continue
      if (file.content === 'data') dataFiles.push(file)
      else deleteFiles.push(file)
    }
  await readOutside(deleteFiles, store)
  return {
    snapshot,
    schema,
    dataFiles,
    deleteFiles,
    specs: metadata['partition-specs'],
    ...mappingOf(metadata),
  }
}

/** Deletes that DuckDB does not read. A file may have many vectors: it is read once. */
async function readOutside(files: ScannedFile[], store: Pick<ObjectStore, 'get'>): Promise<void> {
  const locations = new Set(files.filter(isOutside).map(({ location }) => location))
  // Awaited together: of two that fail, the second would else be a rejection that nobody handles, which ends the process.
  const bytes = new Map(
    await Promise.all([...locations].map(async (location) => [location, await store.get(location)] as const)),
  )
  for (const [at, file] of files.entries()) {
    const read = bytes.get(file.location)
    if (read === undefined) continue
    files[at] = isDeletionVector(file)
      ? { ...file, deleted: readDeletionVector(file, read) }
      : { ...file, ...readAvroDeletes(file, read) }
  }
}

function isOutside(file: DataFile): boolean {
  return isDeletionVector(file) || file.format === 'AVRO'
}
