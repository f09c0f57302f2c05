import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactedTable, withCompactedLake, type CompactedLake } from '../../../../test/support/compacted-lake.ts'
import { serveCatalog, type Fate } from '../../../../test/support/served-catalog.ts'
import type { CatalogClient } from '../../client/catalog-client.ts'
import { connectCatalog } from '../../client/connect-catalog.ts'
import { readManifestList } from '../../manifest/manifest-list.ts'
import { currentSnapshot } from '../../metadata/read.ts'
import { prepareSchemaChange } from '../../metadata/prepare-schema-change.ts'
import { nearestSummary } from '../../scan/nearest-summary.ts'
import { expireSnapshots } from '../expire-snapshots.ts'
import { compactTable } from './compact-table.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'city', type: 'string' },
  { name: 'tags', type: 'map<string, long>' },
]
const rows = (from: number, to: number): string =>
  `SELECT i AS id, 'city ' || (i % 3) AS city, MAP {'k': i} AS tags FROM range(${from}, ${to}) t(i)`

function byFirst([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

async function appendSix(setting: CompactedLake): Promise<void> {
  for (let at = 0; at < 6; at++) await setting.append(rows(at * 10, at * 10 + 10), `weir/${at}.json`)
}

void test('INV-M1: small files become one with the same rows, and the totals of the table stay right', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const [before, digest] = [await setting.load(), await setting.digest()]
    const planned = await compactTable(compactedTable, setting.context, { dryRun: true })
    assert.deepEqual(
      planned.groups.map(({ filesBefore, filesAfter, deletedRows }) => [filesBefore, filesAfter, deletedRows]),
      [[6, 1, 0]],
    )
    assert.equal((await setting.load()).metadataLocation, before.metadataLocation, 'a dry run changes nothing')
    const { groups, left } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(left, [])
    assert.deepEqual([groups[0]?.filesBefore, groups[0]?.filesAfter], [6, 1])
    assert.ok(groups[0]!.bytesAfter < groups[0]!.bytesBefore, 'six footers are more than one')
    assert.equal(await setting.digest(), digest)
    const { metadata } = await setting.load()
    const summary = currentSnapshot(metadata)!.summary!
    const shown = ['operation', 'added-data-files', 'deleted-data-files', 'total-data-files', 'total-records']
    assert.deepEqual(
      shown.map((key) => summary[key]),
      ['replace', '1', '6', '1', '60'],
    )
    assert.equal(summary['total-files-size'], String((await setting.scan()).dataFiles[0]!.sizeBytes))
    // INV-M6: a delivery finds its state where it looks, and there is nothing left to compact.
    assert.equal(nearestSummary(metadata)?.state, 'weir/5.json')
    assert.equal(summary['weir.state'], 'weir/5.json')
    assert.deepEqual((await compactTable(compactedTable, setting.context)).groups, [])
    assert.deepEqual(await setting.orphans(), [])
  }))

void test('INV-M1: deletes are applied, go with the files that they touched, and renamed and added columns are kept', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const { dataFiles } = await setting.scan()
    const named = dataFiles.slice(0, 2).map(({ location }) => location)
    await setting.remove([0, 3, 9].map((position) => ({ location: named[0]!, position })))
    await setting.remove(named.map((location) => ({ location, position: 3 })))
    await setting.commit(prepareSchemaChange((await setting.load()).metadata, [{ name: 'since', type: 'int' }]))
    await setting.append(`SELECT *, 7 AS since FROM (${rows(60, 70)})`)
    const digest = await setting.digest()
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(
      groups.map(({ filesBefore, filesAfter, deletedRows }) => [filesBefore, filesAfter, deletedRows]),
      [[9, 1, 4]],
    )
    const scan = await setting.scan()
    assert.deepEqual([scan.dataFiles.length, scan.deleteFiles.length, await setting.digest()], [1, 0, digest])
    assert.match(digest, /^66 /)
    const summary = currentSnapshot((await setting.load()).metadata)!.summary!
    assert.deepEqual([summary['removed-delete-files'], summary['deleted-records']], ['2', '70'])
  }))

