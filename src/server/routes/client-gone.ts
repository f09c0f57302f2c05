import type { FastifyReply } from 'fastify'

/** Aborts when the client has gone: what is read for it ends then. */
export function untilClientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
