import type { FastifyInstance } from 'fastify'

/** What is no page shows nothing, loads nothing, stands in no frame and is what it says it is, whatever somebody put into it. */
const always = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** For every answer, refusals and event streams too; a page has a policy of its own. What the API answers is kept by no cache. */
export function sendSafely(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ url }, { raw }) => {
    for (const [name, value] of Object.entries(always)) raw.setHeader(name, value)
    if (url.startsWith('/api/')) raw.setHeader('cache-control', 'no-store')
  })
}
