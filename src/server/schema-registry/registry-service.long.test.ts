import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withHttpServer } from '../../../test/support/http-server.ts'
import { bodyOf, int, record, register } from '../../../test/support/registry-requests.ts'
import { withRegistry } from '../../../test/support/served-registry.ts'

void test('contexts have ids of their own, and are reached by name or by path', async () => {
  await withRegistry(async (registry) => {
    await register(registry, 'a', record(int('x')))
    const inside = await register(registry, ':.dev:b', record(int('y')))
    assert.equal(inside.id, 1)
    assert.deepEqual((await registry.get('/contexts')).body, ['.', '.dev'])
    assert.deepEqual((await registry.get('/subjects')).body, [':.dev:b', 'a'])
    assert.deepEqual((await registry.get('/subjects?subjectPrefix=:.dev:')).body, [':.dev:b'])
    assert.deepEqual((await registry.get('/contexts/dev/subjects')).body, [':.dev:b'])
    assert.deepEqual((await registry.get('/contexts/.dev/subjects/b/versions')).body, [1])
    const schemaOf = async (path: string) => bodyOf<{ schema: string }>(await registry.get(path)).schema
    assert.match(await schemaOf('/schemas/ids/1'), /"x"/)
    for (const path of [
      '/contexts/dev/schemas/ids/1',
      '/schemas/ids/1?subject=:.dev:b',
      '/schemas/ids/1?subject=b',
      '/schemas/ids/1?subject=:.dev:',
    ])
      assert.match(await schemaOf(path), /"y"/, path)
    // A subject that the default context has not is looked for in the others.
    assert.match(await schemaOf('/subjects/b/versions/1'), /"y"/)
    await registry.put('/config/:.dev:', { compatibility: 'NONE' })
    assert.deepEqual(bodyOf(await registry.get('/config/:.dev:b?defaultToGlobal=true')), { compatibilityLevel: 'NONE' })
    assert.deepEqual(bodyOf(await registry.get('/config/a?defaultToGlobal=true')), { compatibilityLevel: 'BACKWARD' })
  })
})

void test('another name of a subject leads to it, and lists come in pages', async () => {
  await withRegistry(async (registry) => {
    for (const name of ['a', 'b', 'c']) await register(registry, name, record(int(name)))
    await register(registry, 'a', record(int('a'), int('more', { default: 1 })))
    await registry.put('/config/also-a', { alias: 'a' })
    assert.deepEqual((await registry.get('/subjects/also-a/versions')).body, [1, 2])
    assert.deepEqual((await registry.get('/subjects?offset=1&limit=1')).body, ['b'])
    const schemas = async (query: string) =>
      bodyOf<{ subject: string; version: number; aliases?: string[] }[]>(await registry.get(`/schemas?${query}`))
    assert.deepEqual(
      (await schemas('')).map(({ subject, version }) => `${subject} ${version}`),
      ['a 1', 'a 2', 'b 1', 'c 1'],
    )
    assert.deepEqual(
      (await schemas('latestOnly=true&limit=2')).map(({ subject, version }) => `${subject} ${version}`),
      ['a 2', 'b 1'],
    )
    assert.deepEqual(
      (await schemas('subjectPrefix=a&aliases=true')).map(({ aliases }) => aliases),
      [['also-a'], ['also-a']],
    )
    await registry.delete('/subjects/b')
    assert.equal((await schemas('deleted=true')).length, 4)
    assert.equal((await schemas('')).length, 3)
  })
})

void test('many at once get one version each, without a gap', async () => {
  await withRegistry(async (registry) => {
    await registry.put('/config', { compatibility: 'NONE' })
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, at) => register(registry, 'a', record(int(`f${at % 20}`)))),
    )
    assert.deepEqual(
      [...new Set(all.map(({ id }) => id))].toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, at) => at + 1),
    )
    assert.deepEqual(
      (await registry.get('/subjects/a/versions')).body,
      Array.from({ length: 20 }, (_, at) => at + 1),
    )
  })
})

void test('it is guarded like the rest, and takes the token as a password too', async () => {
  await withHttpServer({ host: '0.0.0.0', token: 'right' }, async (app) => {
    const answer = async (headers: Record<string, string>) =>
      app.inject({ url: '/schema-registry/schemas/types', headers: { host: '10.0.0.9:4000', ...headers } })
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const refusal = await answer({})
    assert.deepEqual([refusal.statusCode, refusal.json().error_code], [401, 401])
    assert.equal((await answer(basic('anybody:wrong'))).statusCode, 401)
    assert.equal((await answer(basic('anybody:right'))).statusCode, 200)
    assert.equal((await answer({ authorization: 'Bearer right' })).statusCode, 200)
    assert.equal((await answer({ ...basic('anybody:right'), origin: 'http://evil.example' })).statusCode, 403)
    const elsewhere = await app.inject({
      url: '/api/v1/resources',
      headers: { host: '10.0.0.9:4000', ...basic('anybody:right') },
    })
    assert.equal(elsewhere.statusCode, 401)
    // Nobody is asked for before the log answers: that is an error of the store.
    const store = await app.inject({
      url: '/schema-registry/subjects',
      headers: { host: '10.0.0.9:4000', ...basic('a:right') },
    })
    assert.deepEqual([store.statusCode, store.json().error_code], [500, 50001])
  })
})

void test('no request brings it down: every answer is below 500 and has a code', async () => {
  await withRegistry(async (registry) => {
    await registry.put('/config', { compatibility: 'NONE' })
    const anything = fc.oneof(
      fc.json(),
      fc.json().map((schema) => JSON.stringify({ schema })),
      fc.json().map((schema) => JSON.stringify({ schema, schemaType: 'JSON' })),
      fc.json().map((metadata) => `{"schema": "\\"int\\"", "metadata": ${metadata}}`),
    )
    const paths = [
      '/subjects/a',
      '/subjects/a/versions',
      '/compatibility/subjects/a/versions',
      '/config',
      '/mode/b',
      '/config/:.x:',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom('POST', 'PUT'),
        anything,
        async (path, method, payload) => {
          const { statusCode, body } = await registry.app.inject({
            method: method as 'POST',
            url: `/schema-registry${path}`,
            payload,
            headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
          })
          assert.ok(statusCode < 500, `${method} ${path} ${payload}: ${statusCode} ${body}`)
          if (statusCode >= 400) assert.equal(typeof (JSON.parse(body) as { error_code: unknown }).error_code, 'number')
        },
      ),
      { numRuns: 150 },
    )
  })
})
