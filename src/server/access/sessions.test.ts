import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { suite, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Readable } from 'node:stream'
import { withHttpServer } from '../../../test/support/http-server.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Identity } from '../../platform/access/identities.ts'
import { defaultLimits } from '../http-limits.ts'
import { sessionLimits, sessions } from './sessions.ts'

const ana: Identity = { name: 'ana', password: 'ana-secret', principal: { kind: 'user', name: 'ana', groups: ['a'] } }
const root: Identity = {
  name: 'root',
  password: 'root-secret',
  principal: { kind: 'administrator', name: 'root' },
}
const who = (name: string) => ({ name, principal: ana.principal })

void suite('sessions', () => {
  void test('end after a while without use, and at last whatever is done', () => {
    let now = 0
    const open = sessions(() => now)
    const [idle, used] = [open.open(who('ana')), open.open(who('ana'))]
    now += sessionLimits.idleMs - 1
    assert.equal(open.of(used)?.name, 'ana')
    now += 1
    assert.equal(open.of(idle), undefined)
    while (now < sessionLimits.lifetimeMs) {
      assert.equal(open.of(used)?.name, 'ana')
      now += sessionLimits.idleMs / 2
    }
    assert.equal(open.of(used), undefined)
  })

  void test('are so many of one user, and so many in all: the oldest goes', () => {
    const open = sessions(() => 0, { ...sessionLimits, perUserMax: 2, allMax: 3 })
    const [first, second, third] = ['ana', 'ana', 'ana'].map((name) => open.open(who(name)))
    assert.deepEqual(
      [first, second, third].map((id) => open.of(id!) !== undefined),
      [false, true, true],
    )
    open.open(who('bo'))
    open.open(who('eve'))
    assert.equal(open.of(second!), undefined)
    assert.ok(open.of(third!))
  })

  void test('none is that of somebody who makes up an id', () => {
    const open = sessions(() => 0)
    const id = open.open(who('ana'))
    for (const other of ['', 'x', id.slice(0, -1), `${id}x`]) assert.equal(open.of(other), undefined)
    open.close(id)
    assert.equal(open.of(id), undefined)
  })
})

interface Browser {
  readonly ask: (
    method: string,
    url: string,
    body?: object | string,
    headers?: object,
  ) => Promise<{ status: number; body: string; cookies: readonly string[] }>
  /** A stream of events, once it has begun. */
  readonly follow: (url: string, headers?: object) => Promise<Readable>
  readonly passMs: (ms: number) => void
}

/** A browser that keeps its cookie, on a Weir with ana and root. */
async function browse(token: string | undefined, run: (browser: Browser) => Promise<void>): Promise<void> {
  let now = 1_700_000_000_000
  const options = {
    ...(token === undefined ? {} : { token }),
    clock: { ...systemClock, now: () => now },
    limits: { ...defaultLimits, failedLoginMs: 1 },
    access: { identities: new Map([ana, root].map((each) => [each.name, each])), accessOf: async () => undefined },
  }
  await withHttpServer(options, async (app: FastifyInstance) => {
    const jar = new Map<string, string>()
    const cookies = (): object =>
      jar.size === 0 ? {} : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
    await run({
      passMs: (ms) => (now += ms),
      ask: async (method, url, body, headers = {}) => {
        const answer = await app.inject({
          method: method as 'GET',
          url,
          headers: { host: '127.0.0.1:4000', ...cookies(), ...headers },
          ...(body === undefined ? {} : { payload: body }),
        })
        const set = [answer.headers['set-cookie'] ?? []].flat()
        for (const text of set) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
          if (text.includes('Max-Age=0')) jar.delete(name)
          else jar.set(name, value)
        }
        return { status: answer.statusCode, body: answer.body, cookies: set }
      },
      follow: async (url, headers = {}) => {
        const given: OutgoingHttpHeaders = { host: '127.0.0.1:4000', ...cookies(), ...headers }
        if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
        const { port } = app.server.address() as { port: number }
        const [answer] = (await once(get({ port, path: url, headers: given }), 'response')) as [IncomingMessage]
        assert.equal(answer.statusCode, 200)
        return answer
      },
    })
  })
}

const session = '/api/v1/session'
const kinds = '/api/v1/kinds'

