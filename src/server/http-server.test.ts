import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { withHttpServer as withServer } from '../../test/support/http-server.ts'

const resources = '/api/v1/resources'

void test('a resource is created, read, changed by version, listed and deleted', async () => {
  await withServer({}, async (app) => {
    const body = { kind: 'stream', name: 'orders', spec: { partitions: 2 }, tags: { team: 'shop' } }
    const created = await app.inject({ method: 'POST', url: resources, payload: body })
    assert.deepEqual([created.statusCode, created.headers['etag']], [201, '"1"'])
    assert.equal((await app.inject({ method: 'POST', url: resources, payload: body })).statusCode, 409)
    const change = {
      method: 'PUT',
      url: `${resources}/stream/orders`,
      payload: { spec: { partitions: 2, retention: '365 days' } },
    } as const
    const stale = await app.inject({ ...change, headers: { 'if-match': '"9"' } })
    assert.deepEqual([stale.statusCode, stale.json().error.code], [409, 'WEIR-7002'])
    const changed = await app.inject({ ...change, headers: { 'if-match': '"1"' } })
    assert.deepEqual([changed.statusCode, changed.json().version, changed.json().spec.retention], [200, 2, '365 days'])
    const tagged = await app.inject(`${resources}?kind=stream&prefix=ord&tag=team=shop`)
    assert.deepEqual(tagged.json(), { items: [], next: null })
    assert.equal((await app.inject(`${resources}?prefix=ord`)).json().items[0].name, 'orders')
    const refused = await app.inject({ method: 'DELETE', url: `${resources}/stream/orders` })
    assert.deepEqual([refused.statusCode, refused.json().error.code], [409, 'WEIR-7004'])
    const allowed = await app.inject({ method: 'DELETE', url: `${resources}/stream/orders?allowDestructive=true` })
    assert.equal(allowed.statusCode, 202)
    const missing = await app.inject(`${resources}/stream/ordrs`)
    assert.equal(missing.statusCode, 404)
    assert.match(missing.json().error.remedy, /weir get/)
  })
})

void test('a wrong option is answered with the nearest, a wrong request with what is wrong', async () => {
  await withServer({}, async (app) => {
    const body = { kind: 'stream', name: 's', spec: { partitons: 2 } }
    const answer = await app.inject({ method: 'POST', url: resources, payload: body })
    assert.deepEqual([answer.statusCode, answer.json().error.code], [400, 'WEIR-1004'])
    assert.match(answer.json().error.message, /Did you mean partitions/)
    const query = await app.inject(`${resources}?prefx=a`)
    assert.deepEqual([query.statusCode, query.json().error.code], [400, 'WEIR-7007'])
    const form = await app.inject({
      method: 'POST',
      url: '/api/v1/sql',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: '{"sql":"select 1"}',
    })
    assert.deepEqual([form.statusCode, form.json().error.code], [400, 'WEIR-7007'])
    assert.match(
      form.json().error.message,
      /is said to be application\/x-www-form-urlencoded\. Send JSON, with the header/,
    )
    const nothing = await app.inject('/api/v1/nothing')
    assert.deepEqual([nothing.statusCode, nothing.json().error.code], [404, 'WEIR-7010'])
    const large = await app.inject({
      method: 'POST',
      url: '/api/v1/sql',
      headers: { 'content-type': 'application/json' },
      payload: `{"sql":"${'x'.repeat(17_000_000)}"}`,
    })
    assert.deepEqual([large.statusCode, large.json().error.code], [413, 'WEIR-7011'])
  })
})

