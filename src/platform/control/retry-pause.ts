import type { WeirError } from '../../kernel/errors/weir-error.ts'

const firstMs = 100
const longestMs = 30_000

/** Milliseconds until the next attempt, after so many failed ones; null waits for a change of the resource. */
export function retryPause(error: WeirError, failures: number): number | null {
  // What is damaged may be put back, and nobody would say so.
  if (!error.retryable && error.kind === 'invalid') return null
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20))
}
