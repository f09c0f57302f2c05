import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import { snapshotOf } from '../../src/lake/metadata/read.ts'
import { committedTable } from './lake-commits.ts'
import type { LocalLake } from './local-lake.ts'
import { untilAnswered } from './until-answered.ts'

/** Appends one file as a careful client does: a conflict starts anew, an unknown outcome is settled by reading. */
export async function appendOnce(lake: LocalLake, client: CatalogClient, name: string): Promise<void> {
  for (;;) {
    const { metadata } = await untilAnswered(() => client.loadTable(committedTable))
    const location = `${metadata.location}/data/${name}.parquet`
    const file = { location, format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 4 }
    const append = await prepareAppend({ metadata, store: lake.store, dataFiles: [{ content: 'data', ...file }] })
    const { outcome } = await client.commitTable(committedTable, append)
    if (outcome === 'committed') return
    if (outcome === 'conflict') continue
    const after = await untilAnswered(() => client.loadTable(committedTable))
    if (snapshotOf(after.metadata, append.snapshotId) !== undefined) return
  }
}
