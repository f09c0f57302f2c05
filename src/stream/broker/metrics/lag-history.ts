import { offsetsOutside } from '../../offset-holes.ts'
import type { Groups } from '../groups/groups.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { LagSeries } from './figures.ts'

/** How far behind groups were, for the last half hour. */
export interface LagHistory {
  sample(now: number): void
  /** Undefined for a group that is not watched. */
  of(group: string): LagSeries | undefined
}

export const lagEveryMs = 10_000
const valuesKept = 180
/** So many groups are watched; those that were there first. */
const groupsMax = 500

export function createLagHistory(groups: Groups, topics: Pick<TopicStore, 'get'>): LagHistory {
  /** Rings of values, all written at the same place. */
  const rings = new Map<string, Float64Array>()
  let written = 0
  let sampledAt = 0

  return {
    sample(now) {
      const ids = new Set(groups.ids())
      for (const id of rings.keys()) if (!ids.has(id)) rings.delete(id)
      for (const id of ids) {
        let ring = rings.get(id)
        if (!ring) {
          if (rings.size >= groupsMax) continue
          rings.set(id, (ring = new Float64Array(valuesKept).fill(Number.NaN)))
        }
        ring[written % valuesKept] = lagOf(groups, topics, id)
      }
      written++
      sampledAt = now
    },
    of(group) {
      const ring = rings.get(group)
      if (!ring) return undefined
      const count = Math.min(written, valuesKept)
      const lag = Array.from({ length: count }, (_, at) => ring[(written - count + at) % valuesKept]!)
      return { at: sampledAt, everyMs: lagEveryMs, lag: lag.map((value) => (Number.isNaN(value) ? null : value)) }
    },
  }
}

/** NaN when nothing was committed. */
function lagOf({ offsets }: Groups, topics: Pick<TopicStore, 'get'>, group: string): number {
  let lag = Number.NaN
  for (const { topic, partition, committed } of offsets.of(group)) {
    const view = topics.get(topic)?.partitions[partition]?.view
    if (view) lag = (Number.isNaN(lag) ? 0 : lag) + offsetsOutside(view.holes, committed.offset, view.endOffset)
  }
  return lag
}
