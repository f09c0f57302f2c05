import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitFile, committedTable, createCommittedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { applicableDeletes } from '../scan/applicable-deletes.ts'
import { planScan } from '../scan/plan-scan.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { snapshotOf } from '../metadata/read.ts'
import { rollBack } from '../history/change-refs.ts'
import { commitRewrite, type Rewrite } from './commit-rewrite.ts'
import { commitRowChanges } from './commit-row-changes.ts'

/** Milliseconds that each step takes of a table whose manifests have a hundred thousand files. */
const takes = { load: 10, read: 2, write: 5, writeLarge: 300, commit: 15 }
const betweenCommitsMs = 100

interface Beside {
  readonly lake: LocalLake
  readonly rewrite: Rewrite
  readonly client: CatalogClient
  readonly store: LocalLake['store']
  /** Large manifests that were written. */
  readonly large: () => number
}

/** A table of many files in one manifest, and a clock by which others commit ten times a second whatever the rewrite is at. */
async function besideCommits(
  version: number,
  others: (lake: LocalLake, at: number) => Promise<void>,
  run: (beside: Beside) => Promise<void>,
) {
  await using lake = await openLocalLake({ files: unsynced })
  const properties = { 'format-version': String(version), 'commit.manifest.min-count-to-merge': '7' }
  let table = await createCommittedTable(lake, properties)
  // The last puts the manifests of those before together.
  for (let at = 0; at < 8; at++) table = await commitFile(lake, table, { at, now: Date.now() })
  const { metadata } = table
  const scan = await planScan({ metadata, store: lake.store })
  const added = { ...scan.dataFiles[0]!, location: `${metadata.location}/data/all.parquet`, recordCount: 4 } as DataFile
  await lake.store.put(added.location, Buffer.from('PAR1'))
  let [elapsed, commits, large] = [0, 0, 0]
  const spend = async (ms: number): Promise<void> => {
    elapsed += ms
    if (elapsed < betweenCommitsMs) return
    elapsed = 0
    await others(lake, 100 + commits++)
  }
  await run({
    lake,
    large: () => large,
    rewrite: {
      tableUuid: metadata['table-uuid'],
      sequenceNumber: metadata['last-sequence-number'],
      replaced: applicableDeletes(scan).filter(({ file }) => /\/[0-3]\.parquet$/.test(file.location)),
      added: [added],
    },
    client: {
      ...lake.client,
      loadTable: async (ident) => (await spend(takes.load), lake.client.loadTable(ident)),
      commitTable: async (...commit) => (await spend(takes.commit), lake.client.commitTable(...commit)),
    },
    store: {
      ...lake.store,
      get: async (location) => (await spend(takes.read), lake.store.get(location)),
      put: async (location, bytes) => {
        const isLarge = location.endsWith('-m1.avro')
        if (isLarge) large++
        await spend(isLarge ? takes.writeLarge : takes.write)
        await lake.store.put(location, bytes)
      },
    },
  })
}

async function append(lake: LocalLake, at: number): Promise<void> {
  await commitFile(lake, await lake.client.loadTable(committedTable), { at, now: Date.now() })
}

for (const version of [2, 3])
  void test(`a rewrite lands beside ten commits a second, though its manifests take longer than those are apart (version ${version})`, () =>
    besideCommits(version, append, async ({ lake, rewrite, client, store, large }) => {
      const outcome = await commitRewrite(committedTable, rewrite, { client, store, reader: manifestReader(store) })
      assert.ok(outcome.kind === 'committed', JSON.stringify(outcome))
      assert.ok(large() <= 2, `${large()} large manifests were written`)
      await append(lake, 200)
      const { metadata } = await lake.client.loadTable(committedTable)
      const made = snapshotOf(metadata, outcome.snapshotId)!
      const own = (await readManifestList(lake.store, made)).filter((one) => one.addedSnapshotId === outcome.snapshotId)
      assert.deepEqual(
        own.map((one) => one.sequenceNumber),
        own.map(() => made['sequence-number']),
      )
      const { dataFiles, snapshot } = await planScan({ metadata, store: lake.store })
      const gone = new Set(rewrite.replaced.map(({ file }) => file.location))
      assert.ok(!dataFiles.some(({ location }) => gone.has(location)))
      const names = dataFiles.map(({ location }) => location.replace(/^.*\/|\.parquet$/g, ''))
      for (const name of ['all', '4', '5', '6', '7', '100', '200']) assert.ok(names.includes(name), name)
      assert.equal(String(dataFiles.length), snapshot!.summary!['total-data-files'])
      const rows = dataFiles.reduce((sum, { recordCount }) => sum + recordCount, 0)
      assert.equal(String(rows), snapshot!.summary!['total-records'])
      // What replaced them has the number that their rows were read at; the others keep theirs.
      assert.equal(dataFiles.find(({ location }) => location.endsWith('all.parquet'))!.sequenceNumber, 8)
      assert.equal(dataFiles.find(({ location }) => location.endsWith('/5.parquet'))!.sequenceNumber, 6)
    }))

async function rollBackToFirst(lake: LocalLake): Promise<void> {
  const { metadata } = await lake.client.loadTable(committedTable)
  const [first, last] = [metadata.snapshots![0]!, metadata.snapshots!.at(-1)!].map((one) => String(one['snapshot-id']))
  await rollBack(lake.client, committedTable, { to: { by: 'id', id: Number(first) }, expected: last! })
}

async function takeOut(lake: LocalLake): Promise<void> {
  const { metadata } = await lake.client.loadTable(committedTable)
  const { dataFiles, snapshot } = await planScan({ metadata, store: lake.store })
  const change = {
    tableUuid: metadata['table-uuid'],
    schemaId: metadata['current-schema-id'],
    operation: 'delete' as const,
    read: { snapshotId: snapshot!['snapshot-id'], isolation: 'snapshot' as const },
    removed: dataFiles.filter(({ location }) => location.endsWith('/1.parquet')),
  }
  const context = { client: lake.client, store: lake.store, reader: manifestReader(lake.store) }
  assert.equal((await commitRowChanges([{ ident: committedTable, change }], context)).kind, 'committed')
}

for (const [what, change] of [
  ['takes out one of its files', takeOut],
  ['rolls the table back', rollBackToFirst],
] as const)
  void test(`INV-M4: a rewrite is stale where another commit ${what} between two attempts`, () => {
    let changed = false
    const others = async (lake: LocalLake, at: number) => {
      if (at < 101 || changed) return append(lake, at)
      changed = true
      await change(lake)
    }
    return besideCommits(2, others, async ({ rewrite, client, store }) => {
      let commits = 0
      const slow: CatalogClient = {
        ...client,
        // The second attempt meets the one that takes a file out.
        commitTable: async (...commit) => {
          if (++commits === 2) await store.put(`${rewrite.added[0]!.location}-m1.avro`, Buffer.from(''))
          return client.commitTable(...commit)
        },
      }
      const outcome = await commitRewrite(committedTable, rewrite, {
        client: slow,
        store,
        reader: manifestReader(store),
      })
      assert.ok(
        outcome.kind === 'stale' && /[0-3]\.parquet is not in the table/.test(outcome.reason),
        JSON.stringify(outcome),
      )
      assert.equal(commits, 2)
    })
  })
