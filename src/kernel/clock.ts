/** Time as it is passed in, so that tests can hold it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. For what people and other programs see. */
  now(): number
  /** Milliseconds that only grow. For intervals and deadlines. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
