import { sqlError } from '../sql-error.ts'

/** One message as it came. The startup message has no type: 0. */
export interface RawMessage {
  readonly type: number
  readonly body: Buffer
}

const startupBytesMax = 10_000

/** Cuts a stream of bytes into messages. The first has no type byte until `authenticated` says that startup is over. */
export interface MessageStream {
  push(chunk: Buffer): void
  /** The next whole message, if it is here. WEIR-6008 for lengths that cannot be. */
  next(): RawMessage | undefined
  /** From now on messages have a type byte. */
  typed(): void
  /** Bytes that came and were not yet taken. */
  rest(): Buffer
}

export function messageStream(messageBytesMax: number): MessageStream {
  let chunks: Buffer[] = []
  let size = 0
  let header = 0

  const gather = (): Buffer => {
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)
    chunks = [whole]
    return whole
  }
  return {
    push(chunk) {
      chunks.push(chunk)
      size += chunk.length
    },
    next() {
      if (size < header + 4) return undefined
      if (chunks[0]!.length < header + 4) gather()
      const length = chunks[0]!.readInt32BE(header)
      const lengthMax = header === 0 ? startupBytesMax : messageBytesMax
      if (length < 4 || length > lengthMax)
        throw sqlError('WEIR-6008', `a message of ${length} bytes; at most ${lengthMax} are taken`, {
          sqlstate: '08P01',
        })
      if (size < header + length) return undefined
      const bytes = gather()
      const rest = bytes.subarray(header + length)
      chunks = rest.length ? [rest] : []
      size = rest.length
      return { type: header ? bytes[0]! : 0, body: bytes.subarray(header + 4, header + length) }
    },
    typed() {
      header = 1
    },
    rest: () => (size ? gather() : Buffer.alloc(0)),
  }
}
