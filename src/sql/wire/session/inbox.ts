import type { Duplex } from 'node:stream'
import { messageStream, type RawMessage } from '../message-stream.ts'

/** Messages of one client, in order. Reads ahead a little, so that a client that goes away is noticed while a query runs. */
export interface Inbox {
  /** The next message; undefined when the client has gone. WEIR-6008 for garbage. */
  next(): Promise<RawMessage | undefined>
  /** Startup is over: messages have types now. */
  typed(): void
  /** Stops reading; what came and was not taken is the caller's. The socket is paused. */
  release(): Buffer
}

const readAheadBytes = 1 << 20
const messageBytesMax = 256 << 20

export function createInbox(socket: Duplex): Inbox {
  const messages = messageStream(messageBytesMax)
  let waiting: (() => void) | undefined
  let ended = false
  let unread = 0

  const wake = () => {
    waiting?.()
    waiting = undefined
  }
  const onData = (chunk: Buffer) => {
    messages.push(chunk)
    unread += chunk.length
    // A message that is larger than the read-ahead must still come in whole: only an idle reader pauses nothing.
    if (unread > readAheadBytes && !waiting) socket.pause()
    wake()
  }
  socket.on('data', onData)
  const end = () => {
    ended = true
    wake()
  }
  socket.on('end', end).on('close', end).on('error', end)
  return {
    async next() {
      for (;;) {
        const message = messages.next()
        if (message) {
          unread = Math.max(0, unread - message.body.length - 5)
          return message
        }
        if (ended) return undefined
        unread = 0
        const arrived = new Promise<void>((resolve) => (waiting = resolve))
        socket.resume()
        await arrived
      }
    },
    typed: () => messages.typed(),
    release() {
      socket.pause()
      socket.off('data', onData).off('end', end).off('close', end).off('error', end)
      return messages.rest()
    },
  }
}
