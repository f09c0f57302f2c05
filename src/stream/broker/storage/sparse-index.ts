/** A place in a segment: the first batch at or after it begins here. */
export interface IndexEntry {
  readonly offset: number
  readonly position: number
  /** The largest timestamp of all batches before this place. */
  readonly timestampBefore: number
}

export const indexIntervalDefault = 16_384
/** Offset, position and timestamp of an entry. */
export const entryNumbers = 3
const firstEntries = 4

/** Where batches lie in one segment, by offset and by time: an entry for about every 16 KiB, 24 bytes each. */
export class SparseIndex {
  firstTimestamp: number
  maxTimestamp: number
  readonly #intervalBytes: number
  #numbers: Float64Array
  #entries: number
  #nextPosition = 0

  constructor(
    intervalBytes = indexIntervalDefault,
    numbers = new Float64Array(0),
    { firstTimestamp = -1, maxTimestamp = -1 } = {},
  ) {
    this.#intervalBytes = intervalBytes
    this.#numbers = numbers
    this.#entries = numbers.length / entryNumbers
    this.firstTimestamp = firstTimestamp
    this.maxTimestamp = maxTimestamp
    if (this.#entries > 0) this.#nextPosition = numbers[numbers.length - 2]! + intervalBytes
  }

  /** All entries, one after the other: what the index's file holds. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#entries * entryNumbers)
  }

  get byteLength(): number {
    return this.#numbers.byteLength
  }

  add(offset: number, position: number, maxTimestamp: number): void {
    if (this.#entries === 0) this.firstTimestamp = maxTimestamp
    if (position >= this.#nextPosition) {
      this.#push(offset, position)
      this.#nextPosition = position + this.#intervalBytes
    }
    if (maxTimestamp > this.maxTimestamp) this.maxTimestamp = maxTimestamp
  }

  /** The batch with `offset` begins at or after this position. */
  positionOf(offset: number): number {
    return this.placeOf(offset)?.position ?? 0
  }

  /** The batch with `offset` is this one, or comes after it; undefined when the index is empty. */
  placeOf(offset: number): Pick<IndexEntry, 'offset' | 'position'> | undefined {
    return this.#placeOfLast((at) => this.#numbers[at]! <= offset)
  }

  /** The first batch that holds `timestamp` or a later one begins at or after this position. */
  positionOfTime(timestamp: number): number {
    return this.#placeOfLast((at) => this.#numbers[at + 2]! < timestamp)?.position ?? 0
  }

  #push(offset: number, position: number): void {
    const at = this.#entries++ * entryNumbers
    if (at === this.#numbers.length) {
      const larger = new Float64Array(Math.max(firstEntries * entryNumbers, at * 2))
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers.set([offset, position, this.maxTimestamp], at)
  }

  #placeOfLast(holds: (at: number) => boolean): Pick<IndexEntry, 'offset' | 'position'> | undefined {
    let low = 0
    let high = this.#entries
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(middle * entryNumbers)) low = middle + 1
      else high = middle
    }
    if (this.#entries === 0) return undefined
    const at = Math.max(0, low - 1) * entryNumbers
    return { offset: this.#numbers[at]!, position: this.#numbers[at + 1]! }
  }
}
