import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createLoginDelays, type LoginDelays } from '../../kernel/login-delays.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { principalParameter } from '../engine/principal-parameter.ts'
import { sqlError } from '../sql-error.ts'
import { errorResponse } from '../wire/backend-messages.ts'
import { errorFields } from '../wire/session/error-fields.ts'
import { createInbox } from '../wire/session/inbox.ts'
import { readStartup } from '../wire/session/startup.ts'
import { authenticate } from './authenticate.ts'
import type { PostgresPort, PostgresPortConfig } from './postgres-port.ts'
import { connectEngine, relay, startupMessage } from './relay-client.ts'
import { portLogins, type PortLogins } from './port-logins.ts'

const connectionsMaxDefault = 100
const startupTimeoutMsDefault = 10_000
const cancelCode = 80_877_102

/** Where a session's engine listens, by the key that its client was given. */
type CancelRoutes = Map<string, string>

/** Listens. WEIR-2003 when the port is taken. */
export async function startPostgresPort(config: PostgresPortConfig): Promise<PostgresPort> {
  const clients = new Set<Socket>()
  const routes: CancelRoutes = new Map()
  const logins = portLogins(config)
  const delays = createLoginDelays(() => performance.now(), config.failedLoginMs ?? 100)
  const server = createServer((socket) => {
    clients.add(socket)
    socket.once('close', () => clients.delete(socket))
    const full = clients.size > (config.connectionsMax ?? connectionsMaxDefault)
    void serve(socket, config, { full, logins, delays, routes })
  })
  await listen(server, config)
  return {
    host: config.host,
    port: (server.address() as AddressInfo).port,
    get connections() {
      return clients.size
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of clients) {
        if (socket.writable)
          socket.write(
            errorResponse({
              severity: 'FATAL',
              sqlstate: '57P01',
              message: 'Weir is stopping; connect again when it runs',
            }),
          )
        socket.destroySoon()
      }
      const force = setTimeout(() => clients.forEach((socket) => socket.destroy()), 500)
      await closed
      clearTimeout(force)
    },
  }
}

interface Serving {
  readonly full: boolean
  readonly logins: PortLogins
  readonly delays: LoginDelays
  readonly routes: CancelRoutes
}

async function serve(socket: Socket, config: PostgresPortConfig, serving: Serving): Promise<void> {
  socket.on('error', () => {})
  socket.setNoDelay(true)
  const timeout = setTimeout(() => socket.destroy(), config.startupTimeoutMs ?? startupTimeoutMsDefault)
  try {
    await serveStartup(socket, config, serving, () => clearTimeout(timeout))
  } catch (error) {
    if (socket.writable) socket.write(errorResponse(errorFields(error, 'FATAL')))
  } finally {
    clearTimeout(timeout)
    socket.destroySoon()
  }
}

async function serveStartup(
  socket: Socket,
  config: PostgresPortConfig,
  serving: Serving,
  ready: () => void,
): Promise<void> {
  const inbox = createInbox(socket)
  const startup = await readStartup(socket, inbox)
  if (!startup) return
  if (startup.type === 'cancel') return cancel(serving.routes, startup.processId, startup.secret)
  if (serving.full)
    throw sqlError(
      'WEIR-6012',
      `${config.connectionsMax ?? connectionsMaxDefault} connections are open and more are not taken; close some`,
      {
        sqlstate: '53300',
      },
    )
  inbox.typed()
  const user = startup.parameters['user'] ?? ''
  if (user === '') throw sqlError('WEIR-6008', 'the connection names no user', { sqlstate: '28000' })
  const { secret, principal } = serving.logins.of(user)
  if (secret) await slowly(serving.delays, socket, user, () => authenticate(socket, inbox, user, secret))
  // The client has said what it has to say; from here it is the engine that takes its time, to start for one.
  ready()
  const { socket: engine, path } = await connectEngine(config.engine)
  const early = inbox.release()
  const { [principalParameter]: _, ...parameters } = startup.parameters
  engine.write(
    startupMessage(startup.minor, principal === null ? parameters : { ...parameters, [principalParameter]: principal }),
  )
  if (early.length) engine.write(early)
  let route: string | undefined
  await relay(
    socket,
    engine,
    () => config.reasonOfEnd?.(path),
    ({ processId, secret }) => {
      route = `${processId}/${secret}`
      serving.routes.set(route, path)
    },
  )
  if (route) serving.routes.delete(route)
}

/** Who guesses passwords waits longer for each answer; of one address few do at a time, and the next are not heard. */
async function slowly(delays: LoginDelays, socket: Socket, user: string, login: () => Promise<void>): Promise<void> {
  const address = socket.remoteAddress ?? ''
  if (!delays.mayTry(address)) {
    socket.destroy()
    throw sqlError('WEIR-6009', `too many logins of ${address} have failed just now`, { sqlstate: '28P01' })
  }
  try {
    await login()
  } catch (error) {
    const failure = delays.failed(address, user)
    try {
      await pause(failure.ms)
    } finally {
      failure.waited()
    }
    throw error
  }
}

/** Hands the request to the engine whose session has this key; the answer is that the connection closes. */
async function cancel(routes: CancelRoutes, processId: number, secret: number): Promise<void> {
  const path = routes.get(`${processId}/${secret}`)
  if (path === undefined) return
  const request = Buffer.alloc(16)
  for (const [i, value] of [16, cancelCode, processId, secret].entries()) request.writeInt32BE(value, i * 4)
  await new Promise<void>((resolve) => {
    const engine = connect(path, () => engine.end(request))
    engine.once('error', () => resolve()).once('close', () => resolve())
    engine.resume()
  })
}

async function listen(server: Server, { host, port }: PostgresPortConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new WeirError('WEIR-2003', `port ${port} of ${host} is taken; choose another PostgreSQL port`, {
          cause: error,
        }),
      )
    })
    server.listen({ host, port }, () => resolve())
  })
}
