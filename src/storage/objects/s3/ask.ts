import { explain, isTransient } from './failure.ts'

/** How patiently a request is sent again. Time and chance are passed in, so that tests can hold them. */
export interface Patience {
  /** How often a request is sent before its failure is told. */
  readonly attemptsMax: number
  /** Milliseconds: the wait before the second attempt is a random part of this, doubled for each further one. */
  readonly delayMs: number
  /** Milliseconds that the doubled delay does not pass. */
  readonly delayMsMax: number
  readonly random: () => number
  readonly pause: (ms: number) => Promise<unknown>
}

/**
 * Does `call` until it is answered; what the answer refuses, and the last failure, is thrown as a WeirError that names the
 * location. An attempt whose failure is transient may have been done by the server all the same.
 */
export type Ask = <T>(location: string, call: () => Promise<T>) => Promise<T>

/** Waits between attempts are random (full jitter), so that many clients do not come back at the same moment. */
export function askPatiently({ attemptsMax, delayMs, delayMsMax, random, pause }: Patience): Ask {
  return async (location, call) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call()
      } catch (error) {
        if (attempt >= attemptsMax || !isTransient(error)) throw explain(location, error, attempt)
        await pause(random() * Math.min(delayMsMax, delayMs * 2 ** (attempt - 1)))
      }
    }
  }
}
