import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LoadedTable, TableCommit } from '../../src/lake/client/catalog-client.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { deletedPathId, deletedPositionId } from '../../src/lake/scan/deleted-fields.ts'
import { commitFiles } from './commit-files.ts'
import type { LocalLake } from './local-lake.ts'

/** A commit that deletes rows by file and number, as other engines do (merge on read). */
export async function positionDeletes(
  lake: LocalLake,
  db: Pick<DuckDBConnection, 'run'>,
  { metadata }: LoadedTable,
  rows: readonly { readonly file: DataFile; readonly position: number }[],
): Promise<TableCommit> {
  const local = join(lake.folder, `${randomUUID()}.parquet`)
  const values = rows.map(({ file, position }) => `('${file.location}', ${position}::BIGINT)`).join(', ')
  await db.run(`COPY (SELECT * FROM (VALUES ${values}) t(file_path, pos)) TO '${local}'
    (FORMAT parquet, FIELD_IDS {file_path: ${deletedPathId}, pos: ${deletedPositionId}})`)
  const location = `${metadata.location}/data/${randomUUID()}-deletes.parquet`
  await lake.store.adopt(local, location)
  const sizeBytes = (await lake.store.size(location))!
  const { specId, partition } = rows[0]!.file
  const file: DataFile = {
    content: 'position-deletes',
    location,
    format: 'PARQUET',
    specId,
    partition,
    recordCount: rows.length,
    sizeBytes,
    ...boundsOf(rows.map((row) => row.file.location)),
  }
  return commitFiles(lake.store, metadata, [file])
}

/** As Spark writes them: of one file, without saying so otherwise. */
function boundsOf(locations: readonly string[]): Pick<DataFile, 'lowerBounds' | 'upperBounds'> {
  if (new Set(locations).size !== 1) return {}
  const path = new Map([[deletedPathId, Buffer.from(locations[0]!)]])
  return { lowerBounds: path, upperBounds: path }
}
