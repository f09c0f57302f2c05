import type { Rates } from '../../operations.ts'

/** What is counted now; rates are what changed since. Keys are `kind/name`. */
export interface Counters {
  /** Records per second of streams that move; undefined while the log does not answer. */
  readonly streams: ReadonlyMap<string, number> | undefined
  readonly counts: ReadonlyMap<string, number>
  /** Deliveries that have records to read. */
  readonly behind: ReadonlySet<string>
  readonly deliveries: ReadonlySet<string>
  /** What deliveries wait for that are not behind by their own fault. */
  readonly waiting: readonly string[]
}

export interface RateWatch {
  readonly latest: Rates
  /** For people: a line for each delivery that waits. */
  readonly waiting: readonly string[]
  onRates(listener: (rates: Rates) => void): () => void
  stop(): void
}

const intervalMs = 1000

/** Counts once a second. */
export function watchRates(count: () => Promise<Counters>, now: () => number): RateWatch {
  const listeners = new Set<(rates: Rates) => void>()
  const caughtUpAt = new Map<string, number>()
  let before: { at: number; counts: ReadonlyMap<string, number> } | undefined
  let latest: Rates = { at: now(), counted: [], rates: {} }
  let waiting: readonly string[] = []
  let busy = false

  async function sample(): Promise<void> {
    const { streams, counts, behind, deliveries, waiting: waitingNow } = await count()
    waiting = waitingNow
    const at = now()
    for (const key of deliveries) if (!behind.has(key) || !caughtUpAt.has(key)) caughtUpAt.set(key, at)
    const seconds = before ? (at - before.at) / 1000 : 0
    const rates = [...counts].map(([key, value]) => {
      const grown = value - (before?.counts.get(key) ?? value)
      const perSecond = seconds > 0 ? Math.max(0, grown / seconds) : 0
      return [key, { perSecond, lagMs: at - caughtUpAt.get(key)! }] as const
    })
    const moving = [...(streams ?? [])].map(([key, perSecond]) => [key, { perSecond }] as const)
    before = { at, counts }
    const counted = streams ? (['stream', 'delivery'] as const) : (['delivery'] as const)
    latest = { at, counted, rates: Object.fromEntries([...moving, ...rates]) }
    for (const listener of listeners) listener(latest)
  }

  const timer = setInterval(() => {
    if (busy) return
    busy = true
    // A process that is being started again is counted the next time.
    void sample()
      .catch(() => undefined)
      .finally(() => (busy = false))
  }, intervalMs)
  timer.unref()
  return {
    get latest() {
      return latest
    },
    get waiting() {
      return waiting
    },
    onRates(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop: () => clearInterval(timer),
  }
}
