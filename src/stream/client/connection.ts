import { connect as connectTo, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatDuration } from '../../kernel/units.ts'
import { internalPath } from '../internal-address.ts'
import { createFrameReader } from '../protocol/frame-reader.ts'
import { createOpenRequests } from './open-requests.ts'

const answerBytesMax = 512 * 1024 * 1024

/** How a socket is opened: `connect` of node:net, or another one, in tests. */
export type Connect = (options: TcpNetConnectOpts) => Socket

/** How a client of TLS knows brokers, and shows who it is itself. PEM. */
export interface KafkaTls {
  /** Whose certificates of brokers are taken; those that Node trusts without it. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** How connections are opened. */
export interface Dialling {
  readonly connect: Connect
  readonly tls?: KafkaTls | undefined
}

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * One TCP connection to a broker. Requests may overlap; the broker answers in order. When the connection breaks, or an answer
 * takes too long, every open request fails with WEIR-3102 and the connection is not used again.
 */
export interface Connection {
  /** The frame of the answer, in `into` when it fits there. `frame` must carry `correlationId`. */
  request(frame: readonly Buffer[], correlationId: number, timeoutMs: number, into?: Buffer): Promise<Buffer>
  /** For requests that are not answered; resolves when the kernel took the bytes. */
  send(frame: readonly Buffer[]): Promise<void>
  readonly usable: boolean
  close(reason: WeirError): void
}

export function openConnection(
  dialling: Dialling,
  { host, port }: Address,
  connectTimeoutMs: number,
): Promise<Connection> {
  const path = internalPath(host)
  const address = path ?? `${host}:${port}`
  const requests = createOpenRequests(address)
  const frames = createFrameReader(
    answerBytesMax,
    (frame) => requests.answer(frame),
    (length) => requests.memoryFor(length),
  )
  const opened = Promise.withResolvers<Connection>()
  let failure: WeirError | undefined
  const onread = { buffer: () => frames.target(), callback: received }
  const socket = path === undefined ? dial(dialling, { host, port, onread }) : connectTo({ path, onread })
  const late = (): void => fail(unreachable(address, `no connection within ${formatDuration(connectTimeoutMs)}`))
  const connectTimer = setTimeout(late, connectTimeoutMs)
  socket.on('error', (cause: NodeJS.ErrnoException) => fail(unreachable(address, cause.code ?? cause.message, cause)))
  socket.once('close', () => fail(unreachable(address, 'the connection was closed')))
  socket.once(path === undefined && dialling.tls ? 'secureConnect' : 'connect', () => {
    if (isToItself(socket)) return fail(unreachable(address, 'nobody listens there'))
    clearTimeout(connectTimer)
    opened.resolve(connection)
  })

  function received(length: number): boolean {
    try {
      frames.filled(length)
    } catch (error) {
      fail(error as WeirError)
    }
    return true
  }

  function fail(error: WeirError): void {
    if (failure) return
    failure = error
    clearTimeout(connectTimer)
    socket.destroy()
    opened.reject(error)
    requests.failAll(error)
  }

  const connection: Connection = {
    close: fail,
    get usable() {
      return failure === undefined
    },
    async request(frame, correlationId, timeoutMs, into) {
      if (failure) throw failure
      write(socket, frame)
      const onLate = (): void => fail(unreachable(address, `no answer within ${formatDuration(Math.ceil(timeoutMs))}`))
      return requests.add(correlationId, timeoutMs, onLate, into)
    },
    async send(frame) {
      if (failure) throw failure
      await new Promise<void>((resolve, reject) => {
        write(socket, frame, (error) =>
          error ? reject(failure ?? unreachable(address, error.message, error)) : resolve(),
        )
      })
    },
  }
  return opened.promise
}

function dial({ connect, tls }: Dialling, to: TcpNetConnectOpts): Socket {
  const options = { ...to, noDelay: true, keepAlive: true }
  if (!tls) return connect(options)
  return connectTls({ ...options, ...tls, servername: isIP(to.host!) === 0 ? to.host! : '' })
}

/** A port of loopback that nobody listens on and that the kernel picks for our own end connects to itself, and would keep the broker out. */
function isToItself(socket: Socket): boolean {
  const { localPort, remotePort } = socket
  return localPort !== undefined && localPort === remotePort && socket.localAddress === socket.remoteAddress
}

/** One vectored write. */
function write(socket: Socket, frame: readonly Buffer[], done?: (error?: Error | null) => void): void {
  socket.cork()
  for (const [index, buffer] of frame.entries()) socket.write(buffer, index === frame.length - 1 ? done : undefined)
  socket.uncork()
}

export function unreachable(address: string, reason: string, cause?: unknown): WeirError {
  return new WeirError(
    'WEIR-3102',
    `the Kafka broker at ${address} does not answer: ${reason}; check that it runs, that it is a Kafka, with TLS if it wants that, and that the address is right`,
    { cause, details: { address } },
  )
}
