import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import type { Files } from '../../kernel/files/files.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { prepareAppend } from '../append/prepare-append.ts'
import type { LoadedTable } from '../client/catalog-client.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { ancestors } from '../metadata/read.ts'
import { planScan } from '../scan/plan-scan.ts'
import { schemaOf } from '../types/schema.ts'
import { expireSnapshots } from './expire-snapshots.ts'
import { removeOrphans } from './remove-orphans.ts'

const minuteMs = 60_000
/** Durability is not what is tested here, and two thousand commits would wait minutes for the disk. */
const unsynced: Files = {
  ...nodeFiles,
  syncDirectory: async () => undefined,
  open: async (path, mode) => ({ ...(await nodeFiles.open(path, mode)), sync: async () => undefined }),
}
const ident = { namespace: ['public'], name: 't' }

async function createTable(lake: LocalLake): Promise<LoadedTable> {
  await lake.client.ensureNamespace(ident.namespace)
  return lake.client.createTable(ident.namespace, { name: 't', schema: schemaOf([{ name: 'id', type: 'long' }]) })
}

function dataFile(table: LoadedTable, at: number): DataFile {
  const location = `${table.metadata.location}/data/${at}.parquet`
  return { content: 'data', location, format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 4 }
}

async function commit(lake: LocalLake, table: LoadedTable, at: number, now: number): Promise<LoadedTable> {
  const file = dataFile(table, at)
  const state = { version: 1, previous: null, entries: [], letterFiles: [] }
  await lake.store.put(file.location, Buffer.from('PAR1'))
  await lake.store.put(`${table.metadata.location}/weir/${at}.json`, Buffer.from(JSON.stringify(state)))
  const named = { 'weir.state': `weir/${at}.json` }
  const prepared = await prepareAppend({
    metadata: table.metadata,
    store: lake.store,
    dataFiles: [file],
    snapshotProperties: named,
    tableProperties: named,
    now: () => now,
  })
  const outcome = await lake.client.commitTable(ident, prepared)
  assert.equal(outcome.outcome, 'committed')
  return (outcome as Extract<typeof outcome, { outcome: 'committed' }>).table
}

async function filesOf(lake: LocalLake, prefix: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { location } of lake.store.list(prefix)) found.push(location)
  return found
}

void test('2,000 commits a minute apart leave few snapshots, few files and every row; time travel stays', async () => {
  let now = Date.UTC(2030, 0, 1)
  const clock = () => now
  await using lake = await openLocalLake({ files: unsynced, now: clock })
  const reader = manifestReader(lake.store)
  let table = await createTable(lake)
  const commits = 2000
  let sizeMax = 0
  for (let at = 0; at < commits; at++) {
    now += minuteMs
    table = await commit(lake, table, at, now)
    if (at % 60 !== 59) continue
    await expireSnapshots(ident, { client: lake.client, store: lake.store, reader, now: clock })
    table = await lake.client.loadTable(ident)
    sizeMax = Math.max(sizeMax, (await lake.store.size(table.metadataLocation)) ?? 0)
  }
  const { metadata } = table
  assert.ok(sizeMax < 200_000, `metadata grew to ${sizeMax} bytes`)
  assert.ok(metadata.snapshots!.length < 160, `${metadata.snapshots!.length} snapshots`)
  const ages = Array.from(ancestors(metadata, metadata['current-snapshot-id']), (one) => now - one['timestamp-ms'])
  assert.ok(ages.length > 20)
  assert.ok(
    metadata.snapshots!.some((one) => now - one['timestamp-ms'] > 30 * 60 * minuteMs),
    'time travel is kept',
  )
  const scan = await planScan({ metadata, store: lake.store })
  assert.equal(new Set(scan.dataFiles.map((file) => file.location)).size, commits)
  assert.equal(scan.snapshot!.summary!['total-records'], String(commits))
  for (const { location } of scan.dataFiles) assert.notEqual(await lake.store.size(location), undefined)
  const oldest = metadata.snapshots![0]!
  const past = await planScan({ metadata, store: lake.store, snapshotId: oldest['snapshot-id'] })
  assert.equal(String(past.dataFiles.length), oldest.summary!['total-data-files'])
  const names = await filesOf(lake, `${metadata.location}/metadata/`)
  assert.ok(names.length < 800, `${names.length} metadata files`)
  const states = await filesOf(lake, `${metadata.location}/weir/`)
  assert.equal(states.length, metadata.snapshots!.length)
})

void test('a file that nothing names goes when it is old, and nothing else does', async () => {
  let now = Date.now()
  const clock = () => now
  await using lake = await openLocalLake({ files: unsynced, now: clock })
  const reader = manifestReader(lake.store)
  const context = { client: lake.client, store: lake.store, reader, now: clock }
  let table = await createTable(lake)
  const orphan = `${table.metadata.location}/data/orphan.parquet`
  await lake.store.put(orphan, Buffer.from('PAR1'))
  table = await commit(lake, table, 0, now)
  assert.equal(await removeOrphans(ident, context), 0)
  now += 4 * 24 * 60 * minuteMs
  table = await commit(lake, table, 1, now)
  const before = (await filesOf(lake, `${table.metadata.location}/`)).length
  assert.equal(await removeOrphans(ident, context), 1)
  assert.equal(await lake.store.size(orphan), undefined)
  assert.equal((await filesOf(lake, `${table.metadata.location}/`)).length, before - 1)
  assert.equal((await planScan({ metadata: table.metadata, store: lake.store })).dataFiles.length, 2)
})
