import { randomUUID } from 'node:crypto'
import type { TableCommit } from '../../src/lake/client/catalog-client.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { encodeManifestList, readManifestList } from '../../src/lake/manifest/manifest-list.ts'
import { assignRowIds } from '../../src/lake/manifest/row-ids.ts'
import { writeManifest } from '../../src/lake/manifest/write-manifest.ts'
import { currentSnapshot, specById, tableSchema } from '../../src/lake/metadata/read.ts'
import type { TableMetadata } from '../../src/lake/metadata/table-metadata.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'

/** A commit of files of data and of deletes, one manifest each, into a table of version 2 or 3, as other engines make them. */
export async function commitFiles(
  store: Pick<ObjectStore, 'get' | 'put'>,
  metadata: TableMetadata,
  files: readonly DataFile[],
): Promise<TableCommit> {
  const parent = currentSnapshot(metadata)
  const [snapshotId, sequenceNumber] = [Date.now(), metadata['last-sequence-number'] + 1]
  const formatVersion = metadata['format-version']
  const written = await Promise.all(
    files.map((file) =>
      writeManifest(store, {
        folder: `${metadata.location}/metadata`,
        part: 'm0',
        schema: tableSchema(metadata),
        spec: specById(metadata, file.specId),
        content: file.content === 'data' ? 'data' : 'deletes',
        entries: [{ status: 'added', snapshotId, sequenceNumber, fileSequenceNumber: sequenceNumber, file }],
        snapshotId,
        sequenceNumber,
        formatVersion,
      }),
    ),
  )
  const before = parent === undefined ? [] : await readManifestList(store, parent)
  const firstRowId = metadata['next-row-id'] ?? 0
  const all = [...before, ...written]
  const { manifests, nextRowId } = formatVersion < 3 ? { manifests: all, nextRowId: 0 } : assignRowIds(all, firstRowId)
  const list = `${metadata.location}/metadata/snap-${snapshotId}-${randomUUID()}.avro`
  const parentId = parent?.['snapshot-id'] ?? null
  await store.put(list, encodeManifestList(manifests, { id: snapshotId, parentId, sequenceNumber, formatVersion }))
  const snapshot = {
    'snapshot-id': snapshotId,
    ...(parentId === null ? {} : { 'parent-snapshot-id': parentId }),
    'sequence-number': sequenceNumber,
    'timestamp-ms': Math.max(Date.now(), metadata['last-updated-ms']),
    'manifest-list': list,
    summary: { operation: files.some(({ content }) => content !== 'data') ? 'delete' : 'append' },
    'schema-id': metadata['current-schema-id'],
    ...(formatVersion < 3
      ? {}
      : { 'first-row-id': firstRowId, 'added-rows': Number(BigInt(nextRowId) - BigInt(firstRowId)) }),
  }
  return {
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': snapshotId, type: 'branch' },
    ],
  }
}
