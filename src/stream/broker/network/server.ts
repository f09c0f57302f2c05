import { once } from 'node:events'
import { createServer, isIP, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Admission, Entry } from '../security/admission.ts'
import type { KeptTls } from '../security/tls/kept-tls.ts'
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
  readonly tls?: KeptTls | undefined
  readonly admission: Admission
  /** Whoever is at the other end of the socket; undefined for one that is not let in. */
  client(socket: Socket, host: string, port: number): Omit<ConnectedClient, 'onLogin' | 'host'> | undefined
}

export interface ServerOptions extends ConnectionOptions {
  onConnections(change: number): void
}

/** A connection that was let in, and is not yet secure where it must be. */
type Accept = (socket: Socket, host: string, entry: Entry) => void

const socketSettings = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }

/** Listens; resolves when clients can connect. Rejects with WEIR-3006 when the port is taken. */
export async function listenForKafka(listener: Listener, options: ServerOptions): Promise<KafkaServer> {
  const { admission, tls } = listener
  const { logger } = options
  const open = new Set<Connection>()

  function refuse(socket: Socket, client: string, reason: string): void {
    logger.warn({ connections: admission.open, client, reason }, 'a new connection is refused')
    socket.destroy()
  }

  function admit(socket: Socket): { readonly host: string; readonly entry: Entry } | undefined {
    const host = hostOf(socket)
    const entry = admission.enter(host)
    if (!('refused' in entry)) return { host, entry }
    refuse(socket, host, entry.refused)
    return undefined
  }

  const serve: Accept = (socket, host, entry) => {
    const client = listener.client(socket, host, portOf(server))
    if (!client) {
      entry.left()
      return refuse(socket, host, 'its certificate is nobody’s here')
    }
    const connection = serveConnection(socket, { ...client, host, onLogin: () => entry.loggedIn() }, options)
    open.add(connection)
    options.onConnections(1)
    connection.socket.once('close', () => {
      open.delete(connection)
      entry.left()
      options.onConnections(-1)
    })
  }

  const server = tls
    ? secureServer(tls, admit, serve, (error, client) => logger.debug({ err: error, client }, 'no TLS with a client'))
    : createServer({ ...socketSettings, pauseOnConnect: true }, (socket) => {
        const admitted = admit(socket)
        if (admitted) serve(socket, admitted.host, admitted.entry)
      })
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

/** Who has not ended its handshake counts as one that has not logged in. */
function secureServer(
  tls: KeptTls,
  admit: (socket: Socket) => { readonly host: string; readonly entry: Entry } | undefined,
  serve: Accept,
  onFailure: (error: Error, client: string | undefined) => void,
): Server {
  /** By their other end: the secure socket is another object than the accepted one. */
  const shaking = new Map<string, { readonly host: string; readonly entry: Entry }>()
  const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
  const server = createTlsServer({ ...socketSettings, ...tls.options() }, (socket: TLSSocket) => {
    const admitted = shaking.get(keyOf(socket))
    shaking.delete(keyOf(socket))
    if (!admitted) return socket.destroy()
    serve(socket, admitted.host, admitted.entry)
  })
  server.on('connection', (socket) => {
    const admitted = admit(socket)
    if (!admitted) return
    const key = keyOf(socket)
    shaking.set(key, admitted)
    socket.once('close', () => {
      if (shaking.get(key) !== admitted) return
      shaking.delete(key)
      admitted.entry.left()
    })
  })
  server.on('tlsClientError', (error, socket) => {
    onFailure(error, socket.remoteAddress)
    // One that is late is not destroyed by Node.
    socket.destroy()
  })
  tls.onChange(() => server.setSecureContext(tls.options()))
  return server
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
