import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { serveCatalog, type Fate, type ServedCatalog } from '../../../test/support/served-catalog.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import type { PreparedSnapshot } from '../commit/prepared-commit.ts'
import { snapshotOf } from '../metadata/read.ts'
import { schemaOf } from '../types/schema.ts'
import type { CatalogClient, LoadedTable } from './catalog-client.ts'
import { connectCatalog } from './connect-catalog.ts'

const ident = { namespace: ['public'], name: 't' }

interface Setting {
  readonly lake: LocalLake
  readonly served: ServedCatalog
  /** Through connections that are cut. */
  readonly client: CatalogClient
  readonly table: LoadedTable
}

async function withCatalog(run: (setting: Setting) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake()
  await using served = await serveCatalog(lake.catalog)
  const client = connectCatalog({ uri: served.uri, timeoutMs: 2000 })
  await client.ensureNamespace(['public'])
  const schema = schemaOf([{ name: 'id', type: 'long' }])
  await run({ lake, served, client, table: await client.createTable(['public'], { name: 't', schema }) })
}

/** A commit of one file, ready to be sent. */
function appendTo({ metadata }: LoadedTable, lake: LocalLake): Promise<PreparedSnapshot> {
  const location = `${metadata.location}/data/1.parquet`
  const file = { location, format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 4 }
  return prepareAppend({ metadata, store: lake.store, dataFiles: [{ content: 'data', ...file }] })
}

const onCommit =
  (fate: Fate): ServedCatalog['decide'] =>
  (method, path) =>
    method === 'POST' && path.endsWith('/tables/t') ? fate : 'answered'

void test('INV-L2: a commit that starts from what the table no longer is, is a conflict and changes nothing', () =>
  withCatalog(async ({ lake, client, table }) => {
    const [first, second] = [await appendTo(table, lake), await appendTo(table, lake)]
    assert.equal((await client.commitTable(ident, first)).outcome, 'committed')
    const outcome = await client.commitTable(ident, second)
    assert.equal(outcome.outcome, 'conflict')
    assert.match(outcome.outcome === 'conflict' ? outcome.message : '', /branch main was created concurrently/)
    const { metadata } = await client.loadTable(ident)
    assert.deepEqual(
      metadata.snapshots!.map((snapshot) => snapshot['snapshot-id']),
      [first.snapshotId],
    )
  }))

const lost: readonly (readonly [what: string, fate: Fate, happened: boolean])[] = [
  ['the connection is cut before the catalog hears of it', 'before', false],
  ['the connection is cut after the catalog did it', 'after', true],
  ['the connection is cut within the answer', 'within', true],
  ['no answer comes in time', 'silent', false],
  ['a proxy answers 502 with a page', { status: 502, body: '<html>Bad gateway</html>' }, false],
  ['the catalog answers 503', { status: 503, body: '{"error":{"type":"x","message":"later","code":503}}' }, false],
  ['a portal answers 200 with a page', { status: 200, body: '<html>Please sign in</html>' }, false],
  ['an answer of 200 holds no table', { status: 200, body: '{}' }, false],
]

for (const [what, fate, happened] of lost)
  void test(`INV-L2: a commit whose outcome is unknown is settled by reading the table: ${what}`, () =>
    withCatalog(async ({ lake, served, client, table }) => {
      const append = await appendTo(table, lake)
      served.decide = onCommit(fate)
      const impatient = fate === 'silent' ? connectCatalog({ uri: served.uri, timeoutMs: 100 }) : client
      assert.equal((await impatient.commitTable(ident, append)).outcome, 'unknown')
      served.decide = () => 'answered'
      const { metadata } = await client.loadTable(ident)
      assert.equal(snapshotOf(metadata, append.snapshotId) !== undefined, happened)
      // Sent again it happens once: the requirements tell.
      assert.equal((await client.commitTable(ident, append)).outcome, happened ? 'conflict' : 'committed')
      assert.equal((await client.loadTable(ident)).metadata.snapshots!.length, 1)
    }))

void test('what the catalog refuses is an error, not an unknown outcome', () =>
  withCatalog(async ({ lake, served, client, table }) => {
    const append = await appendTo(table, lake)
    await assert.rejects(client.commitTable({ ...ident, name: 'none' }, append), { code: 'WEIR-4001' })
    const wrong = { requirements: [], updates: [{ action: 'set-current-schema' as const, 'schema-id': 9 }] }
    await assert.rejects(client.commitTable(ident, wrong), { code: 'WEIR-4006', message: /There is no schema 9/ })
    served.decide = onCommit({ status: 403, body: '{"error":{"type":"x","message":"not yours","code":403}}' })
    await assert.rejects(client.commitTable(ident, append), { code: 'WEIR-4009', message: /403 .*not yours/ })
    assert.equal((await client.loadTable(ident)).metadata.snapshots?.length ?? 0, 0)
  }))

void test('a call without an answer says which, and the next one asks the configuration again', () =>
  withCatalog(async ({ served }) => {
    const late = connectCatalog({ uri: served.uri })
    served.decide = (_, path) => (path === '/v1/config' ? 'before' : 'answered')
    await assert.rejects(late.loadTable(ident), { code: 'WEIR-4009', retryable: true, message: /GET .*\/v1\/config/ })
    served.decide = (_, path) => (path.endsWith('/tables/t') ? 'within' : 'answered')
    await assert.rejects(late.loadTable(ident), { code: 'WEIR-4009', message: /did not answer GET .*\/tables\/t/ })
    served.decide = () => 'answered'
    assert.equal((await late.loadTable(ident)).metadata['format-version'], 2)
  }))

void test('names with any character find their table, and lists are read page by page', () =>
  withCatalog(async ({ client, served }) => {
    const schema = schemaOf([{ name: 'id', type: 'long' }])
    const namespace = ['a b', 'c.d/e', '%2F ü']
    for (const one of [['a b'], namespace, namespace]) await client.ensureNamespace(one)
    for (const name of ['one', 'two/three', 'ü +%20']) await client.createTable(namespace, { name, schema })
    assert.deepEqual(
      (await client.listTables(namespace)).map(({ name }) => name),
      ['one', 'two/three', 'ü +%20'],
    )
    assert.equal((await client.loadTable({ namespace, name: 'two/three' })).ident.name, 'two/three')
    assert.deepEqual(await client.listNamespaces(['a b']), [['a b', 'c.d/e']])
    const paging = connectCatalog({
      uri: served.uri,
      fetch: (url, init) =>
        fetch(url.replace(/(namespaces)$/, '$1?pageToken=').replace(/(namespaces)\?/, '$1?pageSize=1&'), init),
    })
    for (const name of ['x', 'y']) await client.ensureNamespace([name])
    assert.deepEqual(await paging.listNamespaces(), [['a b'], ['public'], ['x'], ['y']])
  }))
