import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Api } from '../../src/stream/protocol/api.ts'
import type { Decoded, Input, Shape } from '../../src/stream/protocol/field.ts'
import { createFrameReader } from '../../src/stream/protocol/frame-reader.ts'
import { decodeResponse, encodeRequest } from '../../src/stream/protocol/messages.ts'

/** Sends one request over a connection of its own, as it is, and gives the answer as it came; rejects when the connection ends. */
export async function askKafka<R extends Shape, S extends Shape>(
  port: number,
  api: Api<R, S>,
  apiVersion: number,
  body: Input<R>,
): Promise<Decoded<S>> {
  const request = encodeRequest(api, { apiVersion, correlationId: 1, clientId: 'test' }, body)
  return decodeResponse(api, apiVersion, await exchangeFrames(port, request)).body
}

/** The same with bytes: the frame of the answer, without its length. */
export async function exchangeFrames(port: number, request: readonly Buffer[]): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    const closed = AbortSignal.any([AbortSignal.timeout(20_000), whenClosed(socket)])
    const frames: Buffer[] = []
    const reader = createFrameReader(1e9, (frame) => frames.push(frame))
    for (const part of request) socket.write(part)
    while (frames.length === 0) {
      const [chunk] = (await once(socket, 'data', { signal: closed })) as [Buffer]
      for (let at = 0; at < chunk.length;) {
        const length = chunk.copy(reader.target(), 0, at)
        reader.filled(length)
        at += length
      }
    }
    return frames[0]!
  } finally {
    socket.destroy()
  }
}

function whenClosed(socket: Socket): AbortSignal {
  const closed = new AbortController()
  socket.once('close', () => closed.abort(new Error('the connection was closed')))
  return closed.signal
}
