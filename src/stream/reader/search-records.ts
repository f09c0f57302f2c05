import type { KafkaClient } from '../client/kafka-client.ts'
import type { Isolation } from './place.ts'
import { readForward } from './read-forward.ts'
import type { ReadRecord, RecordTest } from './read-record.ts'
import { skipEmpty } from './skip-empty.ts'

export interface SearchRequest {
  readonly topic: string
  /** By partition: the offsets that are searched. */
  readonly from: ReadonlyMap<number, number>
  readonly until: ReadonlyMap<number, number>
  readonly order: 'newest' | 'oldest'
  readonly isolation?: Isolation | undefined
  readonly isWanted: RecordTest
  readonly signal?: AbortSignal | undefined
}

/** One step of a search: the caller decides after each whether to go on. */
export interface SearchStep {
  readonly found: readonly ReadRecord[]
  /** Offsets looked at, and bytes read, in this step. */
  readonly looked: number
  readonly bytes: number
  /** What is left to search, as `from` and `until` of a search that goes on. */
  readonly left: { readonly from: ReadonlyMap<number, number>; readonly until: ReadonlyMap<number, number> }
}

/** Partitions that are read at the same time: what is held is bounded by them. */
const partitionsAtOnce = 16
const windowBytes = 2_000_000
const firstWindow = 1000
const windowRecordsMax = 1_000_000

/**
 * Looks through a range of records, from its old end or from its new one. Partitions take turns, so the search is in order within
 * each, and about in order of time across them.
 */
export function searchRecords(
  client: Pick<KafkaClient, 'fetch'>,
  request: SearchRequest,
): AsyncGenerator<SearchStep, void> {
  return request.order === 'oldest' ? searchForward(client, request) : searchBackward(client, request)
}

async function* searchForward(client: Pick<KafkaClient, 'fetch'>, request: SearchRequest): AsyncGenerator<SearchStep> {
  const from = new Map(request.from)
  for await (const { partition, records, next, bytes } of readForward(client, request)) {
    const looked = next - from.get(partition)!
    if (next < request.until.get(partition)!) from.set(partition, next)
    else from.delete(partition)
    yield { found: records, looked, bytes, left: { from: new Map(from), until: request.until } }
  }
}

async function* searchBackward(client: Pick<KafkaClient, 'fetch'>, request: SearchRequest): AsyncGenerator<SearchStep> {
  const { topic, from, isolation, isWanted, signal } = request
  const until = new Map([...request.until].filter(([partition, end]) => end > (from.get(partition) ?? 0)))
  const sizes = new Map([...until.keys()].map((partition) => [partition, firstWindow]))
  for (let turn = 0; until.size > 0; turn++) {
    const names = [...until.keys()]
    const some = Array.from(
      { length: Math.min(partitionsAtOnce, names.length) },
      (_, at) => names[(turn * partitionsAtOnce + at) % names.length]!,
    )
    const starts = new Map(
      some.map((partition) => [
        partition,
        Math.max(from.get(partition) ?? 0, until.get(partition)! - sizes.get(partition)!),
      ]),
    )
    const ends = new Map(some.map((partition) => [partition, until.get(partition)!]))
    const step = await readWindows(client, { topic, from: starts, until: ends, isolation, isWanted, signal })
    const skipTo = async (partition: number): Promise<number> => {
      const end = starts.get(partition)!
      if (step.bytesOf.has(partition)) return end
      return skipEmpty(client, { topic, partition, start: from.get(partition) ?? 0, end, isolation, signal })
    }
    const reached = await Promise.all(some.map(skipTo))
    let looked = 0
    for (const [at, partition] of some.entries()) {
      const window = ends.get(partition)! - starts.get(partition)!
      looked += ends.get(partition)! - reached[at]!
      sizes.set(partition, nextSize(window, step.bytesOf.get(partition) ?? 0))
      if (reached[at]! > (from.get(partition) ?? 0)) until.set(partition, reached[at]!)
      else until.delete(partition)
    }
    yield { ...step, looked, left: { from, until: new Map(until) } }
  }
}

/** So many offsets that a window has about its bytes; twice as many at most. */
function nextSize(looked: number, bytes: number): number {
  const fitting = bytes === 0 ? windowRecordsMax : Math.floor((looked * windowBytes) / bytes)
  return Math.max(1, Math.min(2 * looked, fitting, windowRecordsMax))
}

async function readWindows(
  client: Pick<KafkaClient, 'fetch'>,
  windows: Omit<SearchRequest, 'order'>,
): Promise<Omit<SearchStep, 'left' | 'looked'> & { readonly bytesOf: ReadonlyMap<number, number> }> {
  const found: ReadRecord[] = []
  const bytesOf = new Map<number, number>()
  for await (const { partition, records, bytes } of readForward(client, windows)) {
    found.push(...records)
    if (bytes > 0) bytesOf.set(partition, (bytesOf.get(partition) ?? 0) + bytes)
  }
  const bytes = [...bytesOf.values()].reduce((sum, some) => sum + some, 0)
  return {
    found: found.toSorted((a, b) => b.timestampMs - a.timestampMs || b.offset - a.offset),
    bytes,
    bytesOf,
  }
}
