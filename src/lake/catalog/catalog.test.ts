import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askCatalog, bodyOf, errorOf } from '../../../test/support/ask-catalog.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'

/** `call` from behind `/v1` on, with its query. */
const ask = (lake: LocalLake, call: string, body?: unknown, headers = {}) =>
  askCatalog(lake.catalog, call, body, headers)
const schema = schemaOf([{ name: 'id', type: 'long' }])

async function withTable(run: (lake: LocalLake) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake()
  await ask(lake, 'POST /namespaces', { namespace: ['a'] })
  await ask(lake, 'POST /namespaces/a/tables', { name: 't', schema })
  await run(lake)
}

const servedEndpoints = [
  'DELETE /namespaces/{namespace}',
  'DELETE /namespaces/{namespace}/tables/{table}',
  'DELETE /namespaces/{namespace}/views/{view}',
  'GET /namespaces',
  'GET /namespaces/{namespace}',
  'GET /namespaces/{namespace}/tables',
  'GET /namespaces/{namespace}/tables/{table}',
  'GET /namespaces/{namespace}/views',
  'GET /namespaces/{namespace}/views/{view}',
  'HEAD /namespaces/{namespace}',
  'HEAD /namespaces/{namespace}/tables/{table}',
  'HEAD /namespaces/{namespace}/views/{view}',
  'POST /namespaces',
  'POST /namespaces/{namespace}/properties',
  'POST /namespaces/{namespace}/register',
  'POST /namespaces/{namespace}/register-view',
  'POST /namespaces/{namespace}/tables',
  'POST /namespaces/{namespace}/tables/{table}',
  'POST /namespaces/{namespace}/tables/{table}/metrics',
  'POST /namespaces/{namespace}/views',
  'POST /namespaces/{namespace}/views/{view}',
  'POST /tables/rename',
  'POST /transactions/commit',
  'POST /views/rename',
]

const setProperty = (key: string, value: string) => ({ action: 'set-properties', updates: { [key]: value } })

void test('every endpoint that is told to clients is served, and nothing else', () =>
  withTable(async (lake) => {
    const { endpoints } = bodyOf<{ endpoints: string[] }>(await ask(lake, 'GET /config'))
    for (const endpoint of endpoints) {
      const call = endpoint
        .replace('/v1/{prefix}', '')
        .replace('{namespace}', 'none')
        .replaceAll(/\{(table|view)\}/g, 'none')
      const { status, body } = await ask(lake, call, '{}')
      assert.ok(!body.includes('is not served'), `${endpoint}: ${status}`)
    }
    // All that a catalog of tables and views has; not served: server-side scan planning, credentials, functions.
    assert.deepEqual(endpoints.map((endpoint) => endpoint.replace('/v1/{prefix}', '')).toSorted(), servedEndpoints)
    for (const call of ['POST /namespaces/a/tables/t/plan', 'GET /namespaces/a/tables/t/credentials'])
      assert.match(errorOf(await ask(lake, call)), /^404 NotFoundException: .* is not served; GET \/v1\/config lists/)
  }))

void test('a table that has not changed is not sent again', () =>
  withTable(async (lake) => {
    const first = await ask(lake, 'GET /namespaces/a/tables/t')
    const etag = first.headers['etag']!
    const second = await ask(lake, 'GET /namespaces/a/tables/t', undefined, { 'if-none-match': etag })
    assert.deepEqual([second.status, second.body], [304, ''])
    await ask(lake, 'POST /namespaces/a/tables/t', { updates: [setProperty('k', 'v')] })
    assert.equal((await ask(lake, 'GET /namespaces/a/tables/t', undefined, { 'if-none-match': etag })).status, 200)
    assert.deepEqual((await ask(lake, 'HEAD /namespaces/a/tables/t')).status, 204)
  }))

void test('a tag is of what was asked for, is found among others, and comes with each answer that has a table', () =>
  withTable(async (lake) => {
    const path = '/namespaces/a/tables/t'
    const tagOf = async (call: string, body?: unknown) => (await ask(lake, call, body)).headers['etag']!
    const [all, refs] = [await tagOf(`GET ${path}`), await tagOf(`GET ${path}?snapshots=refs`)]
    assert.notEqual(all, refs)
    const statusWith = async (tag: string) =>
      (await ask(lake, `GET ${path}`, undefined, { 'if-none-match': tag })).status
    assert.deepEqual(
      await Promise.all([all, refs, `"other", ${all}`, all.replace('W/', ''), '"other"'].map(statusWith)),
      [304, 200, 304, 304, 200],
    )
    const committed = await tagOf(`POST ${path}`, { updates: [setProperty('k', 'v')] })
    assert.notEqual(committed, all)
    assert.equal(await tagOf(`GET ${path}`), committed)
    const made = await tagOf('POST /namespaces/a/tables', { name: 'u', schema })
    assert.equal(await tagOf('GET /namespaces/a/tables/u'), made)
    assert.match(
      errorOf(await ask(lake, `GET ${path}?snapshots=some`)),
      /^400 .*snapshots=some is neither all nor refs/,
    )
  }))

