import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { errorOf } from '../../../../test/support/ask-catalog.ts'
import { commitFiles } from '../../../../test/support/commit-files.ts'
import { openLocalLake, type LocalLake } from '../../../../test/support/local-lake.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import { encodeManifestList, readManifestList } from '../../manifest/manifest-list.ts'
import { stringifyJson } from '../../json.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { guardCatalog } from './guard-catalog.ts'

/** A user that may do everything with its own table. */
const access: CatalogAccess = {
  refusal: (_, { name }) => (name === 'own' ? undefined : 'not of this user'),
  sees: () => true,
}
const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
const file = (location: string): DataFile => ({
  content: 'data',
  location,
  format: 'PARQUET',
  specId: 0,
  partition: [],
  recordCount: 1,
  sizeBytes: 4,
})

async function twoTables(lake: LocalLake): Promise<{ own: TableMetadata; closed: TableMetadata }> {
  await lake.client.ensureNamespace(['public'])
  const make = async (name: string) => (await lake.client.createTable(['public'], { name, schema } as never)).metadata
  return { own: await make('own'), closed: await make('closed') }
}

const commit = (lake: LocalLake, body: unknown) =>
  guardCatalog(lake.catalog, { files: lake.store }).handle({
    method: 'POST',
    path: '/v1/namespaces/public/tables/own',
    query: {},
    headers: {},
    body: stringifyJson(body),
    access,
  })

void suite('a commit of a user while policies hold', () => {
  void test('names files of its table, whatever its manifests lie about', async () => {
    await using lake = await openLocalLake()
    const { own, closed } = await twoTables(lake)
    const secret = `${closed.location}/data/secret.parquet`
    for (const location of [secret, `${own.location}/data/../../closed/data/secret.parquet`]) {
      const answer = await commit(
        lake,
        await commitFiles(lake.store, own, [file(`${own.location}/data/a`), file(location)]),
      )
      assert.match(
        errorOf(answer),
        /^403 ForbiddenException: .*own names files of its own: .*secret\.parquet" does not lie/,
      )
    }
    const deleted = { ...file(secret), content: 'position-deletes' as const }
    assert.equal((await commit(lake, await commitFiles(lake.store, own, [deleted]))).status, 403)
    const mine = await commit(lake, await commitFiles(lake.store, own, [file(`${own.location}/data/a`)]))
    assert.equal(mine.status, 200, mine.body)
    // What came before was looked at when it came, or was put there by an administrator.
    const { metadata } = await lake.client.loadTable({ namespace: ['public'], name: 'own' })
    const again = await commit(lake, await commitFiles(lake.store, metadata, [file(`${own.location}/data/b`)]))
    assert.equal(again.status, 200, again.body)
  })

  void test('names no manifest of another table', async () => {
    await using lake = await openLocalLake()
    const { own, closed } = await twoTables(lake)
    const theirs = await commitFiles(lake.store, closed, [file(`${closed.location}/data/secret.parquet`)])
    await lake.client.commitTable({ namespace: ['public'], name: 'closed' }, theirs)
    const { metadata } = await lake.client.loadTable({ namespace: ['public'], name: 'closed' })
    const manifests = await readManifestList(lake.store, metadata.snapshots![0]!)
    const list = `${own.location}/metadata/snap-1.avro`
    await lake.store.put(list, encodeManifestList(manifests, { id: 1, parentId: null, sequenceNumber: 1 }))
    const snapshot = {
      'snapshot-id': 1,
      // A parent that is of another table is none of this one.
      'parent-snapshot-id': metadata['current-snapshot-id'],
      'sequence-number': 1,
      'timestamp-ms': Date.now(),
      'manifest-list': list,
      summary: { operation: 'append' },
      'schema-id': 0,
    }
    const answer = await commit(lake, { requirements: [], updates: [{ action: 'add-snapshot', snapshot }] })
    assert.match(errorOf(answer), /^403 ForbiddenException: .*own names files of its own: .*-m0\.avro" does not lie/)
  })

  void test('names no state of deliveries, from which they would read on', async () => {
    await using lake = await openLocalLake()
    const { own } = await twoTables(lake)
    const { updates } = await commitFiles(lake.store, own, [file(`${own.location}/data/a`)])
    const [add, ref] = updates as [{ action: 'add-snapshot'; snapshot: { summary: object } }, object]
    const state = '../closed/weir/state.json'
    const snapshot = { ...add.snapshot, summary: { ...add.snapshot.summary, 'weir.state': state } }
    for (const given of [
      [{ ...add, snapshot }, ref],
      [{ action: 'set-properties', updates: { 'weir.state': state } }],
      [{ action: 'remove-properties', removals: ['weir.state'] }],
    ]) {
      const answer = await commit(lake, { requirements: [], updates: given })
      assert.match(
        errorOf(answer),
        /^403 ForbiddenException: .*the state of the deliveries into the table own is chosen by/,
      )
    }
  })

  void test('is refused, and nothing is read, where what it names is larger than a catalog can look at', async () => {
    await using lake = await openLocalLake()
    const { own } = await twoTables(lake)
    const prepared = await commitFiles(lake.store, own, [file(`${own.location}/data/a`)])
    const huge = { get: () => assert.fail('it was read'), size: async () => 65e6 }
    const answer = await guardCatalog(lake.catalog, { files: huge }).handle({
      method: 'POST',
      path: '/v1/namespaces/public/tables/own',
      query: {},
      headers: {},
      body: stringifyJson(prepared),
      access,
    })
    assert.match(errorOf(answer), /^403 ForbiddenException: .*is too large for that \(65000000 bytes/)
  })
})
