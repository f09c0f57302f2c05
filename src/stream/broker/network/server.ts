import { once } from 'node:events'
import { createServer, isIP, type Server, type Socket } from 'node:net'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Admission, Entry } from '../security/admission.ts'
import { serveConnection, type Connection, type ConnectedClient, type ConnectionOptions } from './connection.ts'

export interface KafkaServer {
  /** 0 for a socket of this machine. */
  readonly port: number
  readonly connections: number
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>
}

/** Where clients come in, and how they are known. */
export interface Listener {
  /** An address, or the path of a unix socket. */
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly admission: Admission
  /** Whoever is at the other end of the socket. */
  client(socket: Socket, host: string, port: number): Omit<ConnectedClient, 'onLogin' | 'host'>
}

export interface ServerOptions extends ConnectionOptions {
  onConnections(change: number): void
}

/** Listens; resolves when clients can connect. Rejects with WEIR-3006 when the port is taken. */
export async function listenForKafka(listener: Listener, options: ServerOptions): Promise<KafkaServer> {
  const { admission } = listener
  const open = new Set<Connection>()
  const settings = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, pauseOnConnect: true }
  const server = createServer(settings, (accepted) => {
    const host = hostOf(accepted)
    const entry = admission.enter(host)
    if ('refused' in entry) return refuse(accepted, host, entry.refused)
    serve(accepted, host, entry)
  })

  function refuse(accepted: Socket, client: string, reason: string): void {
    options.logger.warn({ connections: admission.open, client, reason }, 'a new connection is refused')
    accepted.destroy()
  }

  function serve(socket: Socket, host: string, entry: Entry): void {
    const who = { ...listener.client(socket, host, portOf(server)), host, onLogin: () => entry.loggedIn() }
    const connection = serveConnection(socket, who, options)
    open.add(connection)
    options.onConnections(1)
    connection.socket.once('close', () => {
      open.delete(connection)
      entry.left()
      options.onConnections(-1)
    })
  }

  await listen(server, listener.at)
  return {
    port: portOf(server),
    get connections() {
      return open.size
    },
    async close() {
      const closed = [...open].map(({ socket }) => once(socket, 'close'))
      // Its own `close` event counts accepted sockets, whose handles went elsewhere.
      server.close()
      for (const connection of open) connection.close()
      await Promise.all(closed)
    },
  }
}

async function listen(server: Server, at: Listener['at']): Promise<void> {
  const place = 'path' in at ? at.path : `${at.host}:${at.port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new WeirError(
          'WEIR-3006',
          `cannot listen for Kafka on ${place}: ${cause.code ?? cause.message}; choose another port`,
          { cause },
        ),
      ),
    )
    server.listen({ ...at, backlog: 511 }, resolve)
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** IPv4 as it is written, also where it came in by IPv6. */
function hostOf({ remoteAddress = '' }: Socket): string {
  const mapped = /^::ffff:(.+)$/.exec(remoteAddress)?.[1]
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : remoteAddress
}
