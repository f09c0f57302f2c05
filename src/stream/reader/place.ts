import { parseDuration } from '../../kernel/units.ts'
import type { KafkaClient } from '../client/kafka-client.ts'

/** Where to begin or to end in every partition: at a bound, an offset, a time, or so many records before the end. */
export type Place =
  | 'start'
  | 'end'
  | { readonly offset: number }
  | { readonly timestampMs: number }
  | { readonly last: number }

export const placeForms = 'beginning, end, an offset, -10 (the last ten), "10 minutes ago" or an ISO time'

const words: Readonly<Record<string, Place>> = {
  beginning: 'start',
  earliest: 'start',
  start: 'start',
  end: 'end',
  latest: 'end',
  now: 'end',
}

/** A place as people write it; undefined for what is none. A time without zone is of this machine's zone. */
export function parsePlace(text: string, now: number): Place | undefined {
  const trimmed = text.trim()
  const word = words[trimmed.toLowerCase()]
  if (word !== undefined) return word
  if (/^\d{1,15}$/.test(trimmed)) return { offset: Number(trimmed) }
  if (/^-\d{1,9}$/.test(trimmed)) return { last: -Number(trimmed) }
  const timestampMs = parseTime(trimmed, now)
  return timestampMs === undefined ? undefined : { timestampMs }
}

/** `10 minutes ago`, `2026-01-05T10:00:00Z`, `2026-01-05`, `@1767607200000`: milliseconds since the epoch. */
export function parseTime(text: string, now: number): number | undefined {
  const ago = /^(.+) ago$/i.exec(text)?.[1]
  if (ago !== undefined) return millisecondsBefore(ago, now)
  const epoch = /^@(\d{1,15})$/.exec(text)?.[1]
  if (epoch !== undefined) return Number(epoch)
  // Date.parse takes much that nobody means: "1" is a day in 2001.
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$/.test(text)) return undefined
  const parsed = Date.parse(text.replace(' ', 'T'))
  return Number.isNaN(parsed) ? undefined : parsed
}

function millisecondsBefore(duration: string, now: number): number | undefined {
  try {
    return now - parseDuration(duration)
  } catch {
    return undefined
  }
}

/** Whether records of transactions that are open or were aborted are read too. */
export type Isolation = 'committed' | 'uncommitted'

/** Where partitions begin and end; the end of committed records is in front of the oldest open transaction. */
export interface Bounds {
  readonly starts: ReadonlyMap<number, number>
  readonly ends: ReadonlyMap<number, number>
}

export async function readBounds(
  { offsets }: Pick<KafkaClient, 'offsets'>,
  topic: string,
  partitions?: readonly number[],
  isolation: Isolation = 'committed',
): Promise<Bounds> {
  const [starts, ends] = await Promise.all([
    offsets.list(topic, 'start', partitions),
    offsets.list(topic, isolation === 'committed' ? 'stable end' : 'end', partitions),
  ])
  return { starts, ends }
}

/** The offset of the place in each partition, not outside of what there is. */
export async function offsetsAt(
  { offsets }: Pick<KafkaClient, 'offsets'>,
  topic: string,
  place: Place,
  { starts, ends }: Bounds,
): Promise<Map<number, number>> {
  if (place === 'start') return new Map(starts)
  if (place === 'end') return new Map(ends)
  const found = 'timestampMs' in place ? await offsets.list(topic, place, [...ends.keys()]) : undefined
  return new Map(
    [...ends].map(([partition, end]) => {
      const start = starts.get(partition) ?? 0
      const wanted = found
        ? found.get(partition)!
        : 'last' in place
          ? end - place.last
          : (place as { offset: number }).offset
      return [partition, Math.max(start, Math.min(wanted, end))]
    }),
  )
}
