/** At once the first time, then 0.1 s, doubling to 10 s. */
export function restartDelayMs(failuresBefore: number): number {
  return failuresBefore === 0 ? 0 : Math.min(10_000, 100 * 2 ** (failuresBefore - 1))
}
