import type { Duplex } from 'node:stream'
import type { MessagePort } from './channel.ts'

/** A channel's port over a connection: lines of JSON, and an empty one now and then, so that silence means that the other side is gone. */
export interface LinePort extends MessagePort {
  /** Told whenever the other side has said something, be it only that it is there. */
  onHeard(listener: () => void): void
  /** Ends the connection. */
  close(): void
}

export interface LinePortLimits {
  /** A line is sent at least this often. */
  readonly beatMs: number
  /** Without a line for so long the connection is dead. */
  readonly silenceMs: number
  /** A longer line ends the connection, and so does an other side that leaves more than that unread. */
  readonly lineBytesMax: number
}

export const linePortLimits: LinePortLimits = { beatMs: 2000, silenceMs: 10_000, lineBytesMax: 64 * 1024 * 1024 }

const lineEnd = 0x0a

/** `head` is what was read of the connection before it was ours. */
export function openLinePort(connection: Duplex, head: Buffer, limits = linePortLimits): LinePort {
  const messages: ((message: unknown) => void)[] = []
  const closings: (() => void)[] = []
  const heard: (() => void)[] = []
  let pieces: Buffer[] = []
  let waitingBytes = 0
  let isClosed = false
  let silence = setTimeout(close, limits.silenceMs)
  const beat = setInterval(() => say('\n'), limits.beatMs)

  function say(line: string): void {
    if (isClosed) return
    connection.write(line)
    if (connection.writableLength > limits.lineBytesMax) close()
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    clearTimeout(silence)
    clearInterval(beat)
    connection.destroy()
    for (const closing of closings) closing()
  }

  function receive(chunk: Buffer): void {
    silence.refresh()
    for (const listener of heard) listener()
    let rest = chunk
    for (let at = rest.indexOf(lineEnd); at >= 0 && !isClosed; at = rest.indexOf(lineEnd)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, at)])
      pieces = []
      waitingBytes = 0
      rest = rest.subarray(at + 1)
      if (line.length > 0) deliver(line)
    }
    if (rest.length > 0) pieces.push(rest)
    waitingBytes += rest.length
    if (waitingBytes > limits.lineBytesMax) close()
  }

  /** Whoever it is may speak something else, or JSON that is no message. */
  function deliver(line: Buffer): void {
    try {
      const message: unknown = JSON.parse(line.toString())
      for (const listener of messages) listener(message)
    } catch {
      close()
    }
  }

  connection.on('data', receive)
  for (const event of ['end', 'error', 'close']) connection.on(event, close)
  // After whoever opened it has added its listeners.
  if (head.length > 0) queueMicrotask(() => receive(head))
  return {
    send: (message) => say(`${JSON.stringify(message)}\n`),
    onMessage: (listener) => void messages.push(listener),
    onClose: (listener) => void (isClosed ? listener() : closings.push(listener)),
    onHeard: (listener) => void heard.push(listener),
    close,
  }
}
