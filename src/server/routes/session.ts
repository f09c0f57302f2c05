import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { administrator } from '../../access/principal.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Identities } from '../../platform/access/identities.ts'
import { cookieOf, sessionCookie, setCookie, tokenCookie } from '../access/cookies.ts'
import { equal } from '../access/credentials.ts'
import { principalOf } from '../access/request-principal.ts'
import type { Sessions, SignedIn } from '../access/sessions.ts'
import type { SlowLogins } from '../access/slow-logins.ts'
import { sessionAnswer } from '../answers/session.ts'
import { typed } from './route.ts'

export interface SessionRoutesOptions {
  readonly identities: Identities
  /** Of administrators. */
  readonly token?: string
  readonly sessions: Sessions
  readonly slowLogins: SlowLogins
}

/** The name by which administrators sign in: no user has it. */
const administratorName = 'weir'

const body = z.strictObject({ name: z.string().min(1).max(128), password: z.string().min(1).max(1024) })

/** Signing in at the console: a session in a cookie, of a user or of whoever has the token. */
export function sessionRoutes(
  untyped: FastifyInstance,
  { identities, token, sessions, slowLogins }: SessionRoutesOptions,
): void {
  const app = typed(untyped)
  const api = { tags: ['session'] }
  const idOf = (request: FastifyRequest) => cookieOf(request.headers.cookie, sessionCookie(request))

  app.get(
    '/api/v1/session',
    { schema: { ...api, summary: 'Who asks, and what may be shown', response: { 200: sessionAnswer } } },
    (request) => {
      const principal = principalOf(request)
      const session = sessions.of(idOf(request) ?? '')
      return {
        name: session?.name ?? (principal.kind === 'user' ? principal.name : null),
        administrator: principal.kind === 'administrator',
        groups: principal.kind === 'user' ? [...principal.groups] : [],
        signedIn: session !== undefined,
        hasUsers: identities.size > 0,
      }
    },
  )

  app.post(
    '/api/v1/session',
    { schema: { ...api, summary: 'Sign in: the answer sets a cookie', body, response: { 204: z.null() } } },
    async (request, reply) => {
      const { name, password } = request.body
      slowLogins.mustBeHeard(request.ip)
      const who = signedIn(name, password)
      if (who === undefined) {
        await slowLogins.failed(request.ip, name)
        throw new WeirError('WEIR-7008', `name or password of "${name}" is not right`)
      }
      sessions.close(idOf(request) ?? '')
      const cookie = setCookie(sessionCookie(request), sessions.open(who), request)
      return reply.status(204).header('set-cookie', cookie).header('cache-control', 'no-store').send(null)
    },
  )

  app.delete(
    '/api/v1/session',
    { schema: { ...api, summary: 'Sign out', response: { 204: z.null() } } },
    async (request, reply) => {
      sessions.close(idOf(request) ?? '')
      const taken = [sessionCookie(request), tokenCookie].map((name) => setCookie(name, undefined, request))
      return reply.status(204).header('set-cookie', taken).send(null)
    },
  )

  function signedIn(name: string, password: string): SignedIn | undefined {
    const user = identities.get(name)
    const expected = user?.password ?? (name === administratorName ? token : undefined)
    // A name that nobody has takes as long as one with another password.
    const isRight = equal(password, expected ?? '') && expected !== undefined
    return isRight ? { name, principal: user?.principal ?? administrator } : undefined
  }
}
