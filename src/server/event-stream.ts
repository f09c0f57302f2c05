import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasEnded } from './access/request-principal.ts'

/** Server-sent events to one client. */
export interface EventStream {
  send(event: string, data: unknown): void
  /** Called once, when the client has gone or was let go. */
  onClose(listener: () => void): void
  end(): void
}

/** What a client may be behind before it is given up: it connects again and reads the state anew. */
const pendingBytesMax = 1_000_000
const keepAliveMs = 15_000

/** Nothing is sent when what the client came by has ended, and the stream ends with it (INV-A13). */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string): void => {
    if (response.writableEnded) return
    if (hasEnded(request)) response.end()
    else if (response.writableLength > pendingBytesMax) response.destroy()
    else response.write(text)
  }
  write(': connected\n\n')
  const timer = setInterval(() => write(': still here\n\n'), keepAliveMs)
  response.once('close', () => clearInterval(timer))
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    onClose: (listener) => response.once('close', listener),
    end: () => response.end(),
  }
}