void suite('signing in at the console', { timeout: 60_000 }, () => {
  void test('gives a cookie that no script reads and no other site sends, until one signs out', () =>
    browse('the-token', async ({ ask }) => {
      assert.equal((await ask('GET', session)).status, 401)
      const entered = await ask('POST', session, { name: 'ana', password: 'ana-secret' })
      assert.equal(entered.status, 204)
      assert.match(entered.cookies[0]!, /^weir_session_4000=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
      const expected = { name: 'ana', administrator: false, groups: ['a'], signedIn: true, hasUsers: true }
      assert.deepEqual(JSON.parse((await ask('GET', session)).body), expected)
      assert.equal((await ask('GET', kinds)).status, 200)
      assert.equal((await ask('GET', '/api/v1/status')).status, 403)
      assert.equal((await ask('GET', '/iceberg/v1/config')).status, 401)
      assert.equal((await ask('DELETE', session)).status, 204)
      assert.equal((await ask('GET', kinds)).status, 401)
    }))

  void test('as an administrator: one of the users, or weir with the token', () =>
    browse('the-token', async ({ ask }) => {
      for (const [name, password] of [
        ['root', 'root-secret'],
        ['weir', 'the-token'],
      ] as const) {
        assert.equal((await ask('POST', session, { name, password })).status, 204)
        assert.equal((await ask('GET', '/api/v1/status')).status, 200)
        const { name: shown, administrator: isOne } = JSON.parse((await ask('GET', session)).body) as Record<
          string,
          unknown
        >
        assert.deepEqual([shown, isOne], [name, true])
      }
    }))

  void test('a wrong password, a name that nobody has and another’s password are told alike', () =>
    browse('the-token', async ({ ask }) => {
      for (const [name, password] of [
        ['ana', 'wrong'],
        ['ana', 'root-secret'],
        ['ana', 'the-token'],
        ['nobody', ''.padEnd(3, 'x')],
        ['weir', 'ana-secret'],
      ] as const) {
        const answer = await ask('POST', session, { name, password })
        assert.equal(answer.status, 401)
        assert.match(answer.body, new RegExp(`name or password of \\\\"${name}\\\\" is not right`))
        assert.deepEqual(answer.cookies, [])
      }
      assert.equal((await ask('POST', session, { name: 'ana', password: '' })).status, 400)
    }))

  void test('is not done by a page of another site, nor anything in a session', () =>
    browse('the-token', async ({ ask }) => {
      const evil = { origin: 'http://evil.example' }
      assert.equal((await ask('POST', session, { name: 'ana', password: 'ana-secret' }, evil)).status, 403)
      await ask('POST', session, { name: 'ana', password: 'ana-secret' })
      assert.equal((await ask('POST', '/api/v1/sql', { sql: 'select 1' }, evil)).status, 403)
      assert.equal((await ask('DELETE', session, undefined, evil)).status, 403)
      const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
      assert.equal((await ask('GET', kinds, undefined, crossSite)).status, 403)
      assert.equal((await ask('GET', kinds)).status, 200)
    }))

  void test('a session that has ended makes nobody an administrator, also where no token is set', () =>
    browse(undefined, async ({ ask, passMs }) => {
      assert.equal((await ask('GET', '/api/v1/status')).status, 200)
      await ask('POST', session, { name: 'ana', password: 'ana-secret' })
      assert.equal((await ask('GET', '/api/v1/status')).status, 403)
      passMs(sessionLimits.idleMs)
      const answer = await ask('GET', '/api/v1/status')
      assert.equal(answer.status, 401)
      assert.match(answer.body, /the session has ended\. Sign in again/)
      assert.equal((await ask('GET', '/')).status, 200)
      await ask('DELETE', session)
      assert.equal((await ask('GET', '/api/v1/status')).status, 200)
    }))

  void test('who signs in again has one session', () =>
    browse('the-token', async ({ ask }) => {
      const first = await ask('POST', session, { name: 'ana', password: 'ana-secret' })
      await ask('POST', session, { name: 'root', password: 'root-secret' })
      const cookie = first.cookies[0]!.split(';')[0]!
      assert.equal((await ask('GET', kinds, undefined, { cookie })).status, 401)
    }))

  // Each is told by a change that it would have been told, and not by the time that passes.
  const events = '/api/v1/events'
  const byToken = { authorization: 'Bearer the-token', cookie: '' }
  const change = async (ask: Browser['ask'], name: string) => {
    const { status } = await ask('POST', '/api/v1/resources', { kind: 'stream', name, spec: {} }, byToken)
    assert.equal(status, 201)
  }

  void test('INV-A13: events that an administrator follows end with the session, by signing out and by its time', () =>
    browse('the-token', async ({ ask, follow, passMs }) => {
      const endings = { out: () => ask('DELETE', session), over: () => passMs(sessionLimits.idleMs) }
      for (const [name, end] of Object.entries(endings)) {
        await ask('POST', session, { name: 'root', password: 'root-secret' })
        const [followed, other] = [await follow(events), await follow(events, byToken)]
        await end()
        await change(ask, name)
        assert.equal(await textOf(followed), ': connected\n\n')
        assert.match(await textOf(other, /event: resource\n/), /event: resource\n/)
      }
    }))

  void test('INV-A13: events that an administrator follows by an access token end with it', () =>
    browse('the-token', async ({ ask, follow, passMs }) => {
      const grant = 'grant_type=client_credentials&client_id=root&client_secret=root-secret'
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const got = await ask('POST', '/iceberg/v1/oauth/tokens', grant, type)
      const { access_token: token } = JSON.parse(got.body) as { access_token: string }
      const followed = await follow(events, { authorization: `Bearer ${token}` })
      passMs(3_600_001)
      await change(ask, 's')
      assert.equal(await textOf(followed), ': connected\n\n')
    }))

  void test('what a user changes is written into the audit as hers, by the console and by the API, whatever she says she is', () =>
    browse('the-token', async ({ ask }) => {
      const page = { 'sec-fetch-site': 'same-origin' }
      const basic = { authorization: `Basic ${Buffer.from('root:root-secret').toString('base64')}`, cookie: '' }
      const make = (name: string, headers: object) =>
        ask('POST', '/api/v1/resources', { kind: 'stream', name, spec: {} }, headers)
      await ask('POST', session, { name: 'root', password: 'root-secret' })
      await make('a', page)
      await make('b', { ...basic, 'x-weir-actor': 'somebody' })
      await ask('POST', session, { name: 'weir', password: 'the-token' })
      await make('c', page)
      await make('d', { ...byToken, 'x-weir-actor': 'nightly job' })
      const { body } = await ask('GET', '/api/v1/audit?kind=stream', undefined, byToken)
      const { items } = JSON.parse(body) as { items: readonly { name: string; action: string; actor: string }[] }
      const makers = items.filter(({ action }) => action === 'create').map(({ name, actor }) => [name, actor])
      assert.deepEqual(Object.fromEntries(makers), { a: 'console root', b: 'api root', c: 'console', d: 'nightly job' })
    }))
})

/** Until it ends, or says that. */
async function textOf(stream: Readable, last?: RegExp): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (last?.test(text)) break
  }
  return text
}
