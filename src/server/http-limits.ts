import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** What one client may take of the server before it is let go; others are served meanwhile. */
export interface HttpLimits {
  readonly connectionsMax: number
  readonly bodyBytesMax: number
  /** From the connection, or the end of the request before, to the end of a request's headers. */
  readonly headersMs: number
  /** To the end of its body. */
  readonly requestMs: number
  /** So long a client may leave an answer unread, or a connection unused. */
  readonly stallMs: number
  /** How long who fails to log in waits for the answer, at first: doubled with each failure of the address or the user. */
  readonly failedLoginMs: number
}

export const defaultLimits: HttpLimits = {
  connectionsMax: 1024,
  bodyBytesMax: 16_000_000,
  headersMs: 15_000,
  requestMs: 60_000,
  stallMs: 60_000,
  failedLoginMs: 100,
}

/** How often Node looks for requests that take too long. */
export function lookMs({ headersMs }: HttpLimits): number {
  return Math.max(10, Math.min(5000, headersMs / 3))
}

/**
 * Ends connections on which nothing moves although the client has to read. An answer that is still being worked on, a
 * long query for instance, is not the client's fault: it may take as long as it takes.
 */
export function letGoOfStalled(server: Server, { stallMs }: HttpLimits): void {
  const answering = new WeakSet<Socket>()
  server.on('request', ({ socket }, response) => {
    answering.add(socket)
    response.once('close', () => answering.delete(socket))
  })
  server.setTimeout(stallMs, (socket: Socket) => {
    if (answering.has(socket) && socket.writableLength === 0) socket.setTimeout(stallMs)
    else socket.destroy()
  })
}
