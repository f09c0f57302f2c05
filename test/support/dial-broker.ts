import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Api } from '../../src/stream/protocol/api.ts'
import type { Decoded, Input, Shape } from '../../src/stream/protocol/field.ts'
import { decodeResponse, encodeRequest } from '../../src/stream/protocol/messages.ts'

/** One connection on which anything may be sent. */
export async function dialBroker({ broker }: { readonly broker: { readonly port: number } }) {
  const socket: Socket = connect({ port: broker.port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  let received = Buffer.alloc(0)
  let wake = (): void => undefined
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  async function frame(): Promise<Buffer> {
    while (received.length < 4 || received.length < 4 + received.readInt32BE(0)) {
      const more = new Promise<'more'>((resolve) => (wake = () => resolve('more')))
      if ((await Promise.race([more, closed])) !== 'more') throw new Error('closed')
    }
    const end = 4 + received.readInt32BE(0)
    const whole = received.subarray(4, end)
    received = received.subarray(end)
    return whole
  }
  return {
    socket,
    closed,
    frame,
    send: (bytes: Buffer) => void socket.write(Buffer.concat([lengthOf(bytes), bytes])),
    async ask<R extends Shape, S extends Shape>(
      api: Api<R, S>,
      apiVersion: number,
      body: Input<R>,
    ): Promise<Decoded<S>> {
      socket.write(Buffer.concat(encodeRequest(api, { apiVersion, correlationId: 1, clientId: 't' }, body)))
      return decodeResponse(api, apiVersion, await frame()).body
    },
  }
}

/** As it stands before each frame. */
export function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return length
}
