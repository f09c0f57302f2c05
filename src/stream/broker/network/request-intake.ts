import { createFrameReader } from '../../protocol/frame-reader.ts'
import { watchArrivingRequest } from './arriving-request.ts'
import type { LentMemory } from './lent-memory.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { ByteTarget } from './read-into.ts'

/** The requests of one connection, from their first byte until they are answered. */
export interface RequestIntake {
  /** Throws for what no request is, and for one that arrives too slowly. */
  readonly bytes: ByteTarget
  /** Whole, and not begun. */
  readonly waiting: number
  /** So much memory as is reasonable for one client is taken, or there is none for its next request. */
  readonly isFull: boolean
  /** A part of a request has arrived. */
  readonly hasBegun: boolean
  next(): Buffer | undefined
  /** The request that `next` gave is answered; `reusable` when nobody looks at its bytes any more. */
  done(frame: Buffer, reusable: boolean): void
  /** The time for what arrives counts from now: until here the client was not read from. */
  forgive(): void
  /** The connection is gone: what is not being answered is given up. */
  close(): void
}

export interface IntakeOptions {
  readonly frameBytesMax: () => number
  readonly stallMs: number
  readonly monotonic: () => number
  readonly memory: LentMemory
  /** What the requests of all connections hold together. */
  readonly budget: MemoryBudget
  /** There is memory for the request that had to wait, and it may be whole. */
  readonly onRoom: () => void
  readonly onError: (error: unknown) => void
}

/** Of one connection, however much room others leave. */
const bytesHeldMax = 64 * 1024 * 1024
/** A client that holds nothing else need not wait for so little: heartbeats pass whoever crowds the log. */
const freeBytes = 64 * 1024

export function createRequestIntake(options: IntakeOptions): RequestIntake {
  const { memory, budget } = options
  const waiting: Buffer[] = []
  /** From the first byte on, counted by the length that was announced. */
  let heldBytes = 0
  let runningBytes = 0
  let closed = false
  /** Stops the wait for memory, while there is one. */
  let stopWaiting: (() => void) | undefined
  let isGranted = false

  const arriving = watchArrivingRequest(options.stallMs, options.monotonic)
  const reader = createFrameReader(options.frameBytesMax, received, memoryFor)

  function received(frame: Buffer): void {
    arriving.completed(frame.length)
    waiting.push(frame)
  }

  /** A request that has memory can always arrive to its end, so those that hold some never wait for each other. */
  function memoryFor(length: number): Buffer | undefined {
    if (heldBytes === 0 && length <= freeBytes) budget.take(length)
    else if (!isGranted) stopWaiting = budget.request(length, goOn)
    isGranted = false
    if (stopWaiting) return undefined
    heldBytes += length
    return memory.take(length)
  }

  function goOn(): void {
    stopWaiting = undefined
    isGranted = true
    arriving.forgive()
    try {
      reader.goOn()
      options.onRoom()
    } catch (error) {
      options.onError(error)
    }
  }

  return {
    bytes: {
      target: () => reader.target(),
      received(length) {
        arriving.received(length)
        reader.filled(length)
        if (arriving.isTooSlow) throw new Error('a request that arrives too slowly')
      },
    },
    get waiting() {
      return waiting.length
    },
    get isFull() {
      return stopWaiting !== undefined || heldBytes >= bytesHeldMax
    },
    get hasBegun() {
      return arriving.hasBegun
    },
    next() {
      const frame = waiting.shift()
      if (frame) runningBytes += frame.length
      return frame
    },
    done(frame, reusable) {
      runningBytes -= frame.length
      heldBytes -= frame.length
      budget.give(frame.length)
      if (reusable && !closed) memory.give(frame)
    },
    forgive: () => arriving.forgive(),
    close() {
      if (closed) return
      closed = true
      stopWaiting?.()
      waiting.length = 0
      budget.give(heldBytes - runningBytes)
      heldBytes = runningBytes
    },
  }
}