void test('foreign hosts and origins are refused, one page of this server is not', async () => {
  await withServer({}, async (app) => {
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await app.inject({ url: resources, headers })).statusCode
    assert.equal(await status({ host: 'evil.example:4000' }), 403)
    assert.equal(await status({ host: '127.0.0.1.evil.example' }), 403)
    assert.equal(await status({ host: '127.0.0.1:4000' }), 200)
    assert.equal(await status({ host: '[::1]:4000' }), 200)
    assert.equal(await status({ host: 'localhost:4000', origin: 'http://localhost:4000' }), 200)
    assert.equal(await status({ host: 'localhost:4000', origin: 'http://localhost:3000' }), 403)
    assert.equal(await status({ host: 'localhost:4000', origin: 'null' }), 403)
    assert.equal(
      await status({ host: 'localhost:4000', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
      403,
    )
    const form = await app.inject({
      method: 'POST',
      url: '/api/v1/sql',
      headers: { 'content-type': 'text/plain' },
      payload: '{"sql":"select 1"}',
    })
    assert.equal(form.statusCode, 400)
    assert.equal(
      (await app.inject({ url: '/iceberg/v1/config', headers: { origin: 'http://evil.example' } })).statusCode,
      403,
    )
  })
})

void test('beyond loopback a token is needed, and asked for everywhere but by probes and where one signs in', async () => {
  await assert.rejects(
    withServer({ host: '0.0.0.0' }, async () => undefined),
    { code: 'WEIR-2008' },
  )
  await withServer({ host: '0.0.0.0', token: 'right' }, async (app) => {
    const status = async (url: string, headers = {}): Promise<number> =>
      (await app.inject({ url, headers: { host: '10.0.0.9:4000', ...headers } })).statusCode
    assert.equal(await status(resources), 401)
    assert.equal(await status('/iceberg/v1/config'), 401)
    assert.equal(await status('/'), 200)
    for (const url of ['/openapi.json', '/metrics', '/api/v1/nothing', '/api/v1/session', '/iceberg/x'])
      assert.equal(await status(url), 401, url)
    assert.equal(await status('/health'), 200)
    assert.equal(await status(resources, { authorization: 'Bearer wrong' }), 401)
    assert.equal(await status(resources, { authorization: 'Bearer right' }), 200)
    assert.equal(await status(resources, { authorization: 'Bearer right', host: 'evil.example' }), 403)
    const opened = await app.inject({ url: '/?token=right', headers: { host: '10.0.0.9:4000' } })
    assert.equal(opened.statusCode, 303)
    assert.equal(await status(resources, { cookie: String(opened.headers['set-cookie']).split(';')[0]! }), 200)
  })
})

void test('SQL comes as JSON with a limit, or line by line', async () => {
  await withServer({}, async (app) => {
    const payload = { sql: 'select', limit: 2 }
    const json = (await app.inject({ method: 'POST', url: '/api/v1/sql', payload })).json()
    assert.deepEqual([json.columns, json.rows, json.truncated], [[{ name: 'n', type: 'int8' }], [['1'], ['2']], true])
    const lines = await app.inject({
      method: 'POST',
      url: '/api/v1/sql',
      payload,
      headers: { accept: 'application/x-ndjson' },
    })
    assert.deepEqual(lines.body.trim().split('\n').slice(1), ['["1"]', '["2"]', '["9007199254740993"]'])
  })
})

void test('a verification is a job that ends with its proof', async () => {
  await withServer({}, async (app) => {
    assert.equal(
      (await app.inject({ method: 'POST', url: '/api/v1/verify', payload: { deliveries: ['none'] } })).statusCode,
      404,
    )
    const started = await app.inject({ method: 'POST', url: '/api/v1/verify', payload: {} })
    assert.equal(started.statusCode, 202)
    const events = await app.inject(`/api/v1/verify/${started.json().id}/events`)
    assert.match(events.body, /event: verify\ndata: \{.*"state":"done"/)
    assert.equal((await app.inject('/api/v1/verify/none')).statusCode, 404)
  })
})

void test('changes of resources reach those who listen', async () => {
  await withServer({}, async (app) => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as { port: number }
    const heard = new Promise<string>((resolve, reject) => {
      const call = request({ port, path: '/api/v1/events' }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (!text.includes('event: resource')) return
          call.destroy()
          resolve(text)
        })
        response.once(
          'data',
          () => void app.inject({ method: 'POST', url: resources, payload: { kind: 'stream', name: 's', spec: {} } }),
        )
        response.on('error', () => undefined)
      })
      call.on('error', reject).end()
    })
    assert.match(await heard, /"kind":"stream","name":"s","state":"Creating"/)
  })
})

void test('the API describes every kind, and serves the catalog its bytes', async () => {
  await withServer({}, async (app) => {
    const api = (await app.inject('/openapi.json')).json()
    assert.ok(api.paths['/api/v1/resources/{kind}/{name}'].put)
    assert.deepEqual(
      Object.keys(api.components.schemas)
        .filter((name) => name.endsWith('Spec'))
        .toSorted(),
      ['crawlerSpec', 'deliverySpec', 'policySpec', 'secretSpec', 'streamSpec', 'tableSpec', 'viewSpec'],
    )
    const answer = await app.inject({
      method: 'POST',
      url: '/iceberg/v1/namespaces/a%1Fb/tables?pageSize=2',
      headers: { 'content-type': 'application/json' },
      payload: '{"id": 9007199254740993}',
    })
    assert.deepEqual(answer.json(), {
      method: 'POST',
      path: '/v1/namespaces/a%1Fb/tables',
      query: { pageSize: '2' },
      body: '{"id": 9007199254740993}',
    })
    assert.equal((await app.inject({ url: '/streams/orders', headers: { accept: 'text/html' } })).statusCode, 200)
  })
})

void test('no request brings it down: every answer is below 500 and says what is wrong', async () => {
  await withServer({}, async (app) => {
    const paths = [
      resources,
      `${resources}/stream/a`,
      '/api/v1/plan',
      '/api/v1/apply',
      '/api/v1/verify',
      '/api/v1/dead-letters/replay',
      '/api/v1/sql',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom('POST', 'PUT'),
        fc.json(),
        async (url, method, payload) => {
          const { statusCode, body } = await app.inject({
            method: method as 'POST',
            url,
            payload,
            headers: { 'content-type': 'application/json' },
          })
          assert.ok(statusCode < 500, `${method} ${url} ${payload}: ${statusCode} ${body}`)
          if (statusCode >= 400) assert.match(body, /"code":"WEIR-\d{4}"/)
        },
      ),
      { numRuns: 200 },
    )
  })
})
