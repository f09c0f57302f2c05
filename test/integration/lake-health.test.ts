import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitFile, committedTable, createCommittedTable, filesUnder, unsynced } from '../support/lake-commits.ts'
import { openLocalLake } from '../support/local-lake.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { expireSnapshots } from '../../src/lake/maintenance/expire-snapshots.ts'
import { removeOrphans } from '../../src/lake/maintenance/remove-orphans.ts'

const minuteMs = 60_000

/** What a commit costs, whatever the machine: requests to the store and bytes. */
interface Cost {
  readonly reads: number
  readonly readBytes: number
  readonly writes: number
  readonly writtenBytes: number
}

function countingStore(store: ObjectStore): Pick<ObjectStore, 'get' | 'put'> & { taken(): Cost } {
  let cost: Cost = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0 }
  return {
    get: async (location) => {
      const bytes = await store.get(location)
      cost = { ...cost, reads: cost.reads + 1, readBytes: cost.readBytes + bytes.length }
      return bytes
    },
    put: (location, bytes) => {
      cost = { ...cost, writes: cost.writes + 1, writtenBytes: cost.writtenBytes + bytes.length }
      return store.put(location, bytes)
    },
    taken: () => {
      const taken = cost
      cost = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0 }
      return taken
    },
  }
}

function sum(costs: readonly Cost[], key: keyof Cost): number {
  return costs.reduce((total, cost) => total + cost[key], 0)
}

void test('INV-L5: 2,000 commits a minute apart: none costs more than the first did, few snapshots and files, every row, time travel', async () => {
  let now = Date.UTC(2030, 0, 1)
  const clock = () => now
  await using lake = await openLocalLake({ files: unsynced, now: clock })
  const store = countingStore(lake.store)
  // Kept over commits, as a delivery does.
  const reader = manifestReader(store)
  let table = await createCommittedTable(lake, { 'history.expire.max-snapshot-age-ms': String(20 * 60 * minuteMs) })
  const commits = 2000
  const costs: Cost[] = []
  const metadataBytes: number[] = []
  for (let at = 0; at < commits; at++) {
    now += minuteMs
    table = await commitFile(lake, table, { at, now, store, reader })
    costs.push(store.taken())
    metadataBytes.push((await lake.store.size(table.metadataLocation))!)
    if (at % 60 !== 59) continue
    await expireSnapshots(committedTable, { client: lake.client, store: lake.store, reader, now: clock })
    table = await lake.client.loadTable(committedTable)
    store.taken()
  }
  // A commit reads one manifest list and writes a list and a manifest; every thirtieth puts the small manifests together.
  assert.ok(Math.max(...costs.map(({ reads }) => reads)) <= 35, 'a commit reads more than what it puts together')
  for (let from = 0; from < commits; from += 200) {
    const part = costs.slice(from, from + 200)
    assert.ok(sum(part, 'reads') < 450, `${sum(part, 'reads')} reads by 200 commits after ${from}`)
    assert.ok(sum(part, 'writes') < 450, `${sum(part, 'writes')} writes by 200 commits after ${from}`)
    assert.ok(sum(part, 'readBytes') / 200 < 8000, `${sum(part, 'readBytes') / 200} bytes read a commit after ${from}`)
    assert.ok(sum(part, 'writtenBytes') / 200 < 8000, `${sum(part, 'writtenBytes') / 200} bytes a commit after ${from}`)
  }
  // Once the first snapshots are as old as they may get, the table's own file grows no more.
  const [settled, last] = [metadataBytes.slice(1300, 1500), metadataBytes.slice(-200)].map((part) => Math.max(...part))
  assert.ok(last! < settled! * 1.02, `metadata grew from ${settled} to ${last} bytes`)
  const { metadata } = table
  assert.ok(metadata.snapshots!.length < 150, `${metadata.snapshots!.length} snapshots`)
  assert.ok(
    metadata.snapshots!.some((one) => now - one['timestamp-ms'] > 18 * 60 * minuteMs),
    'time travel is kept',
  )
  const scan = await planScan({ metadata, store: lake.store })
  assert.equal(new Set(scan.dataFiles.map((file) => file.location)).size, commits)
  assert.equal(scan.snapshot!.summary!['total-records'], String(commits))
  for (const { location } of scan.dataFiles) assert.notEqual(await lake.store.size(location), undefined)
  const oldest = metadata.snapshots![0]!
  const past = await planScan({ metadata, store: lake.store, snapshotId: oldest['snapshot-id'] })
  assert.equal(String(past.dataFiles.length), oldest.summary!['total-data-files'])
  const names = await filesUnder(lake, table, 'metadata')
  assert.ok(names.length < 800, `${names.length} metadata files`)
  assert.equal((await filesUnder(lake, table, 'weir')).length, metadata.snapshots!.length)
})

void test('a file that nothing names goes when it is old, and nothing else does', async () => {
  let now = Date.now()
  const clock = () => now
  await using lake = await openLocalLake({ files: unsynced, now: clock })
  const context = { client: lake.client, store: lake.store, reader: manifestReader(lake.store), now: clock }
  let table = await createCommittedTable(lake)
  const orphan = `${table.metadata.location}/data/orphan.parquet`
  await lake.store.put(orphan, Buffer.from('PAR1'))
  // Only where Weir writes: what people or engines keep beside it is theirs.
  await lake.store.put(`${table.metadata.location}/notes/data/read-me.txt`, Buffer.from('ours'))
  table = await commitFile(lake, table, { at: 0, now, letters: [0] })
  assert.equal((await removeOrphans(committedTable, context)).files, 0)
  now += 4 * 24 * 60 * minuteMs
  table = await commitFile(lake, table, { at: 1, now, letters: [0] })
  const before = await filesUnder(lake, table, '')
  assert.equal((await removeOrphans(committedTable, context)).files, 1)
  assert.deepEqual(
    await filesUnder(lake, table, ''),
    before.filter((name) => !name.endsWith('orphan.parquet')),
  )
  assert.equal((await planScan({ metadata: table.metadata, store: lake.store })).dataFiles.length, 2)
})