void test('a list comes whole unless the client sends a page token, and page by page when it does', () =>
  withTable(async (lake) => {
    for (const name of ['b', 'c']) await ask(lake, 'POST /namespaces', { namespace: [name] })
    const listed = async (query: string) => {
      const { namespaces, 'next-page-token': token } = bodyOf<{
        namespaces: string[][]
        'next-page-token': string | null
      }>(await ask(lake, `GET /namespaces?${query}`))
      return { names: namespaces.flat(), token }
    }
    assert.deepEqual(await listed('pageSize=2'), { names: ['a', 'b', 'c'], token: null })
    const first = await listed('pageToken=&pageSize=2')
    assert.deepEqual(first.names, ['a', 'b'])
    // What is made and dropped meanwhile moves no other name.
    await ask(lake, 'DELETE /namespaces/b')
    await ask(lake, 'POST /namespaces', { namespace: ['aa'] })
    assert.deepEqual(await listed(`pageToken=${first.token}&pageSize=2`), { names: ['c'], token: null })
    assert.deepEqual(await listed('pageToken='), { names: ['a', 'aa', 'c'], token: null })
  }))

void test('a metrics report is taken for a table that is there, and must be one', () =>
  withTable(async (lake) => {
    const report = { 'report-type': 'scan-report', 'table-name': 'a.t', 'snapshot-id': 1 }
    assert.equal((await ask(lake, 'POST /namespaces/a/tables/t/metrics', report)).status, 204)
    assert.match(errorOf(await ask(lake, 'POST /namespaces/a/tables/none/metrics', report)), /^404 NoSuchTable/)
    assert.match(errorOf(await ask(lake, 'POST /namespaces/a/tables/t/metrics', {})), /^400 .*wrong at report-type/)
  }))

void test('clients are told the settings of the project, and how namespaces are joined', async () => {
  const clientSettings = { defaults: { 'table-default.k': 'v' }, overrides: { 'namespace-separator': '.', o: 'w' } }
  await using lake = await openLocalLake({ clientSettings })
  const { defaults, overrides } = bodyOf<Record<string, unknown>>(await ask(lake, 'GET /config?warehouse=any'))
  assert.deepEqual([defaults, overrides], [{ 'table-default.k': 'v' }, { 'namespace-separator': '%1F', o: 'w' }])
})

void test('a transaction changes all of its tables or none', () =>
  withTable(async (lake) => {
    await ask(lake, 'POST /namespaces/a/tables', { name: 'u', schema })
    const change = (name: string, requirements: readonly unknown[]) => ({
      identifier: { namespace: ['a'], name },
      requirements,
      updates: [setProperty('k', name)],
    })
    const wrong = [{ type: 'assert-current-schema-id', 'current-schema-id': 7 }]
    const refused = await ask(lake, 'POST /transactions/commit', {
      'table-changes': [change('t', []), change('u', wrong)],
    })
    assert.match(errorOf(refused), /^409 CommitFailedException: Requirement failed: current schema changed/)
    const propertyOf = async (name: string) =>
      bodyOf<{ metadata: { properties: Record<string, string> } }>(await ask(lake, `GET /namespaces/a/tables/${name}`))
        .metadata.properties['k']
    assert.deepEqual([await propertyOf('t'), await propertyOf('u')], [undefined, undefined])
    const made = await ask(lake, 'POST /transactions/commit', { 'table-changes': [change('t', []), change('u', [])] })
    assert.equal(made.status, 204)
    assert.deepEqual([await propertyOf('t'), await propertyOf('u')], ['t', 'u'])
  }))

