import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { LoadedTable, TableCommit } from '../../src/lake/client/catalog-client.ts'
import { commitFiles } from './commit-files.ts'
import type { LocalLake } from './local-lake.ts'

/** A commit that deletes rows by a value, as Flink does: `values` is a query for one column, whose id and name are given. */
export async function valueDeletes(
  lake: LocalLake,
  db: Pick<DuckDBConnection, 'run'>,
  { metadata }: LoadedTable,
  values: string,
  { id, name } = { id: 1, name: 'id' },
): Promise<TableCommit> {
  const local = join(lake.folder, `${randomUUID()}.parquet`)
  await db.run(`COPY (${values}) TO '${local}' (FORMAT parquet, FIELD_IDS {${name}: ${id}})`)
  const location = `${metadata.location}/data/${randomUUID()}-deletes.parquet`
  await lake.store.adopt(local, location)
  const plain = { format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 100 }
  const file = { content: 'equality-deletes', location, ...plain, equalityIds: [id] } as const
  return commitFiles(lake.store, metadata, [file])
}