void test('a file of which much was deleted is written anew alone; one without a row left is only taken out', () =>
  withCompactedLake(columns, { properties: { 'write.target-file-size-bytes': '100' } }, async (setting) => {
    for (const at of [0, 10, 20]) await setting.append(rows(at, at + 10))
    const [first, second, third] = (await setting.scan()).dataFiles.map(({ location }) => location)
    await setting.remove([
      ...[0, 1].map((position) => ({ location: first!, position })),
      ...[0, 1, 2].map((position) => ({ location: second!, position })),
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((position) => ({ location: third!, position })),
    ])
    const digest = await setting.digest()
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(groups.map(({ filesAfter, deletedRows }) => [filesAfter, deletedRows]).toSorted(byFirst), [
      [0, 10],
      [1, 3],
    ])
    assert.equal(await setting.digest(), digest)
    const scan = await setting.scan()
    assert.equal(scan.dataFiles.length, 2)
    assert.ok(scan.dataFiles.some(({ location }) => location === first))
    assert.equal(scan.deleteFiles.length, 1, 'what is deleted of the first is still needed')
  }))

void test('files of each partition are put together by themselves, in the order that the table asks', () =>
  withCompactedLake(
    columns,
    { partition: [{ 'source-id': 2, name: 'city', transform: 'identity' }] },
    async (setting) => {
      const order = {
        'order-id': 1,
        fields: [{ transform: 'identity', 'source-id': 1, direction: 'desc', 'null-order': 'nulls-last' }],
      } as const
      await setting.commit({
        requirements: [],
        updates: [
          { action: 'add-sort-order', 'sort-order': order },
          { action: 'set-default-sort-order', 'sort-order-id': -1 },
        ],
      })
      await appendSix(setting)
      const digest = await setting.digest()
      const { groups } = await compactTable(compactedTable, setting.context)
      assert.deepEqual(groups.map(({ partition, filesBefore }) => [partition, filesBefore]).toSorted(byFirst), [
        ['city=city_0', 6],
        ['city=city_1', 6],
        ['city=city_2', 6],
      ])
      assert.equal(await setting.digest(), digest)
      for (const { location, sortOrderId, partition } of (await setting.scan()).dataFiles) {
        const read = await setting.db.runAndReadAll(
          `SELECT id, city FROM read_parquet('${location.slice('file://'.length)}', hive_partitioning = false)`,
        )
        const found = read.getRows().map(([id, city]) => [Number(id), city])
        assert.deepEqual(
          found,
          found.toSorted(([a], [b]) => Number(b) - Number(a)),
        )
        assert.deepEqual([sortOrderId, new Set(found.map(([, city]) => city))], [1, new Set(partition)])
      }
    },
  ))

/** A catalog at which something happens after the table was loaded for the plan: before the first commit is prepared. */
function meanwhile(client: CatalogClient, happen: () => Promise<unknown>): CatalogClient {
  let loads = 0
  return {
    ...client,
    async loadTable(ident) {
      if (++loads === 2) await happen()
      return client.loadTable(ident)
    },
  }
}

void test('rows that a delivery appends meanwhile stay, under the state that it named', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const client = meanwhile(setting.lake.client, () => setting.append(rows(60, 65), 'weir/6.json'))
    const { groups, left } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual([groups.length, left], [1, []])
    assert.match(await setting.digest(), /^65 /)
    const { metadata } = await setting.load()
    assert.equal(nearestSummary(metadata)?.state, 'weir/6.json')
    // INV-M5: the rewritten rows are as old as the snapshot that they were read from, and older than those that came.
    const { dataFiles } = await setting.scan()
    assert.deepEqual(
      dataFiles.map(({ recordCount, sequenceNumber }) => [recordCount, sequenceNumber]).toSorted(byFirst),
      [
        [5, 7],
        [60, 6],
      ],
    )
  }))

void test('INV-M4: rows that are deleted meanwhile are not brought back: the group is planned anew', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const [first] = (await setting.scan()).dataFiles
    const client = meanwhile(setting.lake.client, () => setting.remove([{ location: first!.location, position: 4 }]))
    const { groups, left } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual([groups.map(({ deletedRows }) => deletedRows), left], [[1], []])
    assert.match(await setting.digest(), /^59 /)
    assert.equal((await setting.scan()).dataFiles.length, 1)
    assert.equal((await setting.orphans()).length, 1, 'what the first attempt wrote is named by nothing')
  }))

