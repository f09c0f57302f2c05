/** Forwards whole messages only, so that a stream that breaks off ends between two of them. */
export interface MessageBoundaries {
  /** The part of what came so far that ends at a message's end; the rest is kept. */
  push(chunk: Buffer): Buffer | undefined
  /** Whether everything forwarded so far ends at a message's end. */
  readonly whole: boolean
}

/** Messages larger than this are forwarded as they come: keeping them would cost memory. */
const keptBytesMax = 1 << 20

export function messageBoundaries(): MessageBoundaries {
  let kept: Buffer[] = []
  let keptBytes = 0
  /** Bytes of a large message that are still to come. */
  let passing = 0
  return {
    push(chunk) {
      const bytes = kept.length ? Buffer.concat([...kept, chunk], keptBytes + chunk.length) : chunk
      let end = Math.min(passing, bytes.length)
      passing -= end
      while (passing === 0 && end + 5 <= bytes.length) {
        const length = bytes.readUInt32BE(end + 1) + 1
        if (end + length <= bytes.length) end += length
        else if (length > keptBytesMax) {
          passing = end + length - bytes.length
          end = bytes.length
        } else break
      }
      kept = end < bytes.length ? [bytes.subarray(end)] : []
      keptBytes = bytes.length - end
      return end > 0 ? bytes.subarray(0, end) : undefined
    },
    get whole() {
      return passing === 0
    },
  }
}
