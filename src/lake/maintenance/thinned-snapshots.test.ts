import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commitFile,
  committedTable,
  createCommittedTable,
  filesUnder,
  unsynced,
} from '../../../test/support/lake-commits.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { memoryPointers } from '../../../test/support/memory-pointers.ts'
import type { PointerStore } from '../catalog/pointer-store.ts'
import type { LoadedTable } from '../client/catalog-client.ts'
import { commitRewrite } from '../commit/commit-rewrite.ts'
import { rollBack } from '../history/change-refs.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot, snapshotOf } from '../metadata/read.ts'
import { applicableDeletes } from '../scan/applicable-deletes.ts'
import { planScan } from '../scan/plan-scan.ts'
import { expireSnapshots, type MaintenanceContext } from './expire-snapshots.ts'
import { removeOrphans } from './remove-orphans.ts'

const minuteMs = 60_000
const start = Date.UTC(2030, 0, 1)
/** So that some dozen commits are many: five stay one by one, and one in ten seconds before. */
const crowded = {
  'weir.history.every-max': '5',
  'history.expire.min-snapshots-to-keep': '1',
  'commit.manifest.min-count-to-merge': '4',
}

/** Of those older than an hour none stays. */
const brief = { ...crowded, 'history.expire.max-snapshot-age-ms': String(60 * minuteMs) }

interface Setting {
  readonly lake: LocalLake
  readonly context: MaintenanceContext
  readonly clock: { now: number }
  /** How many swaps are lost to another commit from here. */
  readonly pointers: { lose: number }
  /** A commit each second. */
  readonly commit: (count: number) => Promise<LoadedTable>
}

function losing(state: { lose: number }): PointerStore {
  const memory = memoryPointers()
  return {
    ...memory,
    swap: (changes, receipt) =>
      state.lose-- > 0
        ? Promise.resolve({ swapped: false, table: changes[0]!.table, found: null })
        : memory.swap(changes, receipt),
  }
}

async function withCommits(
  run: (setting: Setting) => Promise<void>,
  properties: Readonly<Record<string, string>> = crowded,
): Promise<void> {
  const clock = { now: start }
  const pointers = { lose: 0 }
  await using lake = await openLocalLake({ files: unsynced, now: () => clock.now, pointers: losing(pointers) })
  let table = await createCommittedTable(lake, properties)
  let at = 0
  const commit = async (count: number) => {
    for (let more = 0; more < count; more++, at++) {
      clock.now += 1000
      table = await commitFile(lake, await lake.client.loadTable(committedTable), { at, now: clock.now, letters: [at] })
    }
    return table
  }
  const context = { client: lake.client, store: lake.store, reader: manifestReader(lake.store), now: () => clock.now }
  await run({ lake, context, clock, pointers, commit })
}

/** Whether everything that a reader of a snapshot opens is there, rows, state and letters. */
async function isReadable(lake: LocalLake, { metadata }: LoadedTable): Promise<boolean> {
  try {
    const { dataFiles, snapshot } = await planScan({ metadata, store: lake.store })
    const state = `${metadata.location}/${snapshot!.summary!['weir.state']}`
    const locations = [
      ...dataFiles.map(({ location }) => location),
      state,
      state.replace('.json', '.parquet').replace('weir/', 'weir/letters/'),
    ]
    const sizes = await Promise.all(locations.map((location) => lake.store.size(location)))
    return !sizes.includes(undefined)
  } catch {
    return false
  }
}

/** Puts a file in the place of all that the table has, as compaction does. */
async function rewriteAll(lake: LocalLake, { metadata }: LoadedTable, name: string): Promise<void> {
  const { store } = lake
  const scan = await planScan({ metadata, store })
  const file = { ...scan.dataFiles[0]!, location: `${metadata.location}/data/${name}.parquet` }
  await store.put(file.location, Buffer.from('PAR1'))
  const rewrite = {
    tableUuid: metadata['table-uuid'],
    sequenceNumber: metadata['last-sequence-number'],
    replaced: applicableDeletes(scan),
    added: [{ ...file, recordCount: scan.dataFiles.length }],
  }
  const context = { client: lake.client, store, reader: manifestReader(store) }
  assert.equal((await commitRewrite(committedTable, rewrite, context)).kind, 'committed')
}

void test('INV-M15: what a reader holds that the catalog has thinned stays for an hour, and goes then', () =>
  withCommits(async ({ lake, context, clock, commit }) => {
    const pinned = await commit(12)
    const first = currentSnapshot(pinned.metadata)!['snapshot-id']
    // Its files are replaced at once, so that no later snapshot has them.
    await rewriteAll(lake, pinned, 'all')
    const later = await commit(40)
    assert.equal(snapshotOf(later.metadata, first), undefined, 'thinned')
    assert.ok(later.metadata.snapshots!.length < 20, `${later.metadata.snapshots!.length} snapshots`)
    clock.now += 58 * minuteMs
    assert.deepEqual(await expireSnapshots(committedTable, context), { snapshots: 0, files: 0, bytes: 0 })
    // The files were written now, by the disk's clock; to orphan removal they are years old.
    assert.equal((await removeOrphans(committedTable, context)).files, 0)
    assert.ok(await isReadable(lake, pinned), 'the pinned snapshot is read within the hour')
    clock.now += 4 * minuteMs
    const dry = await expireSnapshots(committedTable, context, { dryRun: true })
    const removed = await expireSnapshots(committedTable, context)
    assert.deepEqual(removed, dry)
    assert.ok(removed.files > 50, `${removed.files} files`)
    assert.ok(!(await isReadable(lake, pinned)))
    assert.ok(await isReadable(lake, await lake.client.loadTable(committedTable)), 'the table is whole')
    assert.deepEqual(await filesUnder(lake, later, 'weir/thinned'), [])
    const { metadata } = await lake.client.loadTable(committedTable)
    for (const { 'snapshot-id': snapshotId } of metadata.snapshots!)
      await planScan({ metadata, store: lake.store, snapshotId })
  }))

