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
import type { CatalogClient, LoadedTable } from '../client/catalog-client.ts'
import { connectCatalog } from '../client/connect-catalog.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { serveCatalog, type Fate } from '../../../test/support/served-catalog.ts'
import { planScan } from '../scan/plan-scan.ts'
import { expireSnapshots, type Expiry, type MaintenanceContext } from './expire-snapshots.ts'
import { removeOrphans } from './remove-orphans.ts'

const dayMs = 86_400_000
const start = Date.UTC(2030, 0, 1)
/** Keeps two snapshots and what is younger than a day. */
const brief = {
  'history.expire.min-snapshots-to-keep': '2',
  'history.expire.max-snapshot-age-ms': String(dayMs),
  'weir.history.every-ms': '0',
  'weir.history.spacing-ms': '0',
}

interface Setting {
  readonly lake: LocalLake
  readonly table: LoadedTable
  readonly context: MaintenanceContext
}

/** A table with a commit a day, each of which names files of dead letters; `letters(at)` says which. */
async function withDays(
  days: number,
  letters: (at: number) => readonly number[],
  run: (setting: Setting) => Promise<void>,
): Promise<void> {
  let now = start
  await using lake = await openLocalLake({ files: unsynced, now: () => now })
  let table = await createCommittedTable(lake, brief)
  for (let at = 0; at < days; at++) {
    now = start + at * dayMs
    table = await commitFile(lake, table, { at, now, letters: letters(at) })
  }
  now += 1
  const reader = manifestReader(lake.store)
  await run({ lake, table, context: { client: lake.client, store: lake.store, reader, now: () => now } })
}

async function assertWhole(lake: LocalLake, rows: number): Promise<void> {
  const { metadata } = await lake.client.loadTable(committedTable)
  for (const snapshot of metadata.snapshots!) {
    const scan = await planScan({ metadata, store: lake.store, snapshotId: snapshot['snapshot-id'] })
    assert.equal(String(scan.dataFiles.length), snapshot.summary!['total-data-files'])
    for (const { location } of scan.dataFiles) assert.notEqual(await lake.store.size(location), undefined, location)
    const state = `${metadata.location}/${snapshot.summary!['weir.state']}`
    const { letterFiles } = JSON.parse((await lake.store.get(state)).toString()) as { letterFiles: { path: string }[] }
    for (const { path } of letterFiles)
      assert.notEqual(await lake.store.size(`${metadata.location}/${path}`), undefined, path)
  }
  assert.equal((await planScan({ metadata, store: lake.store })).dataFiles.length, rows)
}

void test('INV-L3: dead letters go with the last state that names them, and not before', () =>
  // Letters of commit 1 are named until 3 (as if discarded then), those of 2 to the end, those of 4 by 4 and 5.
  withDays(
    6,
    (at) => [...(at >= 1 && at <= 3 ? [1] : []), ...(at >= 2 ? [2] : []), ...(at >= 4 ? [4] : [])],
    async ({ lake, table, context }) => {
      assert.equal((await expireSnapshots(committedTable, context)).snapshots, 4)
      assert.deepEqual(await filesUnder(lake, table, 'weir/letters'), ['2.parquet', '4.parquet'])
      assert.deepEqual(
        (await filesUnder(lake, table, 'weir')).filter((name) => name.endsWith('.json')),
        ['4.json', '5.json'],
      )
      await assertWhole(lake, 6)
      // What is left is named: nothing is an orphan.
      assert.equal((await removeOrphans(committedTable, { ...context, now: () => Date.now() + 9 * dayMs })).files, 0)
      assert.deepEqual(await expireSnapshots(committedTable, context), { snapshots: 0, files: 0, bytes: 0 })
    },
  ))

const answers: readonly (readonly [what: string, fate: Fate, snapshots: number, left: number])[] = [
  ['lost after the catalog did it: the table tells, and the files go', 'after', 4, 2],
  ['cut short: the table tells, and the files go', 'within', 4, 2],
  ['lost before the catalog heard: nothing goes', 'before', 0, 6],
  ['an error of the catalog: nothing goes', { status: 500, body: '{}' }, 0, 6],
]

for (const [what, fate, snapshots, left] of answers)
  void test(`INV-L4: an answer about expired snapshots that is ${what}`, () =>
    withDays(
      6,
      (at) => [at],
      async ({ lake, table, context }) => {
        await using served = await serveCatalog(lake.catalog)
        served.decide = (method) => (method === 'POST' ? fate : 'answered')
        const client = connectCatalog({ uri: served.uri })
        assert.equal((await expireSnapshots(committedTable, { ...context, client })).snapshots, snapshots)
        assert.equal((await filesUnder(lake, table, 'weir/letters')).length, left)
        await assertWhole(lake, 6)
      },
    ))

