import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { administrator } from '../access/principal.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { cookieOf, sessionCookie, setCookie, tokenCookie } from './access/cookies.ts'
import { basicOf, bearer, equal } from './access/credentials.ts'
import type { HttpUsers } from './access/http-users.ts'
import { admit, type Admitted } from './access/request-principal.ts'
import type { Sessions } from './access/sessions.ts'
import type { SlowLogins } from './access/slow-logins.ts'
import type { CatalogTokens } from './iceberg/catalog-tokens.ts'
import { tokenPath } from './iceberg/oauth.ts'
import { isOfConsole } from './routes/console.ts'
import { schemaRegistryPrefix } from './schema-registry/registry-protocol.ts'

export interface GuardOptions {
  /** The address that the server listens on. */
  readonly host: string
  readonly token?: string
  /** The access tokens that open the Iceberg catalog beside `token`. */
  readonly catalogTokens?: CatalogTokens
  /** Who comes in by a name. */
  readonly users?: HttpUsers
  readonly slowLogins?: SlowLogins
  readonly sessions?: Sessions
}

/** What a probe may ask without a token; it learns nothing but whether Weir is there. */
const open = new Set(['/health', '/ready'])

/**
 * A web page of another site must not reach a loopback server. Two ways lead there: its requests carry a foreign Origin
 * (CSRF), or its own name resolves to 127.0.0.1 (DNS rebinding), which the Host header gives away. WEIR-7009. Where a
 * token is set, WEIR-7008 without it.
 */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  const { host, token, catalogTokens, users, slowLogins } = options
  const userOf = async (request: FastifyRequest): Promise<Admitted | undefined> => {
    const { authorization } = request.headers
    const name = basicOf(authorization)?.name
    if (name !== undefined) slowLogins?.mustBeHeard(request.ip)
    try {
      return users?.of(authorization, pathOf(request).startsWith(`${schemaRegistryPrefix}/`))
    } catch (error) {
      if (name !== undefined) await slowLogins?.failed(request.ip, name)
      throw error
    }
  }
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request.headers.host, host)
    checkOrigin(request)
    const { authorization, cookie: cookies } = request.headers
    // Who asks for a token or signs in shows the secret in the request itself.
    if (asksForToken(request) || isOfSession(request)) return
    const user = (await userOf(request)) ?? signedIn(request, options)
    if (user !== undefined) return admit(request, user)
    if (token !== undefined && (await acceptTokenOfUrl(request, reply, token))) return
    // What is the same for everybody: whoever opens it may be about to sign in.
    if (token !== undefined && isOfConsole(request)) return
    admit(request, { principal: administrator })
    if (token === undefined || open.has(pathOf(request))) return
    if (pathOf(request).startsWith('/iceberg/') && opensCatalog(bearer(authorization), catalogTokens)) return
    checkToken(
      bearer(authorization) ?? passwordFor(pathOf(request), authorization) ?? cookieOf(cookies, tokenCookie),
      token,
    )
  })
}

/** For what is no request of the API: a program that shows its token, never a page. */
export function mustBeAdmitted(
  headers: IncomingHttpHeaders,
  protocol: 'http' | 'https',
  { host, token }: GuardOptions,
): void {
  checkHost(headers.host, host)
  checkOrigin({ headers, protocol })
  if (token !== undefined) checkToken(bearer(headers.authorization), token)
}

/** Who asks for a token has none yet: the request carries the secret itself. */
function asksForToken(request: FastifyRequest): boolean {
  return request.method === 'POST' && pathOf(request) === tokenPath
}

/** Signing in and out; who asks who is signed in, is somebody. */
function isOfSession(request: FastifyRequest): boolean {
  return (request.method === 'POST' || request.method === 'DELETE') && pathOf(request) === '/api/v1/session'
}

/**
 * Who signed in at the console. A session that has ended is not taken for nobody's, who may be an administrator where no token is set. The
 * catalog and the schema registry are for programs, which have no cookies.
 */
function signedIn(request: FastifyRequest, { sessions }: GuardOptions): Admitted | undefined {
  const { authorization, cookie } = request.headers
  const id = authorization === undefined ? cookieOf(cookie, sessionCookie(request)) : undefined
  const path = pathOf(request)
  if (id === undefined || path.startsWith('/iceberg/') || path.startsWith(`${schemaRegistryPrefix}/`)) return undefined
  const session = sessions?.of(id)
  if (session !== undefined) return { principal: session.principal, hasEnded: () => sessions?.isOpen(id) !== true }
  if (isOfConsole(request) || open.has(path)) return undefined
  throw new WeirError('WEIR-7008', 'the session has ended. Sign in again')
}

function opensCatalog(given: string | undefined, tokens: CatalogTokens | undefined): boolean {
  const state = given === undefined ? undefined : tokens?.check(given)
  if (state === 'expired') throw new WeirError('WEIR-7014', 'this access token has expired. Ask for another one')
  return state === 'good'
}

function checkToken(given: string | undefined, token: string): void {
  if (given !== undefined && equal(given, token)) return
  throw new WeirError(
    'WEIR-7008',
    'this Weir asks for a token. Send it as authorization: Bearer TOKEN, or open /?token=TOKEN',
  )
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function checkHost(header: string | undefined, host: string): void {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(header ?? '')?.[1]?.toLowerCase()
  const everywhere = host === '0.0.0.0' || host === '::'
  // A name can be made to lead anywhere, an address cannot: with every address served, addresses are let through.
  const known =
    name && (isLoopback(name) || name === host.toLowerCase() || (everywhere && isIP(name.replace(/^\[|\]$/g, '')) > 0))
  if (!known)
    throw new WeirError(
      'WEIR-7009',
      `the host "${header ?? ''}" is not this server. Use the address that weir url http prints`,
    )
}

function checkOrigin({ headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>): void {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  const foreign =
    origin === undefined
      ? site === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate'
      : origin !== `${protocol}://${headers.host}`
  if (foreign)
    throw new WeirError(
      'WEIR-7009',
      `requests of pages from ${origin ?? 'another site'} are refused. Open the console of this server itself`,
    )
}

/** `/?token=…` in a browser: the token moves to a cookie that scripts cannot read and other sites cannot send. */
async function acceptTokenOfUrl(request: FastifyRequest, reply: FastifyReply, token: string): Promise<boolean> {
  const given = (request.query as Record<string, unknown>)['token']
  if (request.method !== 'GET' || typeof given !== 'string' || !equal(given, token)) return false
  await reply.header('set-cookie', setCookie(tokenCookie, given, request)).redirect(pathOf(request), 303)
  return true
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!
}

/** Clients of schema registries know a name and a password only: the password is the token, whatever the name. */
function passwordFor(path: string, header: string | undefined): string | undefined {
  return path.startsWith(`${schemaRegistryPrefix}/`) ? basicOf(header)?.password : undefined
}
