/** A record's key: `topic id/partition/offset`. The part before the last slash names its partition. */
export type RecordKey = string
/** `source/partition`. */
export type PartitionKey = string

export function keyOf(partition: PartitionKey, offset: number): RecordKey {
  return `${partition}/${offset}`
}

export function offsetOf(key: RecordKey): number {
  return Number(key.slice(key.lastIndexOf('/') + 1))
}

export function partitionOf(key: RecordKey): PartitionKey {
  return key.slice(0, key.lastIndexOf('/'))
}

/** Offsets [from, to). */
export type OffsetRange = readonly [from: number, to: number]

export function isWithin(ranges: readonly OffsetRange[], offset: number): boolean {
  return ranges.some(([from, to]) => offset >= from && offset < to)
}
