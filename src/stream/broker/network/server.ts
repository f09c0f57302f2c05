import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { serveConnection, type Connection, type ConnectionOptions } from './connection.ts'

export interface KafkaServer {
  readonly port: number
  readonly connections: number
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>
}

export interface ServerOptions extends ConnectionOptions {
  readonly host: string
  readonly port: number
  onConnections(open: number): void
}

/** Listens; resolves when clients can connect. Rejects with WEIR-3006 when the port is taken. */
export async function listenForKafka(options: ServerOptions): Promise<KafkaServer> {
  const { host, port, limits, logger } = options
  const open = new Set<Connection>()
  const settings = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, pauseOnConnect: true }
  const server = createServer(settings, (accepted) => {
    if (open.size >= limits.connectionsMax) {
      logger.warn(
        { connections: open.size, client: accepted.remoteAddress },
        'too many connections; a new one is refused',
      )
      accepted.destroy()
      return
    }
    const connection = serveConnection(accepted, options)
    open.add(connection)
    options.onConnections(open.size)
    connection.socket.once('close', () => {
      open.delete(connection)
      options.onConnections(open.size)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new WeirError(
          'WEIR-3006',
          `cannot listen for Kafka on ${host}:${port}: ${cause.code ?? cause.message}; choose another port`,
          { cause },
        ),
      ),
    )
    server.listen({ host, port, backlog: 511 }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
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
