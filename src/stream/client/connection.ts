import type { Socket, TcpNetConnectOpts } from 'node:net'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { createFrameReader } from './frame-reader.ts'

const answerBytesMax = 512 * 1024 * 1024

/** How a socket is opened: `connect` of node:net, or another one, in tests. */
export type Connect = (options: TcpNetConnectOpts) => Socket

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * One TCP connection to a broker. Requests may overlap; the broker answers in order. When the connection breaks, or an answer
 * takes too long, every open request fails with WEIR-3102 and the connection is not used again.
 */
export interface Connection {
  /** The frame of the answer. `frame` must carry `correlationId`. */
  request(frame: readonly Buffer[], correlationId: number, timeoutMs: number): Promise<Buffer>
  /** For requests that are not answered; resolves when the kernel took the bytes. */
  send(frame: readonly Buffer[]): Promise<void>
  readonly usable: boolean
  close(reason: WeirError): void
}

interface OpenRequest {
  readonly correlationId: number
  readonly resolve: (frame: Buffer) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

export function openConnection(
  connect: Connect,
  { host, port }: Address,
  connectTimeoutMs: number,
): Promise<Connection> {
  const address = `${host}:${port}`
  return new Promise((resolve, reject) => {
    const open: OpenRequest[] = []
    let failure: WeirError | undefined
    const frames = createFrameReader(answerBytesMax, answer)
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      onread: { buffer: () => frames.target(), callback: received },
    })
    const connectTimer = setTimeout(
      () => fail(unreachable(address, `no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    socket.on('error', (cause: NodeJS.ErrnoException) => fail(unreachable(address, cause.code ?? cause.message, cause)))
    socket.once('close', () => fail(unreachable(address, 'the connection was closed')))
    socket.once('connect', () => {
      clearTimeout(connectTimer)
      resolve({
        request,
        send,
        close: fail,
        get usable() {
          return failure === undefined
        },
      })
    })

    function received(length: number): boolean {
      try {
        frames.filled(length)
      } catch (error) {
        fail(error as WeirError)
      }
      return true
    }

    function answer(frame: Buffer): void {
      const first = open.shift()
      if (!first || frame.readInt32BE(0) !== first.correlationId)
        return fail(new WeirError('WEIR-3001', `the broker at ${address} gave an answer to no request of ours`))
      clearTimeout(first.timer)
      first.resolve(frame)
    }

    function fail(error: WeirError): void {
      if (failure) return
      failure = error
      clearTimeout(connectTimer)
      socket.destroy()
      reject(error)
      for (const request of open.splice(0)) {
        clearTimeout(request.timer)
        request.reject(error)
      }
    }

    function request(frame: readonly Buffer[], correlationId: number, timeoutMs: number): Promise<Buffer> {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure)
        const timer = setTimeout(() => fail(unreachable(address, `no answer within ${timeoutMs} ms`)), timeoutMs)
        open.push({ correlationId, resolve, reject, timer })
        write(socket, frame)
      })
    }

    function send(frame: readonly Buffer[]): Promise<void> {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure)
        write(socket, frame, (error) =>
          error ? reject(failure ?? unreachable(address, error.message, error)) : resolve(),
        )
      })
    }
  })
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
    `the Kafka broker at ${address} does not answer: ${reason}; check that it runs and that the address is right`,
    { cause, details: { address } },
  )
}
