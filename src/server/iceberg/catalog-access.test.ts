import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withHttpServer } from '../../../test/support/http-server.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultLimits } from '../http-limits.ts'
import { catalogTokens, tokenLifetimeMs } from './catalog-tokens.ts'

const config = '/iceberg/v1/config'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

interface Asking {
  /** Asks for a token as Iceberg clients do. */
  readonly token: (
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly get: (url: string, bearer?: string) => Promise<Answer>
  readonly passMs: (ms: number) => void
}

async function withToken(token: string | undefined, run: (asking: Asking) => Promise<void>): Promise<void> {
  let now = 1_700_000_000_000
  const clock = { ...systemClock, now: () => now }
  const limits = { ...defaultLimits, failedLoginMs: 1 }
  await withHttpServer({ clock, limits, ...(token === undefined ? {} : { token }) }, async (app) => {
    await run({
      token: async (form, headers = {}) => {
        const answer = await app.inject({
          method: 'POST',
          url: '/iceberg/v1/oauth/tokens',
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
          payload: new URLSearchParams(form).toString(),
        })
        assert.equal(answer.headers['cache-control'], 'no-store')
        return { status: answer.statusCode, body: answer.json() }
      },
      get: async (url, bearer) => {
        const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
        const answer = await app.inject({ url, headers })
        return { status: answer.statusCode, body: answer.json() }
      },
      passMs: (ms) => (now += ms),
    })
  })
}

const credentials = (secret: string) => ({
  grant_type: 'client_credentials',
  client_id: 'spark',
  client_secret: secret,
  scope: 'catalog',
})
const issued = ({ status, body }: Answer): string => {
  assert.equal(status, 200, JSON.stringify(body))
  return String(body['access_token'])
}
const errorOf = ({ status, body }: Answer) => {
  const { type, code, message } = body['error'] as { type: string; code: number; message: string }
  assert.equal(code, status)
  return `${status} ${type}: ${message}`
}

void test('a client that knows the secret gets a token for the catalog, and for nothing else', () =>
  withToken('secret', async ({ token, get }) => {
    const { status, body } = await token(credentials('secret'))
    assert.equal(status, 200)
    const { access_token: given, ...rest } = body
    assert.deepEqual(rest, {
      token_type: 'bearer',
      expires_in: 3600,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'catalog',
    })
    assert.equal((await get(config, String(given))).status, 200)
    assert.equal((await get('/api/v1/resources', String(given))).status, 401)
    assert.equal((await get(config, 'secret')).status, 200, 'the secret itself is a bearer token as before')
    const basic = { authorization: `Basic ${Buffer.from('spark:secret').toString('base64')}` }
    assert.equal((await token({ grant_type: 'client_credentials' }, basic)).status, 200)
  }))

void test('who does not know the secret gets none, and no token is made up', () =>
  withToken('secret', async ({ token, get }) => {
    for (const form of [credentials('wrong'), { grant_type: 'client_credentials' }])
      assert.deepEqual(await token(form), {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'The client secret is not the token of this Weir (WEIR_TOKEN)',
        },
      })
    assert.equal((await token({ grant_type: 'password' })).body['error'], 'unsupported_grant_type')
    const given = issued(await token(credentials('secret')))
    const later = given.replace(/^wct\.(\d+)/, (_, at: string) => `wct.${Number(at) + 1}`)
    const other = catalogTokens('other', () => 1_700_000_000_000).issue()
    const cut = given.slice(0, -1)
    for (const bearer of [undefined, 'wrong', '', later, other, cut, `${given}.x`])
      assert.match(errorOf(await get(config, bearer)), /^401 NotAuthorizedException: .*asks for a token.*WEIR-7008/)
    for (const subject of ['wrong', later, other])
      assert.equal((await token({ grant_type: exchange, subject_token: subject })).body['error'], 'invalid_grant')
  }))

void test('a token is renewed while it is good, and one that has expired is told to be', () =>
  withToken('secret', async ({ token, get, passMs }) => {
    const first = issued(await token(credentials('secret')))
    passMs(tokenLifetimeMs - 1)
    assert.equal((await get(config, first)).status, 200)
    const second = issued(await token({ grant_type: exchange, subject_token: first }))
    passMs(1)
    assert.match(errorOf(await get(config, first)), /^419 AuthenticationTimeoutException: .*has expired.*WEIR-7014/)
    assert.equal((await token({ grant_type: exchange, subject_token: first })).body['error'], 'invalid_grant')
    assert.equal((await get(config, second)).status, 200)
    // Java's client shows the credential when its token has expired, and exchanges a configured token for one that expires.
    const basic = { authorization: `Basic ${Buffer.from('spark:secret').toString('base64')}` }
    issued(await token({ grant_type: exchange, subject_token: first }, basic))
    issued(await token({ grant_type: exchange, subject_token: 'secret' }))
  }))

void test('only the request for a token is let through without one', () =>
  withToken('secret', async ({ get }) => {
    assert.equal((await get('/iceberg/v1/oauth/tokens')).status, 401)
    assert.equal((await get('/iceberg/v1/oauth/tokens/x')).status, 401)
  }))

void test('where Weir asks for no token a client with a credential works too', () =>
  withToken(undefined, async ({ token, get }) => {
    assert.equal((await get(config, issued(await token(credentials('anything'))))).status, 200)
    assert.equal((await get(config)).status, 200)
  }))
