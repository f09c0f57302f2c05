import type { FastifyRequest } from 'fastify'
import { principalOf } from '../access/request-principal.ts'

/** Who is written into the audit: by which way, and the user of the project who came by it. Programs without a user name themselves. */
export function actorOf(request: FastifyRequest): string {
  const { headers } = request
  const way = headers['sec-fetch-site'] === undefined ? 'api' : 'console'
  const { name } = principalOf(request)
  if (name !== undefined) return `${way} ${name}`
  const named = headers['x-weir-actor']
  return typeof named === 'string' && /^[\w .@-]{1,64}$/.test(named) ? named : way
}
