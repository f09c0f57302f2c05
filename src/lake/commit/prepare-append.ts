import { randomBytes, randomUUID } from 'node:crypto'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import { encodeManifestList, readManifestList } from '../manifest/manifest-list.ts'
import { manifestReader, type ManifestReader } from '../manifest/manifest-reader.ts'
import { writeManifest } from '../manifest/write-manifest.ts'
import { currentSnapshot, specById, tableSchema } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { mergeManifests } from './merge-manifests.ts'
import type { PreparedAppend } from './prepared-commit.ts'
import { appendSummary } from './summary.ts'

export interface Append {
  /** The table as it was loaded; the commit succeeds only if its branch and schema are still these. */
  readonly metadata: TableMetadata
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  /** Durable already. Without any, the snapshot only carries its properties. */
  readonly dataFiles: readonly DataFile[]
  /** Into the snapshot's summary. */
  readonly snapshotProperties?: Readonly<Record<string, string>>
  /** Set on the table by the same commit. */
  readonly tableProperties?: Readonly<Record<string, string>>
  /** Keeps what earlier appends read; one is made when absent. */
  readonly reader?: ManifestReader
  readonly now?: () => number
}

/** Writes manifests and manifest list, durably, and states the commit that makes them a snapshot of `main`. */
export async function prepareAppend(append: Append): Promise<PreparedAppend> {
  const { metadata, store } = append
  if (metadata['format-version'] !== 2)
    throw new WeirError(
      'WEIR-4012',
      `The table at ${metadata.location} has format version ${metadata['format-version']}; Weir appends to version 2`,
    )
  const parent = currentSnapshot(metadata)
  const id = newSnapshotId()
  const sequenceNumber = metadata['last-sequence-number'] + 1
  const context = { metadata, store, snapshotId: id, sequenceNumber, reader: append.reader ?? manifestReader(store) }
  const added = await writeAdded(append.dataFiles, context)
  const before = parent === undefined ? [] : await readManifestList(store, parent)
  const merged = await mergeManifests(before, context)
  const list = under(metadata.location, 'metadata', `snap-${id}-1-${randomUUID()}.avro`)
  const parentId = parent?.['snapshot-id'] ?? null
  await store.put(list, encodeManifestList([...added, ...merged], { id, parentId, sequenceNumber }))
  const snapshot: Snapshot = {
    'snapshot-id': id,
    ...(parentId === null ? {} : { 'parent-snapshot-id': parentId }),
    'sequence-number': sequenceNumber,
    // Not older than its parent, whatever the clock says: readers order by it.
    'timestamp-ms': Math.max((append.now ?? Date.now)(), metadata['last-updated-ms']),
    'manifest-list': list,
    summary: appendSummary(append.dataFiles, parent, append.snapshotProperties ?? {}),
    'schema-id': metadata['current-schema-id'],
  }
  const properties = append.tableProperties ?? {}
  return {
    snapshotId: id,
    written: [list, ...added, ...merged.filter((one) => !before.includes(one))].map((one) =>
      typeof one === 'string' ? one : one.location,
    ),
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-ref-snapshot-id', ref: mainBranch, 'snapshot-id': parentId },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
    ],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': mainBranch, 'snapshot-id': id, type: 'branch' },
      ...(Object.keys(properties).length === 0 ? [] : [{ action: 'set-properties' as const, updates: properties }]),
    ],
  }
}

async function writeAdded(
  files: readonly DataFile[],
  context: { metadata: TableMetadata; store: Pick<ObjectStore, 'put'>; snapshotId: number; sequenceNumber: number },
): Promise<readonly ManifestFile[]> {
  const { metadata, store, snapshotId, sequenceNumber } = context
  const groups = Map.groupBy(files, (file) => file.specId)
  return Promise.all(
    Array.from(groups, ([specId, group]) =>
      writeManifest(store, {
        location: under(metadata.location, 'metadata', `${randomUUID()}-m0.avro`),
        schema: tableSchema(metadata),
        spec: specById(metadata, specId),
        content: 'data',
        entries: group.map((file) => ({
          status: 'added',
          snapshotId,
          sequenceNumber,
          fileSequenceNumber: sequenceNumber,
          file,
        })),
        snapshotId,
        sequenceNumber,
      }),
    ),
  )
}

/** Positive and random; below 2^53, so that clients in JavaScript read it exactly. */
function newSnapshotId(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> 12n) + 1
}
