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
/** What V8 and the allocator need beside the bytes. */
const besideBytes = 512

/** Four sizes between one power of two and the next: a quarter is lost at most. */
function sizeOfClass(bytes: number): number {
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 2)
  return Math.ceil(bytes / step) * step
}

const isOfClass = (bytes: number): boolean => bytes >= classBytesMin && bytes <= classBytesMax

/** What it takes to lend so many bytes. */
export function bytesToLend(bytes: number): number {
  return besideBytes + (isOfClass(bytes) ? sizeOfClass(bytes) : bytes)
}

/** Keeps at most `keptBytesMax`, of the sizes that were asked for last, and nothing any more `idleMs` after the last use. */
export function createLentMemory(keptBytesMax: number, idleMs: number): LentMemory {
  /** By size, the one last used at the end. */
  const free = new Map<number, ArrayBuffer[]>()
  let keptBytes = 0
  let idle: NodeJS.Timeout | undefined

  function clear(): void {
    for (const kept of free.values()) kept.forEach(release)
    free.clear()
    keptBytes = 0
    idle = undefined
  }

  function keptOf(size: number): ArrayBuffer[] {
    const kept = free.get(size) ?? []
    free.delete(size)
    free.set(size, kept)
    return kept
  }

  /** Of the size that was not used for longest. */
  function releaseOne(): void {
    const [size, kept] = free.entries().next().value!
    const buffer = kept.pop()
    if (buffer) {
      keptBytes -= size
      release(buffer)
    } else free.delete(size)
  }

  function keep(buffer: ArrayBuffer): void {
    const size = buffer.byteLength
    const same = keptOf(size)
    while (keptBytes + size > keptBytesMax) releaseOne()
    same.push(buffer)
    keptBytes += size
    if (idle) idle.refresh()
    else idle = setTimeout(clear, idleMs).unref()
  }

  return {
    take(bytes) {
      if (!isOfClass(bytes)) return Buffer.allocUnsafeSlow(bytes)
      const size = sizeOfClass(bytes)
      const kept = keptOf(size).pop()
      if (!kept) return Buffer.allocUnsafeSlow(size).subarray(0, bytes)
      keptBytes -= size
      return Buffer.from(kept, 0, bytes)
    },
    give({ buffer }) {
      const size = buffer.byteLength
      if (size < classBytesMin || !(buffer instanceof ArrayBuffer)) return
      const isKept = isOfClass(size) && sizeOfClass(size) === size && size <= keptBytesMax
      if (isKept) keep(buffer)
      else release(buffer)
    },
  }
}

/** Now, not when the collector comes by: until then the process would hold what its budgets have given to others. */
function release(buffer: ArrayBuffer): void {
  buffer.transfer(0)
}
