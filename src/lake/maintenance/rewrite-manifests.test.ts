import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactedTable, withCompactedLake, type CompactedLake } from '../../../test/support/compacted-lake.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { currentSnapshot } from '../metadata/read.ts'
import { nearestSummary } from '../scan/nearest-summary.ts'
import { expireSnapshots } from './expire-snapshots.ts'
import { removeOrphans } from './remove-orphans.ts'
import { rewriteManifests } from './rewrite-manifests.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'city', type: 'string' },
] as const
const rows = (at: number): string => `SELECT i AS id, 'c' || i % 2 AS city FROM range(${at * 10}, ${at * 10 + 10}) t(i)`
const partition = [{ 'source-id': 2, name: 'city', transform: 'identity' }]

async function manifests(setting: CompactedLake) {
  return readManifestList(setting.lake.store, currentSnapshot((await setting.load()).metadata)!)
}

for (const version of ['2', '3'])
  void test(`version ${version}: small manifests become one of each kind and spec; rows, files, totals and numbers of rows stay`, () =>
    withCompactedLake(columns, { partition, properties: { 'format-version': version } }, async (setting) => {
      for (let at = 0; at < 12; at++) await setting.append(rows(at), `weir/${at}.json`)
      if (version === '2')
        for (const { location } of (await setting.scan()).dataFiles.slice(0, 11))
          await setting.remove([{ location, position: 1 }])
      const [digest, before] = [await setting.digest(), await setting.scan()]
      const loaded = await setting.load()
      const kinds = version === '2' ? 2 : 1
      const planned = await rewriteManifests(compactedTable, setting.context, { dryRun: true })
      assert.deepEqual(
        planned.groups.map(({ filesBefore, filesAfter }) => [filesBefore, filesAfter]),
        [
          [12, 1],
          [11, 1],
        ].slice(0, kinds),
      )
      assert.equal((await setting.load()).metadataLocation, loaded.metadataLocation, 'a dry run changes nothing')
      const { groups, left } = await rewriteManifests(compactedTable, setting.context)
      assert.deepEqual(left, [])
      assert.deepEqual(
        groups.map(({ filesBefore, filesAfter }) => [filesBefore, filesAfter]),
        [
          [12, 1],
          [11, 1],
        ].slice(0, kinds),
      )
      for (const { bytesBefore, bytesAfter } of groups) assert.ok(bytesAfter > 0 && bytesAfter < bytesBefore)
      assert.equal((await manifests(setting)).length, kinds)
      assert.equal(await setting.digest(), digest)
      const after = await setting.scan()
      const facts = ({ dataFiles, deleteFiles }: typeof after) =>
        [...dataFiles, ...deleteFiles]
          .map(({ location, sequenceNumber, firstRowId, partition: tuple }) => [
            location,
            sequenceNumber,
            firstRowId,
            tuple,
          ])
          .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      assert.deepEqual(facts(after), facts(before), 'sequence numbers and numbers of rows are those of before')
      const [old, summary] = [loaded, await setting.load()].map(({ metadata }) => currentSnapshot(metadata)!.summary!)
      for (const [key, value] of Object.entries(old!))
        if (key.startsWith('total-')) assert.equal(summary![key], value, key)
      assert.deepEqual([summary!['operation'], summary!['manifests-created']], ['replace', '1'])
      // INV-M6: a delivery finds its state where it looks.
      assert.equal(nearestSummary((await setting.load()).metadata)?.state, 'weir/11.json')
      assert.deepEqual((await rewriteManifests(compactedTable, setting.context)).groups, [], 'there is nothing left')
      await setting.append(rows(20))
      assert.notEqual(await setting.digest(), digest)
    }))

void test('few manifests are left to who asks for it; compaction.enabled=false leaves all', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 4; at++) await setting.append(rows(at))
    assert.deepEqual((await rewriteManifests(compactedTable, setting.context)).groups, [])
    const off = [{ action: 'set-properties', updates: { 'compaction.enabled': 'false' } }] as const
    await setting.commit({ requirements: [], updates: off })
    assert.deepEqual((await rewriteManifests(compactedTable, setting.context, { countMin: 2 })).groups, [])
    await setting.commit({
      requirements: [],
      updates: [{ action: 'remove-properties', removals: ['compaction.enabled'] }],
    })
    assert.equal((await rewriteManifests(compactedTable, setting.context, { countMin: 2 })).groups[0]?.filesBefore, 4)
  }))

