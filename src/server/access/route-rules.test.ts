import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withHttpServer } from '../../../test/support/http-server.ts'
import { decide } from '../../access/decide.ts'
import type { Policy } from '../../access/policy.ts'
import type { Identity } from '../../platform/access/identities.ts'
import { accessOf } from '../../platform/access/access-of.ts'
import { defaultLimits } from '../http-limits.ts'
import { routeRules } from './route-rules.ts'

const ana: Identity = { name: 'ana', password: 'secret', principal: { kind: 'user', name: 'ana', groups: [] } }
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
const closed: Policy = {
  name: 'closed',
  principals: ['user:bo'],
  allow: ['table:read'],
  deny: [],
  on: [{ namespace: ['public'], name: 'orders', isPrefix: false }],
  mask: [],
}
const withUsers = (policies: readonly Policy[]) => ({
  token: 'the-token',
  limits: { ...defaultLimits, failedLoginMs: 1 },
  access: {
    identities: new Map([['ana', ana]]),
    accessOf: async (principal: Parameters<typeof accessOf>[1]) => accessOf(policies, principal),
  },
})

/** `GET /api/v1/kinds`, from the tree that fastify prints; without what ends in `*`. */
function routesIn(tree: string): readonly string[] {
  const parents: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^([│ ]*)[├└]── (\S*) \(([A-Z, ]+)\)$/.exec(line) ?? []
    if (indent === undefined || part === undefined || methods === undefined) return []
    const depth = indent.length / 4
    const path = (parents[depth - 1] ?? '') + part
    parents.splice(depth, parents.length, path)
    const own = methods.split(', ').filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
    return path.endsWith('*') ? [] : own.map((method) => `${method} ${path}`)
  })
}

