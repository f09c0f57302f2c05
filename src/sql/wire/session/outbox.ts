import type { Duplex } from 'node:stream'
import { ByteWriter } from '../byte-writer.ts'

/** Bytes on their way to a client. Small messages are gathered; a client that does not read makes the writer wait. */
export interface Outbox {
  /** Where rows are encoded; `full` says when it is time to flush. */
  readonly writer: ByteWriter
  readonly full: boolean
  send(message: Uint8Array): void
  /** Hands over what was gathered; resolves when the client keeps up. Rejects when it has gone. */
  flush(): Promise<void>
}

export const outboxBytes = 128 * 1024

export function createOutbox(socket: Duplex): Outbox {
  const writer = new ByteWriter(16 * 1024)
  return {
    writer,
    get full() {
      return writer.at >= outboxBytes
    },
    send: (message) => writer.raw(message),
    async flush() {
      if (writer.at === 0) return
      const bytes = writer.at > 8192 ? writer.detach(outboxBytes + outboxBytes / 4) : writer.take()
      if (socket.destroyed) throw new Error('the client has gone')
      if (!socket.write(bytes)) await drained(socket)
    },
  }
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => () => {
      socket.off('drain', onDrain).off('close', onClose)
      settle()
    }
    const onDrain = done(resolve)
    const onClose = done(() => reject(new Error('the client has gone')))
    socket.once('drain', onDrain).once('close', onClose)
  })
}
