import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Where bytes go, and who hears of them. */
export interface ByteTarget {
  /** Memory for the next bytes, at least one long. */
  target(): Buffer
  /** `length` bytes were put there, just now. */
  received(length: number): void
}

/** What a socket of node:net has of libuv's; none of it is documented, so nothing here depends on it. */
interface Accepted {
  _handle?: { readonly useUserBuffer?: unknown } | null
}

/**
 * A paused, accepted socket as one that reads into memory of ours. Node offers that (`onread`) for sockets that connect; an
 * accepted one makes a buffer of 64 KiB for each read, and collecting those took a third of the log's CPU time under load. So
 * its handle goes on to a socket that is made with `onread`. Where there is no such handle (TLS, another Node) bytes are copied.
 */
export function readInto(accepted: Socket, bytes: ByteTarget): Socket {
  const { _handle: handle } = accepted as Socket & Accepted
  if (!handle?.useUserBuffer || accepted instanceof TLSSocket) return copyInto(accepted, bytes)
  ;(accepted as Accepted)._handle = null
  const onread = {
    buffer: () => bytes.target(),
    callback(length: number) {
      bytes.received(length)
      return true
    },
  }
  const socket = new Socket({ handle, onread } as unknown as ConstructorParameters<typeof Socket>[0])
  socket.resume()
  return socket
}

function copyInto(socket: Socket, bytes: ByteTarget): Socket {
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !socket.destroyed;) {
      const length = chunk.copy(bytes.target(), 0, at)
      bytes.received(length)
      at += length
    }
  })
  socket.resume()
  return socket
}