void suite('rules of routes', () => {
  void test('every route that there is has a rule, and every rule a route', () =>
    withHttpServer({}, async (app) => {
      await app.ready()
      const served = routesIn(app.printRoutes({ commonPrefix: false })).filter(
        (route) => !route.includes(' /schema-registry'),
      )
      assert.ok(served.length > 50, `${served.length} routes`)
      assert.deepEqual(
        served.filter((route) => !routeRules.has(route)),
        [],
        'routes without a rule: decide who may, in route-rules.ts',
      )
      assert.deepEqual(
        [...routeRules.keys()].filter((route) => !route.includes('*') && route !== 'GET /' && !served.includes(route)),
        [],
        'rules without a route',
      )
    }))

  void test('a user who is no administrator gets what its rule says, and 403 from all else', () =>
    withHttpServer(withUsers([closed]), async (app) => {
      for (const [route, rule] of [...routeRules, ['GET /schema-registry/subjects', 'administrator'] as const]) {
        const [method, path] = route.split(' ') as ['GET', string]
        if (path.includes('*')) continue
        const url = path.replace(':kind', 'stream').replaceAll(/:\w+/g, 'x')
        const { statusCode, body } = await app.inject({ method, url, headers: basic('ana:secret'), payload: {} })
        const isRefused = statusCode === 403 && body.includes('is for administrators, and you are the user')
        const mustBe = rule === 'administrator' || rule.endsWith('of the relation')
        assert.equal(isRefused, mustBe, `${route}: ${statusCode} ${body.slice(0, 200)}`)
      }
    }))

  void test('a name and a password are one: what is wrong is 401, never an administrator', () =>
    withHttpServer({ ...withUsers([]), token: undefined as never }, async (app) => {
      const url = '/api/v1/resources'
      for (const text of ['ana:wrong', 'ana:', 'nobody:secret', ':secret', 'ana:secret '])
        assert.equal((await app.inject({ url, headers: basic(text) })).statusCode, 401, text)
      for (const token of ['wut.YW5h.wct.1.x.y', 'wut.Ym8.wct.1.x.y'])
        assert.equal((await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode, 401, token)
      assert.equal((await app.inject({ url, headers: basic('ana:secret') })).statusCode, 200)
      const registry = await app.inject({ url: '/schema-registry/subjects', headers: basic('ana:secret') })
      assert.equal(registry.statusCode, 403)
    }))

  void test('a token of a user is that user, in the API too, until it expires', async () => {
    let now = 1_700_000_000_000
    await withHttpServer({ ...withUsers([closed]), clock: { now: () => now } as never }, async (app) => {
      const ask = async (form: Record<string, string>, headers = {}) =>
        app.inject({
          method: 'POST',
          url: '/iceberg/v1/oauth/tokens',
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
          payload: new URLSearchParams(form).toString(),
        })
      const credentials = (name: string, secret: string) =>
        ask({ grant_type: 'client_credentials', client_id: name, client_secret: secret })
      assert.equal(
        (await credentials('ana', 'the-token')).statusCode,
        401,
        'the token of the server is not her password',
      )
      assert.equal((await credentials('ana', 'wrong')).statusCode, 401)
      assert.equal((await credentials('other', 'secret')).statusCode, 401)
      assert.equal((await ask({ grant_type: 'client_credentials' }, basic('ana:secret'))).statusCode, 200)
      const given = String((await credentials('ana', 'secret')).json().access_token)
      const get = async (url: string, bearer: string) =>
        (await app.inject({ url, headers: { authorization: `Bearer ${bearer}` } })).statusCode
      assert.equal(await get('/iceberg/v1/config', given), 200)
      assert.equal(await get('/api/v1/resources', given), 200)
      assert.equal(await get('/api/v1/audit', given), 403)
      assert.equal(await get('/api/v1/audit', 'the-token'), 200)
      const forged = given.replace(/^wut\.[\w-]+/, `wut.${Buffer.from('root').toString('base64url')}`)
      assert.equal(await get('/api/v1/resources', forged), 401)
      assert.equal(await get('/api/v1/resources', `${given.slice(0, -1)}_`), 401)
      const renewed = await ask({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: given })
      assert.match(String(renewed.json().access_token), /^wut\./)
      now += 3_600_001
      assert.equal(await get('/iceberg/v1/config', given), 419)
      assert.equal(await get('/api/v1/resources', given), 401)
      const late = await ask({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: given })
      assert.equal(late.statusCode, 400)
    })
  })

  void test('what the API says of a table is what the decision says', () =>
    withHttpServer(withUsers([closed]), async (app) => {
      const put = await app.inject({
        method: 'PUT',
        url: '/api/v1/resources/table/orders',
        headers: { authorization: 'Bearer the-token' },
        payload: { spec: { columns: { id: 'long' } } },
      })
      assert.equal(put.statusCode, 200, put.body)
      const target = { namespace: ['public'], name: 'orders' }
      assert.equal(decide([closed], ana.principal, 'table:read', target).allowed, false)
      for (const url of [
        '/api/v1/resources/table/orders',
        '/api/v1/resources/tables/orders',
        '/api/v1/tables/orders/files',
      ]) {
        const { statusCode, body } = await app.inject({ url, headers: basic('ana:secret') })
        assert.equal(statusCode, 403, url)
        assert.match(body, /user \\"ana\\" lacks table:read on public\.orders: policy \\"closed\\" names it/)
      }
      const list = async (headers: object) =>
        (await app.inject({ url: '/api/v1/resources', headers: headers as never })).json().items.length
      assert.equal(await list(basic('ana:secret')), 0)
      assert.equal(await list({ authorization: 'Bearer the-token' }), 1)
    }))

  void test('who guesses passwords waits longer each time, and few of an address wait at once; who knows one does not wait', () =>
    withHttpServer({ ...withUsers([]), limits: { ...defaultLimits, failedLoginMs: 20 } }, async (app) => {
      const url = '/api/v1/resources'
      const guess = async () => {
        const started = performance.now()
        const { statusCode } = await app.inject({ url, headers: basic('ana:guess') })
        return { statusCode, ms: performance.now() - started }
      }
      const [first] = [await guess(), await guess(), await guess()]
      assert.equal(first.statusCode, 401)
      assert.ok((await guess()).ms >= 8 * 20 * 0.9)
      const crowd = Promise.all(Array.from({ length: 30 }, guess))
      const statuses = (await crowd).map(({ statusCode }) => statusCode)
      assert.equal(statuses.filter((status) => status === 401).length, 10)
      assert.equal(statuses.filter((status) => status === 503).length, 20)
      assert.equal((await app.inject({ url, headers: basic('ana:secret') })).statusCode, 200)
    }))
})
