import { createFrameReader } from '../../protocol/frame-reader.ts'
import { watchArrivingRequest } from './arriving-request.ts'
import { bytesToLend, type LentMemory } from './lent-memory.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { ByteTarget } from './read-into.ts'

export interface TakenRequest {
  readonly frame: Buffer
  /** The client had taken its last answer when it asked: it reads what it is sent. */
  readonly isReader: boolean
}

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
  next(): TakenRequest | undefined
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
  /** The client has taken its last answer. */
  readonly wasTaken: () => boolean
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
  const waiting: TakenRequest[] = []
  /** Its rest has yet to come. */
  let begun: Buffer | undefined
  /** From the first byte on, counted by what the length takes that was announced. */
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
    begun = undefined
    waiting.push({ frame, isReader: options.wasTaken() })
  }

  /** A request that has memory can always arrive to its end, so those that hold some never wait for each other. */
  function memoryFor(length: number): Buffer | undefined {
    const bytes = bytesToLend(length)
    if (heldBytes === 0 && length <= freeBytes) budget.take(bytes)
    else if (!isGranted) stopWaiting = budget.request(bytes, goOn)
    isGranted = false
    if (stopWaiting) return undefined
    heldBytes += bytes
    begun = memory.take(length)
    return begun
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
      // One that has its memory is read to its end, however large: were it not, it would hold that memory for good.
      return stopWaiting !== undefined || (begun === undefined && heldBytes >= bytesHeldMax)
    },
    get hasBegun() {
      return arriving.hasBegun
    },
    next() {
      const taken = waiting.shift()
      if (taken) runningBytes += bytesToLend(taken.frame.length)
      return taken
    },
    done(frame, reusable) {
      const bytes = bytesToLend(frame.length)
      if (reusable) memory.give(frame)
      runningBytes -= bytes
      heldBytes -= bytes
      budget.give(bytes)
    },
    forgive: () => arriving.forgive(),
    close() {
      if (closed) return
      closed = true
      stopWaiting?.()
      for (const { frame } of waiting.splice(0)) memory.give(frame)
      if (begun) memory.give(begun)
      begun = undefined
      budget.give(heldBytes - runningBytes)
      heldBytes = runningBytes
    },
  }
}
