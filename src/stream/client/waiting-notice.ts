const firstMs = 3_000
const againMs = 60_000

/** Called at each failure that may pass, with how long nothing has been written since the first one: says so now and then. */
export function createWaitingNotice(say: (reason: unknown) => void): (reason: unknown, failingMs: number) => void {
  let nextAt = -Infinity
  return (reason, failingMs) => {
    const now = performance.now()
    if (failingMs < firstMs || now < nextAt) return
    nextAt = now + againMs
    say(reason)
  }
}
