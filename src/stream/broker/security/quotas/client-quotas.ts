import type { QuotaKey } from './quota.ts'
import { createQuotaTable, type QuotaTable } from './quota-table.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'
import { createWindowedRate, windowCount, windowMs, type WindowedRate } from './windowed-rate.ts'
import type { Quota } from './quota.ts'

/** For quotas. */
export interface QuotaClient {
  readonly user: string
  readonly clientId: string
}

type RateKey = Exclude<QuotaKey, 'controller_mutation_rate'>

/** What clients have used, against what they may. */
export interface ClientQuotas {
  /** Whether there are any quotas at all. */
  readonly isEmpty: boolean
  setQuotas(quotas: readonly Quota[]): void
  isLimited(key: QuotaKey, client: QuotaClient): boolean
  /** Counts it; milliseconds that the client has to wait, so that its rate comes back to its limit. */
  charge(key: RateKey, client: QuotaClient, amount: number): number
  /** Takes back what was counted and then not given. */
  takeBack(key: RateKey, client: QuotaClient, amount: number): void
  /** More than this at once would be throttled whatever came before. */
  mostAtOnce(key: RateKey, client: QuotaClient): number
  /** Partitions that are made or deleted. `strict` refuses what is over: then nothing is counted. */
  chargeMutations(
    client: QuotaClient,
    partitions: number,
    strict: boolean,
  ): { readonly ms: number; readonly refused: boolean }
}

/** So many clients are remembered; the one that was idle longest is forgotten for a new one. */
const clientsMax = 10_000

export function createClientQuotas(monotonic: () => number): ClientQuotas {
  let table: QuotaTable = createQuotaTable([])
  const rates = remember<WindowedRate>(createWindowedRate)
  const buckets = remember<TokenBucket>(createTokenBucket)

  return {
    get isEmpty() {
      return table.isEmpty
    },
    setQuotas(quotas) {
      table = createQuotaTable(quotas)
    },
    isLimited: (key, { user, clientId }) => !table.isEmpty && table.limitOf(key, user, clientId) !== undefined,
    charge(key, { user, clientId }, amount) {
      const limit = table.limitOf(key, user, clientId)
      if (!limit) return 0
      const now = monotonic()
      const rate = rates(key + limit.sharedBy)
      rate.record(amount, now)
      const ms = throttleMs(rate.perSecond(now), limit.perSecond, rate.spanMs(now))
      // As in Kafka: the time of requests is given back within a window.
      return key === 'request_percentage' ? Math.min(ms, windowMs) : ms
    },
    takeBack(key, { user, clientId }, amount) {
      const limit = table.limitOf(key, user, clientId)
      if (limit) rates(key + limit.sharedBy).record(-amount, monotonic())
    },
    mostAtOnce(key, { user, clientId }) {
      const limit = table.limitOf(key, user, clientId)
      return limit ? (limit.perSecond * (windowCount - 1) * windowMs) / 1000 : Infinity
    },
    chargeMutations({ user, clientId }, partitions, strict) {
      const limit = table.limitOf('controller_mutation_rate', user, clientId)
      if (!limit) return { ms: 0, refused: false }
      const now = monotonic()
      const bucket = buckets(limit.sharedBy)
      const owed = (): number =>
        Math.round(Math.max(0, (-bucket.tokens(limit.perSecond, now) / limit.perSecond) * 1000))
      if (strict && owed() > 0) return { ms: owed(), refused: true }
      bucket.take(partitions, limit.perSecond, now)
      return { ms: strict ? 0 : owed(), refused: false }
    },
  }
}

/** The time in which a rate over `spanMs` sinks to its limit when nothing is added: X in O * W / (W + X) = T. */
function throttleMs(perSecond: number, limit: number, spanMs: number): number {
  return perSecond <= limit ? 0 : Math.round(((perSecond - limit) / limit) * spanMs)
}

function remember<T>(make: () => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const found = known.get(key) ?? make()
    // Set anew: the map is in the order of last use.
    known.delete(key)
    known.set(key, found)
    if (known.size > clientsMax) known.delete(known.keys().next().value!)
    return found
  }
}
