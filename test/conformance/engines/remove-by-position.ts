import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { CatalogClient } from '../../../src/lake/client/catalog-client.ts'
import { commitRowChanges } from '../../../src/lake/commit/commit-row-changes.ts'
import type { DataFile } from '../../../src/lake/manifest/data-file.ts'
import { manifestReader } from '../../../src/lake/manifest/manifest-reader.ts'
import { tableSchema } from '../../../src/lake/metadata/read.ts'
import { positionsOf } from '../../../src/lake/puffin/positions.ts'
import { planScan } from '../../../src/lake/scan/plan-scan.ts'
import type { CopyRow } from '../../../src/lake/write/copy-result.ts'
import { writeDeletionVectors } from '../../../src/lake/write/deletion-vectors.ts'
import { positionDeleteFile, positionDeletesSql } from '../../../src/lake/write/position-deletes.ts'
import type { ObjectStore } from '../../../src/storage/objects/object-store.ts'

interface Place {
  readonly client: CatalogClient
  readonly store: ObjectStore
  readonly db: DuckDBConnection
  /** For files before they are the store's. */
  readonly folder: string
}

/** Deletes rows by their `id`, in one commit: files of position deletes in version 2, vectors (of tables that have none) in version 3. */
export async function removeByPosition(place: Place, table: string, ids: readonly number[]): Promise<void> {
  const { client, store, db, folder } = place
  const ident = { namespace: ['public'], name: table }
  const { metadata } = await client.loadTable(ident)
  const { snapshot, dataFiles } = await planScan({ metadata, store })
  const idField = tableSchema(metadata).fields.find(({ name }) => name === 'id')!.id
  const found: { readonly dataFile: DataFile; readonly places: readonly number[] }[] = []
  for (const dataFile of dataFiles) {
    const path = await store.localPath(dataFile.location)
    const column = `{'name': 'id', 'type': 'BIGINT', 'default_value': NULL}`
    const reader = await db.runAndReadAll(
      `SELECT file_row_number FROM read_parquet('${path}', schema = MAP {${idField}: ${column}}, file_row_number = true) WHERE id IN (${ids.join(', ')})`,
    )
    const places = reader.getRows().map(([at]) => Number(at))
    if (places.length > 0) found.push({ dataFile, places })
  }
  const deletes =
    metadata['format-version'] === 3
      ? await writeDeletionVectors(
          store,
          `${metadata.location}/data/${randomUUID()}.puffin`,
          found.map(({ dataFile, places }) => ({ dataFile, positions: positionsOf(places) })),
        )
      : await Promise.all(found.map((each) => writePositionDeletes({ store, db, folder }, metadata.location, each)))
  const change = {
    tableUuid: metadata['table-uuid'],
    schemaId: metadata['current-schema-id'],
    read: { snapshotId: snapshot!['snapshot-id'] },
    operation: 'delete' as const,
    deletes,
  }
  const outcome = await commitRowChanges([{ ident, change }], { client, store, reader: manifestReader(store) })
  if (outcome.kind !== 'committed') throw new Error(`${table}: ${outcome.reason}`)
}

async function writePositionDeletes(
  { store, db, folder }: Omit<Place, 'client'>,
  table: string,
  { dataFile, places }: { readonly dataFile: DataFile; readonly places: readonly number[] },
): Promise<DataFile> {
  const source = `(SELECT unnest([${places.join(', ')}]) AS pos)`
  const target = join(folder, `${randomUUID()}.parquet`)
  const [row] = (await db.runAndReadAll(positionDeletesSql({ dataFile, source, target }))).getRowObjectsJson()
  const location = `${table}/data/${randomUUID()}-deletes.parquet`
  const { localPath, file } = positionDeleteFile(row as unknown as CopyRow, dataFile, location)!
  await store.adopt(localPath, file.location)
  return file
}
