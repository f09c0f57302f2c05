/**
 * Buffers of one size, used again by batch after batch: a new one of a megabyte costs a page fault for each 4 KB, and work for
 * the collector of garbage.
 */
export interface BatchBuffers {
  /** What is in it is not defined. A size that is not theirs gets a buffer of its own. */
  take(bytes: number): Buffer
  /** Of a batch that lies in a buffer of theirs, when nobody looks at it any more. Any other is let go. */
  giveBack(batch: Buffer): void
}

/** `keptMax` at most wait to be used. */
export function createBatchBuffers(bufferBytes: number, keptMax: number): BatchBuffers {
  const kept: ArrayBuffer[] = []
  /** A batch may also be a part of memory that others share. */
  const lent = new WeakSet<ArrayBufferLike>()
  return {
    take(bytes) {
      if (bytes !== bufferBytes) return Buffer.allocUnsafeSlow(bytes)
      const reused = kept.pop()
      const buffer = reused ? Buffer.from(reused) : Buffer.allocUnsafeSlow(bytes)
      lent.add(buffer.buffer)
      return buffer
    },
    giveBack({ buffer }) {
      if (lent.delete(buffer) && kept.length < keptMax) kept.push(buffer as ArrayBuffer)
    },
  }
}

/** For builders whose batches nobody gives back. */
export const newBuffers: BatchBuffers = { take: (bytes) => Buffer.allocUnsafeSlow(bytes), giveBack() {} }