void test('when the table cannot be read after a lost answer nothing goes, and the files are orphans later', () =>
  withDays(
    6,
    (at) => [at],
    async ({ lake, table, context }) => {
      await using served = await serveCatalog(lake.catalog)
      let lost = false
      served.decide = (method) => {
        if (lost) return 'before'
        lost = method === 'POST'
        return lost ? 'after' : 'answered'
      }
      const cut = { ...context, client: connectCatalog({ uri: served.uri }) }
      const before = await filesUnder(lake, table, 'weir')
      await assert.rejects(expireSnapshots(committedTable, cut), { code: 'WEIR-4009' })
      assert.deepEqual(await filesUnder(lake, table, 'weir'), before)
      await assertWhole(lake, 6)
      // The files were written now, by the disk's clock; the table's newest snapshot is in the future of it.
      const later = { ...context, now: () => Date.now() + 9 * dayMs }
      // Four states, four files of letters, four manifest lists; the manifests and rows are still in use.
      assert.equal((await removeOrphans(committedTable, later)).files, 12)
      assert.deepEqual(
        (await filesUnder(lake, table, 'weir')).toSorted((a, b) => a.localeCompare(b)),
        ['4.json', '5.json', 'letters/4.parquet', 'letters/5.parquet'],
      )
      await assertWhole(lake, 6)
    },
  ))

void test('a table that was committed to meanwhile is looked at again', () =>
  withDays(
    6,
    () => [],
    async ({ lake, table, context }) => {
      let loads = 0
      const racing = {
        ...lake.client,
        loadTable: async (ident: typeof committedTable) => {
          const found = await lake.client.loadTable(ident)
          if (loads++ === 0) await commitFile(lake, table, { at: 6, now: start + 6 * dayMs })
          return found
        },
      }
      assert.equal((await expireSnapshots(committedTable, { ...context, client: racing })).snapshots, 5)
      assert.equal(loads, 2)
      await assertWhole(lake, 7)
    },
  ))

void test('a file that cannot be removed stops the removal, and what is left are orphans', () =>
  withDays(
    6,
    (at) => [at],
    async ({ lake, context }) => {
      let removed = 0
      const store = {
        ...context.store,
        remove: async (location: string) => {
          if (++removed === 3) throw new Error('the disk fails')
          await context.store.remove(location)
        },
      }
      await assert.rejects(expireSnapshots(committedTable, { ...context, store }), /the disk fails/)
      await assertWhole(lake, 6)
      assert.equal((await removeOrphans(committedTable, { ...context, now: () => Date.now() + 9 * dayMs })).files, 10)
      await assertWhole(lake, 6)
    },
  ))

for (const further of [0, 2 * dayMs])
  void test(`INV-M17: of two expiries at once${further ? ', of which one takes out more,' : ''} each removes what the other has not, and neither fails`, () =>
    withDays(
      8,
      () => [],
      async ({ lake, table, context }) => {
        const answers: Expiry[] = []
        const other = async (): Promise<void> =>
          void answers.push(await expireSnapshots(committedTable, { ...context, now: () => context.now() + further }))
        /** Both have looked which snapshots go; the other one is done before this one commits, or between its commit and its removal. */
        const client: CatalogClient = {
          ...lake.client,
          commitTable: async (ident, commit) => {
            if (!further) await other()
            const outcome = await lake.client.commitTable(ident, commit)
            if (further) {
              const properties = { ...brief, 'history.expire.min-snapshots-to-keep': '1' }
              const updates = [{ action: 'set-properties' as const, updates: properties }]
              await lake.client.commitTable(ident, { requirements: [], updates })
              await other()
            }
            return outcome
          },
        }
        answers.push(await expireSnapshots(committedTable, { ...context, client }))
        const { metadata } = await lake.client.loadTable(committedTable)
        assert.equal(metadata.snapshots?.length, further ? 1 : 2)
        // Those that are out are counted once, by whom they were removed.
        const left = await filesUnder(lake, table, 'metadata')
        assert.equal(left.filter((name) => name.includes('snap-')).length, metadata.snapshots!.length)
        const scan = await planScan({ metadata, store: lake.store })
        assert.equal(scan.dataFiles.length, 8)
        assert.ok(answers[0]!.snapshots + answers[1]!.snapshots <= 7, JSON.stringify(answers))
      },
    ))