void test('INV-M4: after a rollback to before a delete the rows that it brought back stay', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const [first] = (await setting.scan()).dataFiles
    const before = currentSnapshot((await setting.load()).metadata)!['snapshot-id']
    await setting.remove([{ location: first!.location, position: 4 }])
    const rollBack = { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': before, type: 'branch' } as const
    const client = meanwhile(setting.lake.client, () => setting.commit({ requirements: [], updates: [rollBack] }))
    const { groups } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual(
      groups.map(({ deletedRows }) => deletedRows),
      [0],
    )
    assert.match(await setting.digest(), /^60 /)
  }))

void test('of two compactions at once one wins, and the other commits nothing', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const digest = await setting.digest()
    const client = meanwhile(setting.lake.client, () => compactTable(compactedTable, setting.context))
    const { groups, left } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual([groups, left], [[], []])
    assert.deepEqual([(await setting.scan()).dataFiles.length, await setting.digest()], [1, digest])
  }))

const lost: readonly (readonly [what: string, fate: Fate, snapshots: number])[] = [
  ['lost after the catalog did it', 'after', 7],
  ['lost before the catalog heard', 'before', 7],
  ['an error of the catalog', { status: 500, body: '{}' }, 7],
]

for (const [what, fate, snapshots] of lost)
  void test(`INV-M2: an answer to the commit that is ${what}: it happens once`, () =>
    withCompactedLake(columns, {}, async (setting) => {
      await appendSix(setting)
      const digest = await setting.digest()
      await using served = await serveCatalog(setting.lake.catalog)
      let posts = 0
      served.decide = (method) => (method === 'POST' && ++posts === 1 ? fate : 'answered')
      const client = connectCatalog({ uri: served.uri })
      const { groups, left } = await compactTable(compactedTable, { ...setting.context, client })
      assert.deepEqual([groups.length, left], [1, []])
      assert.equal((await setting.load()).metadata.snapshots!.length, snapshots)
      assert.deepEqual([(await setting.scan()).dataFiles.length, await setting.digest()], [1, digest])
    }))

void test('INV-M3: readers of an older snapshot go on; what only it reads goes when it expires', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const digest = await setting.digest()
    const old = currentSnapshot((await setting.load()).metadata)!['snapshot-id']
    await compactTable(compactedTable, setting.context)
    // Files that another snapshot took out are listed as deleted in manifests that stay: that keeps nothing.
    await setting.append(rows(60, 70), 'weir/6.json')
    assert.equal(await setting.digest(old), digest)
    const now = Date.now()
    assert.equal((await expireSnapshots(compactedTable, { ...setting.context, now: () => now })).snapshots, 0)
    await setting.commit({
      requirements: [],
      updates: [
        {
          action: 'set-properties',
          updates: { 'history.expire.min-snapshots-to-keep': '1', 'history.expire.max-snapshot-age-ms': '0' },
        },
      ],
    })
    for (const [hours, snapshots] of [
      [0.9, 0],
      [2, 7],
    ] as const) {
      const later = { ...setting.context, now: () => now + hours * 3_600_000 }
      assert.equal((await expireSnapshots(compactedTable, later)).snapshots, snapshots)
    }
    assert.match(await setting.digest(), /^70 /)
    const { metadata } = await setting.load()
    const data: string[] = []
    for await (const { location } of setting.lake.store.list(`${metadata.location}/data/`)) data.push(location)
    assert.equal(data.length, 2, 'the six files have gone')
  }))

void test('INV-M3: a replaced file that is listed as deleted beside others that stay goes too', () =>
  withCompactedLake(
    columns,
    { partition: [{ 'source-id': 2, name: 'city', transform: 'identity' }] },
    async (setting) => {
      await setting.append(rows(0, 2))
      for (let at = 0; at < 5; at++) await setting.append(rows(at * 3, at * 3 + 1))
      assert.equal((await compactTable(compactedTable, setting.context)).groups.length, 1)
      const updates = { 'history.expire.min-snapshots-to-keep': '1', 'history.expire.max-snapshot-age-ms': '0' }
      await setting.commit({ requirements: [], updates: [{ action: 'set-properties', updates }] })
      const later = { ...setting.context, now: () => Date.now() + 7_200_000 }
      const { snapshots, bytes } = await expireSnapshots(compactedTable, later)
      assert.equal(snapshots, 6)
      const left: string[] = []
      const { metadata } = await setting.load()
      for await (const { location } of setting.lake.store.list(`${metadata.location}/data/`)) left.push(location)
      assert.deepEqual(
        left.toSorted(),
        (await setting.scan()).dataFiles.map(({ location }) => location).toSorted(),
        'what is left is read',
      )
      assert.equal(left.length, 2)
      assert.ok(bytes > 6 * 500, `${bytes} bytes of six files and their manifests`)
      assert.match(await setting.digest(), /^7 /)
    },
  ))