void test('a staged table is there only once it is committed, and only for one', () =>
  withTable(async (lake) => {
    const staged = await ask(lake, 'POST /namespaces/a/tables', { name: 's', schema, 'stage-create': true })
    assert.equal(staged.status, 200)
    assert.equal((await ask(lake, 'HEAD /namespaces/a/tables/s')).status, 404)
    const { metadata } = bodyOf<{ metadata: { location: string; 'table-uuid': string } }>(staged)
    const commit = {
      requirements: [{ type: 'assert-create' }],
      updates: [
        { action: 'assign-uuid', uuid: metadata['table-uuid'] },
        { action: 'upgrade-format-version', 'format-version': 2 },
        { action: 'add-schema', schema },
        { action: 'set-current-schema', 'schema-id': -1 },
        { action: 'add-spec', spec: { fields: [] } },
        { action: 'set-default-spec', 'spec-id': -1 },
        { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
        { action: 'set-default-sort-order', 'sort-order-id': -1 },
        { action: 'set-location', location: metadata.location },
      ],
    }
    assert.equal((await ask(lake, 'POST /namespaces/a/tables/s', commit)).status, 200)
    assert.match(errorOf(await ask(lake, 'POST /namespaces/a/tables/s', commit)), /^409 .*table already exists/)
  }))

void test('ids of 63 bits keep every digit, in what is sent and in what is stored', () =>
  withTable(async (lake) => {
    const id = '9007199254740993123'
    const snapshot = `{"snapshot-id":${id},"sequence-number":1,"timestamp-ms":1700000000000,"manifest-list":"file:///x.avro","summary":{"operation":"append"}}`
    const body = `{"requirements":[],"updates":[{"action":"add-snapshot","snapshot":${snapshot}},
      {"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":${id}}]}`
    const answer = await ask(lake, 'POST /namespaces/a/tables/t', body)
    assert.equal(answer.status, 200, answer.body)
    const location = bodyOf<{ 'metadata-location': string }>(answer)['metadata-location']
    for (const text of [answer.body, (await lake.store.get(location)).toString()])
      assert.match(text, new RegExp(`"current-snapshot-id":${id}\\b`))
    const stale = `{"requirements":[{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":9007199254740993124}],"updates":[]}`
    assert.match(
      errorOf(await ask(lake, 'POST /namespaces/a/tables/t', stale)),
      /9007199254740993124 != 9007199254740993123/,
    )
  }))

void test('what does not follow the protocol is refused with the place that is wrong', () =>
  withTable(async (lake) => {
    const commit = (updates: unknown) => ask(lake, 'POST /namespaces/a/tables/t', { updates })
    const refusals: readonly (readonly [Awaited<ReturnType<typeof ask>>, RegExp])[] = [
      [await ask(lake, 'POST /namespaces', 'not json'), /^400 BadRequestException: The body is not JSON/],
      [
        await ask(lake, 'POST /namespaces', { namespace: [] }),
        /^400 BadRequestException: The body is wrong at namespace/,
      ],
      [await commit([{ action: 'explode' }]), /^400 .*the update explode is not served/],
      [await commit([{ action: 'set-properties', updates: { k: 1 } }]), /^400 .*wrong at updates\.0\.updates\.k/],
      [await commit([{ action: 'upgrade-format-version', 'format-version': 1 }]), /^400 .*cannot be downgraded to 1/],
      [await ask(lake, 'GET /namespaces?pageSize=0'), /^400 .*pageSize 0 is not a number above 0/],
      [await ask(lake, 'GET /namespaces/none'), /^404 NoSuchNamespaceException: Namespace does not exist: none/],
      [await ask(lake, 'GET /namespaces/a/tables/none'), /^404 NoSuchTableException: Table does not exist: a\.none/],
      [await ask(lake, 'DELETE /namespaces/a'), /^409 NamespaceNotEmptyException: Namespace a is not empty/],
      [await ask(lake, 'GET /namespaces/%zz'), /^400 .*%zz is not percent-encoded/],
      [
        await ask(lake, 'POST /namespaces/a/properties', { updates: { k: 'v' }, removals: ['k'] }),
        /^422 UnprocessableEntityException: The keys k are both set and removed/,
      ],
    ]
    for (const [answer, message] of refusals) assert.match(errorOf(answer), message)
  }))

void test('a table whose file has gone is told to be broken, not what memory still holds', () =>
  withTable(async (lake) => {
    const { 'metadata-location': location } = bodyOf<{ 'metadata-location': string }>(
      await ask(lake, 'GET /namespaces/a/tables/t'),
    )
    await lake.store.remove(location)
    assert.match(
      errorOf(await ask(lake, 'GET /namespaces/a/tables/t')),
      /^404 NotFoundException: Failed to open input stream/,
    )
  }))
