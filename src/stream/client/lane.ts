import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaErrors } from '../protocol/errors.ts'
import { isRefusal, isRefused, isRetriable } from './retry.ts'

const pauseMsFirst = 20
const pauseMsMax = 1_000

export interface QueuedBatch {
  readonly partition: number
  /** Grows from batch to batch of a partition. */
  readonly order: number
  readonly batch: Buffer
  readonly records: number
  readonly bytes: number
  /** `performance.now()` by which it must be acknowledged. */
  readonly deadline: number
}

export interface LaneOptions {
  readonly inFlightMax: number
  /** One attempt: resolves with the base offset. */
  readonly attempt: (batch: QueuedBatch) => Promise<number>
  /** Whether the log has the batch, by reading: its base offset, or undefined. */
  readonly find: (batch: QueuedBatch) => Promise<number | undefined>
  readonly onDone: (batch: QueuedBatch, baseOffset: number) => void
  /** A batch could not be written and is tried again; so long has none been since the first that could not. */
  readonly onRetry?: ((reason: unknown, failingMs: number) => void) | undefined
  /** A batch could not be written: nothing more is sent. */
  readonly onFailed: (error: unknown) => void
}

/**
 * The batches of one partition, sent in order, several in flight. After a failure that may pass, nothing new is sent until all in flight
 * have come back; then those that failed go again, in their order and byte for byte, so that the broker can tell what it has.
 * A broker that was killed may have forgotten all but the last (Kafka does: its snapshots keep one batch a producer) and calls the
 * others out of order: then the log is read.
 */
export interface Lane {
  add(batch: QueuedBatch): void
  stop(): void
}

export function createLane({ inFlightMax, attempt, find, onDone, onRetry, onFailed }: LaneOptions): Lane {
  /** In order; those in flight, those that go again and those that wait. */
  const inFlight = new Set<QueuedBatch>()
  const failed = new Set<QueuedBatch>()
  /** Why the last attempt of a batch failed, when it is tried again. */
  const failures = new WeakMap<QueuedBatch, unknown>()
  let waiting: QueuedBatch[] = []
  let pauseMs = pauseMsFirst
  let failingSince: number | undefined
  let stopped = false
  /** A batch was written. Before that a broker takes any sequence number as the first: a second batch could come before the first one. */
  let isKnown = false

  function pump(): void {
    while (!stopped && failed.size === 0 && inFlight.size < (isKnown ? inFlightMax : 1) && waiting.length > 0)
      void run(waiting.shift()!)
  }

  async function run(batch: QueuedBatch): Promise<void> {
    inFlight.add(batch)
    const outcome = await attempt(batch)
      .catch((error: unknown) => readWhenUnknown(batch, error))
      .catch((error: unknown) => ({ error }))
    const isOldest = isOldestOf(batch)
    inFlight.delete(batch)
    if (typeof outcome === 'number') {
      pauseMs = pauseMsFirst
      done(batch, outcome)
    } else if (isRefusal(outcome.error, kafkaErrors.DUPLICATE_SEQUENCE_NUMBER)) done(batch, -1)
    else if (mayPass(outcome.error, isOldest)) fail(batch, outcome.error)
    else stop(outcome.error)
    if (failed.size > 0 && inFlight.size === 0) await again()
    pump()
  }

  function isOldestOf(batch: QueuedBatch): boolean {
    return [...inFlight, ...failed].every(({ order }) => order >= batch.order)
  }

  /** Out of order, though nothing before it is missing: an earlier attempt whose answer was lost may have written it. */
  async function readWhenUnknown(batch: QueuedBatch, error: unknown): Promise<number> {
    const isGap = isRefusal(error, kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER)
    if (!isGap || !failures.has(batch) || !isOldestOf(batch)) throw error
    const baseOffset = await find(batch)
    if (baseOffset === undefined) throw error
    return baseOffset
  }

  /** A gap is not the batch's own fault while one before it is not written. */
  function mayPass(error: unknown, isOldest: boolean): boolean {
    return isRetriable(error) || (!isOldest && isRefusal(error, kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER))
  }

  /** At the deadline what a broker said is worth more than that it did not answer in the time that was left. */
  function fail(batch: QueuedBatch, error: unknown): void {
    const reason = isRefused(error) ? error : (failures.get(batch) ?? error)
    if (performance.now() >= batch.deadline) return stop(reason)
    failures.set(batch, reason)
    failed.add(batch)
    failingSince ??= performance.now()
    onRetry?.(reason, performance.now() - failingSince)
  }

  async function again(): Promise<void> {
    await sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 2, pauseMsMax)
    waiting = [...failed, ...waiting].toSorted((left, right) => left.order - right.order)
    failed.clear()
  }

  function done(batch: QueuedBatch, baseOffset: number): void {
    isKnown = true
    failingSince = undefined
    if (!stopped) onDone(batch, baseOffset)
  }

  function stop(error: unknown): void {
    if (!stopped) onFailed(error)
    stopped = true
  }

  return {
    add(batch) {
      waiting.push(batch)
      pump()
    },
    stop: () => void (stopped = true),
  }
}