void test('stopped, it leaves the groups that it has committed; bounded, the rest for the next turn', () =>
  withCompactedLake(
    columns,
    { partition: [{ 'source-id': 2, name: 'city', transform: 'identity' }] },
    async (setting) => {
      await appendSix(setting)
      const digest = await setting.digest()
      const stop = new AbortController()
      const onGroup = (): void => stop.abort(new Error('enough'))
      await assert.rejects(compactTable(compactedTable, setting.context, { signal: stop.signal, onGroup }), /enough/)
      assert.deepEqual([(await setting.scan()).dataFiles.length, await setting.digest()], [13, digest])
      const { groups, left } = await compactTable(compactedTable, setting.context, { bytesMax: 1 })
      assert.deepEqual([groups.length, left.length], [1, 1])
      assert.equal((await compactTable(compactedTable, setting.context)).groups.length, 1)
      assert.deepEqual([(await setting.scan()).dataFiles.length, await setting.digest()], [3, digest])
    },
  ))

void test('told to stop it commits the group at work and begins no other, and says so', () =>
  withCompactedLake(
    columns,
    { partition: [{ 'source-id': 2, name: 'city', transform: 'identity' }] },
    async (setting) => {
      await appendSix(setting)
      const digest = await setting.digest()
      const stop = new AbortController()
      const { groups, left } = await compactTable(compactedTable, setting.context, {
        stop: stop.signal,
        onGroup: () => stop.abort(),
      })
      assert.deepEqual([groups.length, left], [1, ['stopped before 2 of 3 groups: they are for the next turn']])
      assert.equal(await setting.digest(), digest)
      assert.equal((await compactTable(compactedTable, setting.context)).groups.length, 2)
    },
  ))

void test('nothing is committed when rows are not as many as files and deletes say', () =>
  withCompactedLake(columns, {}, async (setting) => {
    await appendSix(setting)
    const before = await setting.load()
    // As if a reader skipped a row of those that are copied.
    const lossy = {
      query: (sql: string) =>
        setting.context.engine.query(sql.replace(/^COPY \((.*)\) TO '/s, "COPY (SELECT * FROM ($1) LIMIT 59) TO '")),
    }
    await assert.rejects(compactTable(compactedTable, { ...setting.context, engine: lossy }), { code: 'WEIR-4008' })
    assert.equal((await setting.load()).metadataLocation, before.metadataLocation)
  }))

void test('manifests say of each file what became of it, with the numbers that it had', () =>
  withCompactedLake(
    columns,
    { properties: { 'compaction.min-input-files': '2', 'write.target-file-size-bytes': '2500' } },
    async (setting) => {
      const [small, large] = [rows(0, 2), rows(100, 3000)]
      await setting.append(large)
      const { metadata } = await setting.append(small)
      await setting.append(rows(2, 4))
      await compactTable(compactedTable, setting.context)
      const snapshot = currentSnapshot((await setting.load()).metadata)!
      const entries = []
      for (const manifest of await readManifestList(setting.lake.store, snapshot))
        for (const { status, sequenceNumber, fileSequenceNumber, file } of await setting.context.reader.entries(
          manifest,
        ))
          entries.push([status, file.recordCount, sequenceNumber, fileSequenceNumber])
      assert.deepEqual(
        entries.toSorted((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2])),
        [
          ['deleted', 2, 2, 2],
          ['deleted', 2, 3, 3],
          ['added', 4, 3, 4],
          ['added', 2900, 1, 1],
        ],
      )
      assert.equal(metadata['last-sequence-number'], 2)
    },
  ))
