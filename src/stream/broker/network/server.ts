import { createServer, type AddressInfo, type Socket } from 'node:net'
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
  const open = new Map<Socket, Connection>()
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    if (open.size >= limits.connectionsMax) {
      logger.warn(
        { connections: open.size, client: socket.remoteAddress },
        'too many connections; a new one is refused',
      )
      socket.destroy()
      return
    }
    open.set(socket, serveConnection(socket, options))
    options.onConnections(open.size)
    socket.once('close', () => {
      open.delete(socket)
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of open.values()) connection.close()
      }),
  }
}
