/** A transaction that a marker ended as aborted; its records are not for readers of committed ones. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Of the marker. */
  readonly lastOffset: number
  /** The last stable offset when the marker was written: whatever ended later begins there or beyond. */
  readonly stableAfter: number
}

interface EndingTransaction {
  readonly firstOffset: number
  readonly markerOffset: number
}

/**
 * Where the transactions of one partition that have no durable marker yet begin. A transaction counts as open from its first
 * batch on, and until its marker is durable: the last stable offset never lies behind what may still become aborted.
 */
export class OpenTransactions {
  /** By producer; in the order of their first offsets. */
  #open = new Map<number, number>()
  /** Markers on their way to the disk, in their order. */
  #ending: EndingTransaction[] = []

  begin(producerId: number, firstOffset: number): void {
    this.#open.set(producerId, firstOffset)
  }

  end(producerId: number, markerOffset: number): void {
    const firstOffset = this.#open.get(producerId)
    if (firstOffset === undefined) return
    this.#open.delete(producerId)
    this.#ending.push({ firstOffset, markerOffset })
  }

  /** All below is on the disk. */
  durable(endOffset: number): void {
    while (this.#ending.length > 0 && this.#ending[0]!.markerOffset < endOffset) this.#ending.shift()
  }

  /** After a failed write: what is open now, and no marker is on its way. */
  reset(open: Iterable<readonly [producerId: number, firstOffset: number]>): void {
    this.#open = new Map([...open].toSorted(([, left], [, right]) => left - right))
    this.#ending = []
  }

  /** The first offset of the oldest one; undefined when none is open. */
  get first(): number | undefined {
    const [open] = this.#open.values()
    const ending = this.#ending.reduce<number | undefined>(
      (least, { firstOffset }) => (least === undefined || firstOffset < least ? firstOffset : least),
      undefined,
    )
    if (open === undefined || ending === undefined) return open ?? ending
    return Math.min(open, ending)
  }

  /** The first offset of the oldest one that has no marker, but for those of `producerId`. */
  firstOfOthers(producerId: number): number | undefined {
    for (const [other, firstOffset] of this.#open) if (other !== producerId) return firstOffset
    return undefined
  }
}
