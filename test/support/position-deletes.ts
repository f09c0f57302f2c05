import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LoadedTable, TableCommit } from '../../src/lake/client/catalog-client.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { encodeManifestList, readManifestList } from '../../src/lake/manifest/manifest-list.ts'
import { writeManifest } from '../../src/lake/manifest/write-manifest.ts'
import { currentSnapshot, specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { deletedPathId, deletedPositionId } from '../../src/lake/scan/applicable-deletes.ts'
import type { LocalLake } from './local-lake.ts'

/** A commit that deletes rows by file and number, as other engines do (merge on read). */
export async function positionDeletes(
  lake: LocalLake,
  db: Pick<DuckDBConnection, 'run'>,
  { metadata }: LoadedTable,
  rows: readonly { readonly file: DataFile; readonly position: number }[],
  content: 'position-deletes' | 'equality-deletes' = 'position-deletes',
): Promise<TableCommit> {
  const parent = currentSnapshot(metadata)!
  const [snapshotId, sequenceNumber] = [Date.now(), metadata['last-sequence-number'] + 1]
  const local = join(lake.folder, `${randomUUID()}.parquet`)
  const values = rows.map(({ file, position }) => `('${file.location}', ${position}::BIGINT)`).join(', ')
  await db.run(`COPY (SELECT * FROM (VALUES ${values}) t(file_path, pos)) TO '${local}'
    (FORMAT parquet, FIELD_IDS {file_path: ${deletedPathId}, pos: ${deletedPositionId}})`)
  const location = `${metadata.location}/data/${randomUUID()}-deletes.parquet`
  await lake.store.adopt(local, location)
  const sizeBytes = (await lake.store.size(location))!
  const { specId, partition } = rows[0]!.file
  const file: DataFile = {
    content,
    location,
    format: 'PARQUET',
    specId,
    partition,
    recordCount: rows.length,
    sizeBytes,
  }
  const manifest = await writeManifest(lake.store, {
    location: `${metadata.location}/metadata/${randomUUID()}-m0.avro`,
    schema: tableSchema(metadata),
    spec: specById(metadata, specId),
    content: 'deletes',
    entries: [{ status: 'added', snapshotId, sequenceNumber, fileSequenceNumber: sequenceNumber, file }],
    snapshotId,
    sequenceNumber,
  })
  const list = `${metadata.location}/metadata/snap-${snapshotId}.avro`
  const ids = { id: snapshotId, parentId: parent['snapshot-id'], sequenceNumber }
  await lake.store.put(list, encodeManifestList([...(await readManifestList(lake.store, parent)), manifest], ids))
  const snapshot = {
    'snapshot-id': snapshotId,
    'parent-snapshot-id': parent['snapshot-id'],
    'sequence-number': sequenceNumber,
    'timestamp-ms': Math.max(Date.now(), metadata['last-updated-ms']),
    'manifest-list': list,
    summary: { operation: 'delete' },
  }
  return {
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': snapshotId, type: 'branch' },
    ],
  }
}
