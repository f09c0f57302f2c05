import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { serveCatalog } from '../../../test/support/served-catalog.ts'
import { connectCatalog } from '../client/connect-catalog.ts'
import { prepareAppend } from '../commit/prepare-append.ts'
import { schemaOf } from '../types/schema.ts'
import { changedTables } from './changed-tables.ts'
import { relayCatalog } from './relay-catalog.ts'

const ident = { namespace: ['public'], name: 't' }
const schema = schemaOf([{ name: 'id', type: 'long' }])

void suite('a catalog of somebody else under our address', () => {
  void test('answers as it answers itself, and says which tables were changed', async () => {
    await using lake = await openLocalLake()
    await using far = await serveCatalog(lake.catalog)
    const changed: string[] = []
    const relay = relayCatalog({
      uri: `${far.uri}/`,
      onChanged: (request) => changed.push(...changedTables(request).map(({ name }) => name)),
    })
    await using near = await serveCatalog(relay)
    const client = connectCatalog({ uri: near.uri })
    await client.ensureNamespace(['public'])
    const { metadata } = await client.createTable(['public'], { name: 't', schema })
    const append = await prepareAppend({ metadata, store: lake.store, dataFiles: [] })
    assert.equal((await client.commitTable(ident, append)).outcome, 'committed')
    assert.equal((await client.commitTable(ident, append)).outcome, 'conflict')
    await assert.rejects(client.loadTable({ ...ident, name: 'none' }), { code: 'WEIR-4001' })
    assert.deepEqual(await client.loadTable(ident), await connectCatalog({ uri: far.uri }).loadTable(ident))
    await client.dropTable(ident)
    assert.deepEqual(changed, ['t', 't', 't'])
  })

  void test('that does not answer leaves the outcome of a commit unknown, and the table is looked at again', async () => {
    await using lake = await openLocalLake()
    await using far = await serveCatalog(lake.catalog)
    const changed: string[] = []
    const relay = relayCatalog({ uri: far.uri, onChanged: () => changed.push('!') })
    await using near = await serveCatalog(relay)
    const client = connectCatalog({ uri: near.uri })
    await client.ensureNamespace(['public'])
    const { metadata } = await client.createTable(['public'], { name: 't', schema })
    const append = await prepareAppend({ metadata, store: lake.store, dataFiles: [] })
    for (const fate of ['before', 'after', 'within'] as const) {
      changed.length = 0
      far.decide = (method) => (method === 'POST' ? fate : 'answered')
      assert.equal((await client.commitTable(ident, append)).outcome, 'unknown', fate)
      assert.deepEqual(changed, ['!'])
    }
    far.decide = () => 'answered'
    assert.equal((await client.loadTable(ident)).metadata.snapshots?.length, 1)
  })

  void test('is asked for the warehouse, with its own token and not with that of our clients', async () => {
    const asked: { url: string; authorization: string | undefined }[] = []
    await using far = await serveCatalog({
      handle: async ({ path, query, headers }) => {
        asked.push({ url: `${path}?${new URLSearchParams(query).toString()}`, authorization: headers['authorization'] })
        return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
      },
    })
    const relay = relayCatalog({ uri: far.uri, warehouse: 'prod', token: 'theirs', onChanged: () => undefined })
    const request = {
      method: 'GET',
      path: '/v1/config',
      query: { warehouse: 'x' },
      headers: { authorization: 'Bearer ours' },
      body: '',
    }
    assert.equal((await relay.handle(request)).status, 200)
    assert.deepEqual(asked, [{ url: '/v1/config?warehouse=prod', authorization: 'Bearer theirs' }])
  })
})

void suite('tables that a request changes', () => {
  const cases: readonly (readonly [path: string, body: unknown, names: readonly string[]])[] = [
    ['/v1/namespaces/public/tables', { name: 'a' }, ['a']],
    ['/v1/prod/eu/namespaces/public/tables/a%20b', {}, ['a b']],
    ['/v1/namespaces/public/register', { name: 'a' }, ['a']],
    [
      '/v1/tables/rename',
      { source: { namespace: ['public'], name: 'a' }, destination: { namespace: ['public'], name: 'b' } },
      ['a', 'b'],
    ],
    ['/v1/transactions/commit', { 'table-changes': [{ identifier: { namespace: ['public'], name: 'a' } }] }, ['a']],
    ['/v1/transactions/commit', { 'table-changes': [{ identifier: { namespace: ['x', 'y'], name: 'a' } }] }, []],
    ['/v1/namespaces/public/views', { name: 'a' }, []],
    ['/v1/namespaces', { namespace: ['public'] }, []],
  ]
  for (const [path, body, names] of cases)
    void test(`${path} changes ${names.join(' and ') || 'none'}`, () =>
      assert.deepEqual(
        changedTables({ path, body: JSON.stringify(body) }).map(({ name }) => name),
        names,
      ))
})
