/** Two fetches have it at a time: one is read while the log answers the next. */
const buffersMax = 2
/** Answers below this are memory of their own: there are few bytes of them. */
const largeBytes = 1024 * 1024
/** What an answer has besides the records asked for. */
const overheadBytes = 65_536

/**
 * Memory for large answers, given out in turn. Fresh memory for each would make V8 collect garbage after every few fetches,
 * at half the price of scanning them. A stream that is caught up with gives it back.
 */
export class FetchMemory {
  readonly #bytes: number
  #buffers: Buffer[] = []
  #turn = 0

  constructor(fetchBytesMax: number) {
    this.#bytes = fetchBytesMax + overheadBytes
  }

  /** For the fetch after one that gave so many bytes: what was given out two calls ago may be written over. */
  next(lastBytes: number): Buffer | undefined {
    if (lastBytes < largeBytes) {
      this.#buffers = []
      return undefined
    }
    this.#turn = (this.#turn + 1) % buffersMax
    return (this.#buffers[this.#turn] ??= Buffer.allocUnsafeSlow(this.#bytes))
  }
}
