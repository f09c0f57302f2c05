import type { AbortedTransaction } from './open-transactions.ts'

/** A place in a segment: the first batch at or after it begins here. */
export interface IndexEntry {
  readonly offset: number
  readonly position: number
  /** The largest timestamp of all batches before this place. */
  readonly timestampBefore: number
}

const intervalBytes = 16_384

/**
 * Where batches lie in one segment, by offset and by time: one entry for about every 16 KiB, kept in memory. And the transactions
 * whose markers in it said that they are aborted.
 */
export class SparseIndex {
  readonly entries: IndexEntry[]
  /** In the order of their markers. */
  readonly aborted: AbortedTransaction[]
  maxTimestamp: number
  #nextPosition: number

  constructor(entries: IndexEntry[] = [], maxTimestamp = -1, aborted: AbortedTransaction[] = []) {
    this.entries = entries
    this.aborted = aborted
    this.maxTimestamp = maxTimestamp
    const last = entries.at(-1)
    this.#nextPosition = last ? last.position + intervalBytes : 0
  }

  add(offset: number, position: number, maxTimestamp: number): void {
    if (position >= this.#nextPosition) {
      this.entries.push({ offset, position, timestampBefore: this.maxTimestamp })
      this.#nextPosition = position + intervalBytes
    }
    if (maxTimestamp > this.maxTimestamp) this.maxTimestamp = maxTimestamp
  }

  /** The batch with `offset` begins at or after this position. */
  positionOf(offset: number): number {
    return this.entries[this.#last((entry) => entry.offset <= offset)]?.position ?? this.entries[0]?.position ?? 0
  }

  /** The first batch that holds `timestamp` or a later one begins at or after this position. */
  positionOfTime(timestamp: number): number {
    return (
      this.entries[this.#last((entry) => entry.timestampBefore < timestamp)]?.position ?? this.entries[0]?.position ?? 0
    )
  }

  #last(holds: (entry: IndexEntry) => boolean): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(this.entries[middle]!)) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
