import { setTimeout as sleep } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatDuration } from '../../kernel/units.ts'
import { isRetriableKafkaError, nameOfKafkaError } from '../protocol/errors.ts'

const pauseMsFirst = 20
const pauseMsMax = 1_000

/** An error that a broker answered, as WEIR-3103; `what` names the thing: "topic flights". */
export function refused(errorCode: number, what: string, message?: string | null): WeirError {
  const error = nameOfKafkaError(errorCode)
  return new WeirError('WEIR-3103', `${what}: the Kafka broker answered ${error}${message ? ` (${message})` : ''}`, {
    details: { error, errorCode },
  })
}

/** Throws what a broker answered, unless it is 0. */
export function check(errorCode: number, what: string, message?: string | null): void {
  if (errorCode !== 0) throw refused(errorCode, what, message)
}

/** Whether the same request may succeed later: a connection that broke, or what Kafka calls retriable. */
export function isRetriable(error: unknown): boolean {
  if (!(error instanceof WeirError)) return false
  if (error.code !== 'WEIR-3103') return error.code === 'WEIR-3102'
  return isRetriableKafkaError(error.details['errorCode'] as number)
}

/** Whether a broker answered with an error, whichever. */
export function isRefused(error: unknown): error is WeirError {
  return error instanceof WeirError && error.code === 'WEIR-3103'
}

/** Whether it was this error that a broker answered. */
export function isRefusal(error: unknown, errorCode: number): boolean {
  return isRefused(error) && error.details['errorCode'] === errorCode
}

/** Whether the broker does not have the request, or no version of it that we have. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof WeirError && error.code === 'WEIR-3104'
}

/**
 * Tries until it succeeds, an error is final, `signal` aborts, or `deadlineMs` is over; then WEIR-3102 with the last error as
 * its cause. `attempt` gets the time that is left, to bound its own calls.
 */
export async function withRetries<T>(
  what: string,
  deadlineMs: number,
  attempt: (leftMs: number) => Promise<T>,
  signal?: AbortSignal,
  /** Hears of each failure that may pass, and how long there has been nothing else. */
  onFailure?: (reason: unknown, failingMs: number) => void,
): Promise<T> {
  const started = performance.now()
  const end = started + deadlineMs
  for (let pauseMs = pauseMsFirst; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    try {
      return await attempt(Math.max(1, end - performance.now()))
    } catch (error) {
      signal?.throwIfAborted()
      if (!isRetriable(error)) throw error
      if (performance.now() + pauseMs >= end) {
        const message = `${what}: no success within ${formatDuration(deadlineMs)}, the last error was: ${(error as Error).message}`
        throw new WeirError('WEIR-3102', message, { cause: error, details: (error as WeirError).details })
      }
      onFailure?.(error, performance.now() - started)
      await sleep(pauseMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  }
}
