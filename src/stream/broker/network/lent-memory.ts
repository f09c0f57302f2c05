/**
 * Large buffers that are used again. A new one for each frame costs twice: the kernel clears its pages, and its size drives V8's
 * collector, which took half of the log's CPU time under load.
 */
export interface LentMemory {
  /** Exactly `bytes` long, with anything in it. */
  take(bytes: number): Buffer
  /** What `take` gave, when nobody looks at it any more. Not to give it back is no leak: the collector has it then. */
  give(buffer: Buffer): void
}

/** Smaller ones are cheap; larger ones are rare. */
const classBytesMin = 2048
const classBytesMax = 16 * 1024 * 1024

/** Four sizes between one power of two and the next: a quarter is lost at most. */
function sizeOfClass(bytes: number): number {
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 2)
  return Math.ceil(bytes / step) * step
}

/** Keeps at most `keptBytesMax`, and nothing any more `idleMs` after the last use. */
export function createLentMemory(keptBytesMax: number, idleMs: number): LentMemory {
  const free = new Map<number, ArrayBuffer[]>()
  let keptBytes = 0
  let idle: NodeJS.Timeout | undefined

  function clear(): void {
    free.clear()
    keptBytes = 0
    idle = undefined
  }

  return {
    take(bytes) {
      if (bytes < classBytesMin || bytes > classBytesMax) return Buffer.allocUnsafeSlow(bytes)
      const size = sizeOfClass(bytes)
      const kept = free.get(size)?.pop()
      if (!kept) return Buffer.allocUnsafeSlow(size).subarray(0, bytes)
      keptBytes -= size
      return Buffer.from(kept, 0, bytes)
    },
    give({ buffer }) {
      const size = buffer.byteLength
      const isOfClass = size >= classBytesMin && sizeOfClass(size) === size
      if (!isOfClass || !(buffer instanceof ArrayBuffer) || keptBytes + size > keptBytesMax) return
      const same = free.get(size)
      if (same) same.push(buffer)
      else free.set(size, [buffer])
      keptBytes += size
      if (idle) idle.refresh()
      else idle = setTimeout(clear, idleMs).unref()
    },
  }
}
