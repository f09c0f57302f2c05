/** What was read of one partition: offsets `[from, to)`, and how many records were in them. */
export interface PartitionCount {
  readonly from: number
  readonly to: number
  readonly read: number
  readonly rejected: number
}

export type Counts = ReadonlyMap<number, PartitionCount>

export const noCounts: Counts = new Map()

/** `later` goes on where `earlier` ends, partition by partition. */
export function joinCounts(earlier: Counts, later: Counts): Counts {
  const joined = new Map(earlier)
  for (const [partition, count] of later) {
    const before = joined.get(partition)
    joined.set(
      partition,
      before
        ? {
            from: before.from,
            to: count.to,
            read: before.read + count.read,
            rejected: before.rejected + count.rejected,
          }
        : count,
    )
  }
  return joined
}

export function recordsIn(counts: Counts): number {
  let records = 0
  for (const { read } of counts.values()) records += read
  return records
}

/** Moves `count` of culprits that were found later from the accepted to the rejected. */
export function rejectMore(counts: Counts, culprits: ReadonlyMap<number, number>): Counts {
  return new Map(
    [...counts].map(([partition, count]) => [
      partition,
      { ...count, rejected: count.rejected + (culprits.get(partition) ?? 0) },
    ]),
  )
}
