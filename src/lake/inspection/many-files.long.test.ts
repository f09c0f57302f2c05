import assert from 'node:assert/strict'
import { test } from 'node:test'
import { committedTable, createCommittedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot } from '../metadata/read.ts'
import { listFiles } from './list-files.ts'

void test('a table of 100,000 files is paged while no more than a page and a manifest are held', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  let table = await createCommittedTable(lake)
  const [commits, each] = [4, 25_000]
  for (let commit = 0; commit < commits; commit++) {
    const dataFiles = Array.from({ length: each }, (_, at) => ({
      content: 'data' as const,
      location: `${table.metadata.location}/data/${String(commit * each + at).padStart(6, '0')}.parquet`,
      format: 'PARQUET',
      specId: 0,
      partition: [],
      recordCount: 1,
      sizeBytes: 1 + ((commit * each + at) % 1000),
    }))
    const prepared = await prepareAppend({ metadata: table.metadata, store: lake.store, dataFiles })
    const outcome = await lake.client.commitTable(committedTable, prepared)
    assert.ok(outcome.outcome === 'committed')
    table = outcome.table
  }
  const context = { store: lake.store, reader: manifestReader(lake.store, 10e6) }
  const { metadata } = table
  const page = await listFiles(metadata, currentSnapshot(metadata), { order: 'bytes', limit: 100 }, context)
  assert.deepEqual([page.summary.dataFiles, page.items.length], [commits * each, 100])
  assert.ok(page.items.every(({ bytes }) => bytes === 1000))
  const query = { order: 'bytes', limit: 100, after: page.next! } as const
  const following = await listFiles(metadata, currentSnapshot(metadata), query, context)
  assert.ok(following.items.every(({ bytes }) => bytes === 999))
})
