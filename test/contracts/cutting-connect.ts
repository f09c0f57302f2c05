import { connect, type Socket } from 'node:net'
import type { Connect } from '../../src/stream/client/connection.ts'

/**
 * Connections that break after some bytes, for tests: sometimes before a request leaves, sometimes after it and before its answer.
 * The same seed breaks at the same bytes.
 */
export function createCuttingConnect(
  seed: number,
  bytesMax: number,
): { readonly connect: Connect; readonly cuts: () => number } {
  let state = seed
  let cuts = 0
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32

  return {
    cuts: () => cuts,
    connect(options) {
      const socket: Socket = connect(options)
      let left = random() * bytesMax
      const isLost = random() < 0.5
      const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
      socket.write = (...parts: unknown[]) => {
        left -= (parts[0] as Buffer).length
        if (left > 0) return write(...parts)
        cuts++
        const wrote = isLost || write(...parts)
        setImmediate(() => socket.destroy())
        return wrote
      }
      return socket
    },
  }
}