void test('INV-M15: what expiry takes out meanwhile leaves the files that a thinned snapshot has too', () =>
  withCommits(async ({ lake, context, clock, commit }) => {
    clock.now = start - 1000
    const expiring = await commit(10)
    const pinned = await commit(1)
    await rewriteAll(lake, pinned, 'all')
    await commit(1)
    clock.now = start + 19_000
    const later = await commit(8)
    const isThere = (one: LoadedTable) =>
      snapshotOf(later.metadata, currentSnapshot(one.metadata)!['snapshot-id']) !== undefined
    assert.ok(isThere(expiring) && !isThere(pinned))
    // Nothing after it, and before what replaced its files, was current within the hour; the pinned one went less than an hour ago.
    clock.now = start + 60 * minuteMs + 15_000
    assert.equal((await expireSnapshots(committedTable, context)).snapshots, 1)
    assert.ok(!(await isReadable(lake, expiring)))
    assert.ok(await isReadable(lake, pinned))
  }, brief))

void test('INV-M15: killed at any removal, the next turn goes on, and nothing is left', () =>
  withCommits(async ({ lake, context, clock, commit }) => {
    const table = await commit(12)
    await rewriteAll(lake, table, 'all')
    await commit(40)
    clock.now += 61 * minuteMs
    let kills = 0
    for (let step = 1; ; step += 7) {
      assert.ok(step < 1000, 'it comes to an end')
      let removals = 0
      const store = {
        ...lake.store,
        remove: async (location: string) => {
          if (++removals === step) throw new Error('killed')
          await lake.store.remove(location)
        },
      }
      const done = await expireSnapshots(committedTable, { ...context, store, reader: manifestReader(store) }).then(
        () => true,
        () => false,
      )
      assert.ok(await isReadable(lake, await lake.client.loadTable(committedTable)), 'the table is whole')
      if (done) break
      kills++
    }
    assert.ok(kills > 3, `${kills} kills`)
    const { metadata } = await lake.client.loadTable(committedTable)
    const states = metadata.snapshots!.map((one) => one.summary!['weir.state']!.slice('weir/'.length))
    const left = await filesUnder(lake, table, 'weir')
    assert.deepEqual(left.filter((name) => /^\d+\.json$/.test(name)).toSorted(), [...new Set(states)].toSorted())
    assert.ok(!left.some((name) => name.startsWith('thinned/')))
  }))

void test('a commit that lost its race has thinned nothing: its record goes with it', () =>
  withCommits(async ({ lake, pointers, commit }) => {
    const table = await commit(30)
    const recordsAfter = async (lost: number) => {
      const before = await filesUnder(lake, table, 'weir/thinned')
      for (;;) {
        pointers.lose = lost
        await commit(1)
        const after = await filesUnder(lake, table, 'weir/thinned')
        if (after.length > before.length) return after.length - before.length
      }
    }
    assert.equal(await recordsAfter(0), 1)
    assert.equal(await recordsAfter(3), 1)
  }))

void test('INV-H6: a rollback is undone though many commits have come on top of it', () =>
  withCommits(async ({ lake, commit, context, clock }) => {
    const back = await commit(20)
    const undone = await commit(3)
    const [from, to] = [undone, back].map(({ metadata }) => currentSnapshot(metadata)!['snapshot-id'])
    await rollBack(lake.client, committedTable, { to: { by: 'id', id: to! }, expected: String(from) })
    await commit(40)
    clock.now += 3 * 60 * minuteMs
    await expireSnapshots(committedTable, context)
    const { metadata } = await lake.client.loadTable(committedTable)
    assert.ok(snapshotOf(metadata, from!) !== undefined && snapshotOf(metadata, to!) !== undefined)
    const expected = String(currentSnapshot(metadata)!['snapshot-id'])
    await rollBack(lake.client, committedTable, { to: { by: 'id', id: from! }, expected })
    assert.ok(await isReadable(lake, await lake.client.loadTable(committedTable)))
  }))

void test('a table that is purged takes along what was thinned', () =>
  withCommits(async ({ lake, commit }) => {
    const table = await commit(12)
    await rewriteAll(lake, table, 'all')
    await commit(40)
    assert.notDeepEqual(await filesUnder(lake, table, 'weir/thinned'), [])
    await lake.client.dropTable(committedTable, { purge: true })
    assert.deepEqual(await filesUnder(lake, table, ''), [])
  }))
