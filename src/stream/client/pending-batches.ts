import { setImmediate as turnEnd } from 'node:timers/promises'
import type { QueuedBatch } from './lane.ts'

/** What a producer has cut and not yet heard of: the room that is left, and whether all is well. */
export interface PendingBatches {
  add(batch: QueuedBatch): void
  done(batch: QueuedBatch): void
  /** The first error stays; everybody who waits goes on and meets it. */
  readonly fail: (error: unknown) => void
  throwIfFailed(): void
  /** Undefined while there is room, else a promise to wait for. It never rejects. */
  room(): Promise<void> | undefined
  /** Waits for all; gives what was acknowledged so far, or rejects with the first error. */
  settled(): Promise<{ readonly records: number; readonly bytes: number }>
}

/**
 * Whoever adds more than this at a time lets the sockets have a turn: else nothing is sent and no acknowledgement is heard until
 * the buffer is full, and the broker waits for the producer and the producer for the broker, one after the other.
 */
const turnBytesMax = 512 * 1024

export function createPendingBatches(bytesMax: number): PendingBatches {
  let bytes = 0
  let batches = 0
  let failure: { readonly error: unknown } | undefined
  let acknowledged = { records: 0, bytes: 0 }
  let addedInTurn = 0
  let roomWaiters: (() => void)[] = []
  let endWaiters: (() => void)[] = []

  function wake(): void {
    if (bytes <= bytesMax || failure) for (const go of roomWaiters.splice(0)) go()
    if (batches === 0 || failure) for (const go of endWaiters.splice(0)) go()
  }

  function throwIfFailed(): void {
    if (failure) throw failure.error
  }

  return {
    throwIfFailed,
    add(batch) {
      addedInTurn += batch.bytes
      bytes += batch.bytes
      batches++
    },
    done(batch) {
      bytes -= batch.bytes
      batches--
      acknowledged = { records: acknowledged.records + batch.records, bytes: acknowledged.bytes + batch.bytes }
      wake()
    },
    fail(error) {
      failure ??= { error }
      wake()
    },
    room() {
      if (bytes > bytesMax && !failure) return new Promise((resolve) => roomWaiters.push(resolve))
      if (addedInTurn < turnBytesMax) return undefined
      addedInTurn = 0
      return turnEnd()
    },
    async settled() {
      if (batches > 0 && !failure) await new Promise<void>((resolve) => endWaiters.push(resolve))
      throwIfFailed()
      return acknowledged
    },
  }
}
