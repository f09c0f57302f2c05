import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bodyOf, errorOf } from '../../../../test/support/ask-catalog.ts'
import { openLocalLake } from '../../../../test/support/local-lake.ts'
import type { Catalog, CatalogRequest } from '../catalog.ts'
import { accessRules } from './access-rules.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { guardCatalog } from './guard-catalog.ts'

/** Everything in the namespace `closed` is refused. */
const access: CatalogAccess = {
  refusal: (action, { namespace, name }) =>
    namespace[0] === 'closed' ? `no ${action} of ${namespace.join('.')}.${name ?? '*'}` : undefined,
  sees: ({ namespace }) => namespace[0] !== 'closed',
}

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }

const request = (method: string, path: string, body?: unknown): CatalogRequest => ({
  method,
  path: `/v1/${path}`,
  query: {},
  headers: { 'x-iceberg-access-delegation': 'vended-credentials' },
  body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
  access,
})

/** None of these commits names files. */
const noFiles = { get: () => assert.fail('a file was read'), size: () => assert.fail('a file was asked for') }

/** Served where the tables lie in a bucket. */
const ofBuckets = 'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/sign'

void suite('the guard of the catalog', () => {
  void test('each route that is served has a rule, and each rule a route', async () => {
    await using lake = await openLocalLake()
    const { endpoints } = bodyOf<{ endpoints: string[] }>(await lake.catalog.handle(request('GET', 'config')))
    const ruled = accessRules.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(
      [...endpoints, 'GET /v1/config', ofBuckets].toSorted(),
      ruled.toSorted(),
      'decide who may, in access-rules.ts',
    )
  })

  void test('what is closed is refused by every route that names it, and reaches nobody; what no rule is about likewise', async () => {
    const reached: string[] = []
    const inner: Catalog = {
      handle: async ({ method, path }) => (reached.push(`${method} ${path}`), { status: 200, headers: {}, body: '{}' }),
    }
    const guarded = guardCatalog(inner, { files: noFiles })
    const ident = { namespace: ['closed'], name: 't' }
    const bodies: Readonly<Record<string, unknown>> = {
      namespaces: { namespace: ['closed'] },
      'namespaces/closed/properties': { updates: { a: 'b' } },
      'namespaces/closed/tables': { name: 't', schema },
      'namespaces/closed/tables/t': { requirements: [], updates: [] },
      'namespaces/closed/tables/t/metrics': { 'report-type': 'r', 'table-name': 't' },
      'namespaces/closed/tables/t/sign': { region: 'r', uri: 'http://s3/b/k', method: 'GET', headers: {} },
      'namespaces/closed/register': { name: 't', 'metadata-location': 'x' },
      'tables/rename': { source: { namespace: ['open'], name: 't' }, destination: ident },
      'views/rename': { source: ident, destination: { namespace: ['open'], name: 't' } },
      'transactions/commit': { 'table-changes': [{ identifier: ident, requirements: [], updates: [] }] },
      'namespaces/closed/views': {
        name: 'v',
        schema,
        'view-version': {
          'version-id': 1,
          'schema-id': 0,
          'timestamp-ms': 1,
          representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
          'default-namespace': ['a'],
        },
      },
      'namespaces/closed/views/v': { updates: [] },
      'namespaces/closed/register-view': { name: 'v', 'metadata-location': 'x' },
    }
    let refused = 0
    for (const { method, path, lists } of accessRules) {
      if (lists || path === '/v1/config' || (method !== 'POST' && method !== 'DELETE' && /namespaces?}?$/.test(path)))
        continue
      const real = path
        .replace('/v1/', '')
        .replace('{prefix}/', '')
        .replace('{namespace}', 'closed')
        .replace('{table}', 't')
        .replace('{view}', 'v')
      const answer = await guarded.handle(request(method, real, method === 'POST' ? bodies[real] : undefined))
      assert.equal(answer.status, 403, `${method} ${real}: ${answer.body}`)
      assert.match(errorOf(answer), /^403 ForbiddenException: .*\(WEIR-7015\)$/)
      refused++
      // Another catalog has a prefix.
      const far = await guarded.handle(request(method, `prod/${real}`, method === 'POST' ? bodies[real] : undefined))
      assert.equal(far.status, 403, `${method} prod/${real}: ${far.body}`)
    }
    assert.equal(refused, 20)
    for (const [method, path] of [
      ['GET', 'namespaces/open/tables/t/plan'],
      ['GET', 'namespaces/open/tables/t/credentials'],
      ['PATCH', 'namespaces/open'],
      ['POST', 'oauth/tokens'],
      ['GET', 'a/b/namespaces/closed/tables/t'],
    ] as const)
      assert.equal((await guarded.handle(request(method, path))).status, 403, path)
    for (const path of [
      'namespaces/open/tables/%2e%2e',
      'namespaces/open/tables/../../closed/tables/t',
      'namespaces/./tables',
    ])
      assert.equal((await guarded.handle(request('GET', path))).status, 400, path)
    assert.deepEqual(reached, [])
  })

  void test('the body that is passed on is the one that was decided about, and keys of the storage are not asked for', async () => {
    let seen: CatalogRequest | undefined
    const inner: Catalog = {
      handle: async (given) => ((seen = given), { status: 200, headers: {}, body: '{}' }),
    }
    const twice = `{"source":{"namespace":["closed"],"name":"t"},"source":{"namespace":["open"],"name":"t"},"destination":{"namespace":["open"],"name":"u"}}`
    const answer = await guardCatalog(inner, { files: noFiles }).handle(request('POST', 'tables/rename', twice))
    assert.equal(answer.status, 200)
    assert.equal(seen!.body.match(/closed/), null)
    assert.equal(seen!.headers['x-iceberg-access-delegation'], undefined)
    const ids = `{"report-type":"r","table-name":"t","snapshot-id":9007199254740993123}`
    await guardCatalog(inner, { files: noFiles }).handle(request('POST', 'namespaces/open/tables/t/metrics', ids))
    assert.match(seen!.body, /9007199254740993123/)
    const { access: _, ...administrator } = request('GET', 'namespaces/closed/tables/t')
    assert.equal((await guardCatalog(inner, { files: noFiles }).handle(administrator)).status, 200)
    assert.equal(seen!.headers['x-iceberg-access-delegation'], 'vended-credentials')
  })

  void test('a list leaves out what must not be known, page by page', async () => {
    const names = (body: string) =>
      (JSON.parse(body) as { identifiers: { name: string }[] }).identifiers.map(({ name }) => name)
    const body = JSON.stringify({
      identifiers: [
        { namespace: ['open'], name: 'a' },
        { namespace: ['closed'], name: 'b' },
      ],
      'next-page-token': 'x',
    })
    const inner: Catalog = { handle: async () => ({ status: 200, headers: {}, body }) }
    const answer = await guardCatalog(inner, { files: noFiles }).handle(request('GET', 'namespaces/open/tables'))
    assert.deepEqual(names(answer.body), ['a'])
    assert.match(answer.body, /"next-page-token":"x"/)
  })
})
