import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

/** One rate per resource and moment, as the API streams them. */
export interface RateSample {
  readonly at: number
  /** By this browser's clock: ages do not depend on the clocks agreeing. */
  readonly receivedAt: number
  readonly counted: readonly string[]
  /** Streams that stand still are left out. */
  readonly rates: Readonly<Record<string, KnownRate>>
}

export interface KnownRate {
  readonly perSecond: number
  readonly lagMs?: number | null
}

/** Undefined when it is not known. */
export function rateOf(sample: RateSample | undefined, kind: string, name: string): KnownRate | undefined {
  const rate = sample?.rates[`${kind}/${name}`]
  return rate ?? (kind === 'stream' && sample?.counted.includes(kind) ? { perSecond: 0 } : undefined)
}

const keptSamples = 300
const retryMs = 1000
const refreshMs = 250

let connected = true
let samples: readonly RateSample[] = []
const listeners = new Set<() => void>()

/** Follows server-sent events until it is ended: a change of a resource refreshes what shows it, rates are kept for charts. */
export function followEvents(queries: QueryClient): () => void {
  let end: () => void
  const follow = (): void => {
    end = followOnce(queries, () => {
      const timer = setTimeout(follow, retryMs)
      end = () => clearTimeout(timer)
    })
  }
  follow()
  return () => {
    end()
    samples = []
    update(true)
  }
}

function followOnce(queries: QueryClient, onGivenUp: () => void): () => void {
  const source = new EventSource('/api/v1/events')
  source.addEventListener('open', () => {
    if (!connected) void queries.invalidateQueries()
    update(true)
  })
  source.addEventListener('error', () => {
    update(false)
    // Browsers give up after an answer that is no stream, as a proxy or a Weir that starts gives.
    if (source.readyState !== EventSource.CLOSED) return
    onGivenUp()
  })
  source.addEventListener('resource', () => refreshSoon(queries))
  source.addEventListener('rates', (event) => {
    const sample = JSON.parse((event as MessageEvent<string>).data) as Omit<RateSample, 'receivedAt'>
    samples = [...samples.slice(1 - keptSamples), { ...sample, receivedAt: Date.now() }]
    notify()
  })
  return () => source.close()
}

let refreshing: ReturnType<typeof setTimeout> | undefined

/** Thousands of streams may change in a moment: what shows them is asked for once. */
function refreshSoon(queries: QueryClient): void {
  refreshing ??= setTimeout(() => {
    refreshing = undefined
    for (const queryKey of [['resources'], ['streams'], ['audit']]) void queries.invalidateQueries({ queryKey })
  }, refreshMs)
}

export function useConnection(): boolean {
  return useSyncExternalStore(subscribe, () => connected)
}

export function useRates(): readonly RateSample[] {
  return useSyncExternalStore(subscribe, () => samples)
}

/** Records per second of all streams, or of all deliveries. */
export function sumOf(sample: RateSample, kind: string): number {
  return Object.entries(sample.rates).reduce(
    (sum, [id, { perSecond }]) => (id.startsWith(`${kind}/`) ? sum + perSecond : sum),
    0,
  )
}

function update(next: boolean): void {
  if (connected === next) return
  connected = next
  notify()
}

function notify(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
