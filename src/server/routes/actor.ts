import type { FastifyRequest } from 'fastify'

/** Who is written into the audit: browsers are the console, the commands name themselves. */
export function actorOf({ headers }: FastifyRequest): string {
  const named = headers['x-weir-actor']
  if (typeof named === 'string' && /^[\w .@-]{1,64}$/.test(named)) return named
  return headers['sec-fetch-site'] === undefined ? 'api' : 'console'
}