void test('rows that others add meanwhile are on top; manifests that others have taken out make it anew', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at))
    let meanwhile: (() => Promise<unknown>) | undefined = () => setting.append(rows(50))
    const { client } = setting.context
    const racing = {
      ...setting.context,
      client: {
        ...client,
        loadTable: client.loadTable.bind(client),
        async commitTable(...call: Parameters<typeof client.commitTable>) {
          const first = meanwhile
          meanwhile = undefined
          await first?.()
          return client.commitTable(...call)
        },
        commitTables: client.commitTables.bind(client),
      },
    }
    const on = { countMin: 2 }
    assert.equal((await rewriteManifests(compactedTable, racing, on)).groups.length, 1)
    assert.equal((await manifests(setting)).length, 2, 'that of the rows that came stays')
    for (let at = 6; at < 9; at++) await setting.append(rows(at))
    meanwhile = () => rewriteManifests(compactedTable, setting.context, on)
    const digest = await setting.digest()
    const { groups, left } = await rewriteManifests(compactedTable, racing, on)
    assert.deepEqual([groups, left], [[], []], 'the others were first, and there is nothing left')
    assert.equal((await manifests(setting)).length, 1)
    assert.equal(await setting.digest(), digest)
  }))

void test('it ends between two groups, and the next turn does the rest; a turn reads so many bytes', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 8; at++) await setting.append(rows(at))
    const { lengthBytes } = (await manifests(setting))[0]!
    const updates = { 'commit.manifest.target-size-bytes': String(Math.round(lengthBytes * 2.5)) }
    await setting.commit({ requirements: [], updates: [{ action: 'set-properties', updates }] })
    const stop = new AbortController()
    const first = await rewriteManifests(compactedTable, setting.context, {
      countMin: 2,
      stop: stop.signal,
      onGroup: () => stop.abort(),
    })
    assert.deepEqual(
      [first.groups.length, first.left],
      [1, ['stopped before 3 of 4 groups of manifests: they are for the next turn']],
    )
    const second = await rewriteManifests(compactedTable, setting.context, { countMin: 2, bytesMax: 1 })
    assert.equal(second.groups.length, 1)
    assert.match(second.left[0]!, /bytes of manifests were read: \d of \d groups of manifests are for the next turn/)
  }))

void test('expiry and the removal of orphans say what they would do, and do that', () =>
  withCompactedLake(
    columns,
    { properties: { 'history.expire.max-snapshot-age-ms': '1', 'history.expire.min-snapshots-to-keep': '1' } },
    async (setting) => {
      for (let at = 0; at < 4; at++) await setting.append(rows(at))
      await rewriteManifests(compactedTable, setting.context, { countMin: 2 })
      const later = { ...setting.context, client: setting.lake.client, now: () => Date.now() + 4 * 86_400_000 }
      const before = await setting.load()
      const planned = await expireSnapshots(compactedTable, later, { dryRun: true })
      assert.ok(planned.snapshots > 0 && planned.files > 0, JSON.stringify(planned))
      assert.equal((await setting.load()).metadataLocation, before.metadataLocation)
      assert.deepEqual(await expireSnapshots(compactedTable, later), planned)
      await setting.lake.store.put(`${before.metadata.location}/data/nobody.parquet`, Buffer.from('x'))
      await setting.append(rows(9))
      const newest = { ...later, now: () => Date.now() + 8 * 86_400_000 }
      const orphans = await removeOrphans(compactedTable, newest, { dryRun: true })
      assert.deepEqual(await removeOrphans(compactedTable, newest), orphans)
      assert.ok(orphans.files >= 1)
      assert.deepEqual(await removeOrphans(compactedTable, newest), { files: 0, bytes: 0 })
    },
  ))
