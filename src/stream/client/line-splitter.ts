const newline = 10

/** Joins lines that begin in one chunk and end in another. */
export interface LineSplitter {
  /** Buffers of whole lines, in order; what the chunk leaves open is copied and kept. */
  split(chunk: Buffer): Generator<Buffer>
  /** Of the open line. */
  readonly openBytes: number
  /** The open line with a newline, taken out; undefined when there is none. */
  rest(): Buffer | undefined
}

export function createLineSplitter(): LineSplitter {
  /** A long line's parts are put together once, when its end comes. */
  let open: Buffer[] = []
  return {
    get openBytes() {
      return open.reduce((sum, { length }) => sum + length, 0)
    },
    *split(chunk) {
      const first = open.length > 0 ? chunk.indexOf(newline) + 1 : 0
      const last = chunk.lastIndexOf(newline) + 1
      if (last > 0) {
        if (first > 0) yield Buffer.concat([...open, chunk.subarray(0, first)])
        open = []
        if (last > first) yield chunk.subarray(first, last)
      }
      if (last < chunk.length) open.push(Buffer.from(chunk.subarray(last)))
    },
    rest() {
      if (open.length === 0) return undefined
      const line = Buffer.concat([...open, Buffer.from([newline])])
      open = []
      return line
    },
  }
}
