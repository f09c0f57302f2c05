/** How much a second, over the last windows of one second each: Kafka's Rate over a sampled sum, so that throttle times are the same. */
export interface WindowedRate {
  record(value: number, now: number): void
  perSecond(now: number): number
  /** What the rate is taken over, in milliseconds. */
  spanMs(now: number): number
}

interface Window {
  start: number
  last: number
  sum: number
}

/** Kafka's quota.window.size.seconds and quota.window.num. */
export const windowMs = 1000
export const windowCount = 11

export function createWindowedRate(): WindowedRate {
  const windows: Window[] = []
  let current = 0

  function open(now: number): Window {
    const window = windows[current]
    if (!window) return (windows[current] = { start: now, last: now, sum: 0 })
    if (now - window.start < windowMs) return window
    // One more than are counted: the oldest may lie in the span by a part.
    current = (current + 1) % (windowCount + 1)
    return (windows[current] = { start: now, last: now, sum: 0 })
  }

  function dropOutdated(now: number): void {
    for (const window of windows)
      if (now - window.last >= windowCount * windowMs) Object.assign(window, { start: now, last: now, sum: 0 })
  }

  function spanMs(now: number): number {
    dropOutdated(now)
    const elapsed = now - Math.min(now, ...windows.map(({ start }) => start))
    const whole = Math.floor(elapsed / windowMs)
    // As if all windows but one were there: a rate of the first second alone would be far too high.
    return Math.max(1, elapsed + Math.max(0, windowCount - 1 - whole) * windowMs)
  }

  return {
    record(value, now) {
      const window = open(now)
      window.sum += value
      window.last = now
    },
    perSecond(now) {
      const span = spanMs(now)
      return windows.reduce((sum, window) => sum + window.sum, 0) / (span / 1000)
    },
    spanMs,
  }
}
