import { isTransactional, type BatchHeader } from '../../../protocol/records/batch-header.ts'
import { readMarker } from '../../../protocol/records/transaction-marker.ts'
import type { AbortedTransaction } from '../open-transactions.ts'

interface Aborting {
  readonly transaction: AbortedTransaction
  /** A batch of it was there. */
  wasSeen: boolean
}

/**
 * The transactions that a pass comes upon, in the order of the log: which records were aborted, and which markers nobody needs any
 * more, because nothing of their transaction is left.
 */
export class CleanedTransactions {
  readonly #upcoming: AbortedTransaction[]
  readonly #aborting = new Map<number, Aborting>()
  readonly #committing = new Set<number>()
  #kept: AbortedTransaction[] = []

  /** By their first offsets: all of the range. */
  constructor(aborted: readonly AbortedTransaction[]) {
    this.#upcoming = aborted.toReversed()
  }

  /** Whether the records of this batch were aborted. */
  wereAborted(header: BatchHeader): boolean {
    this.#passTo(header)
    if (!isTransactional(header.attributes)) return false
    const aborting = this.#aborting.get(header.producerId)
    if (aborting) aborting.wasSeen = true
    else this.#committing.add(header.producerId)
    return aborting !== undefined
  }

  /** Whether this control batch ends a transaction of which nothing was there. */
  isMarkerOfNothing(bytes: Buffer, header: BatchHeader): boolean {
    this.#passTo(header)
    if (header.recordCount === 0) return true
    const marker = readMarker(bytes, 0, header)
    if (!marker) return false
    if (marker.isCommit) return !this.#committing.delete(header.producerId)
    const aborting = this.#aborting.get(header.producerId)
    this.#aborting.delete(header.producerId)
    if (aborting?.wasSeen) this.#kept.push(aborting.transaction)
    return !aborting?.wasSeen
  }

  /** The aborted ones since the last call whose markers stay. */
  takeKept(): AbortedTransaction[] {
    const kept = this.#kept
    this.#kept = []
    return kept
  }

  #passTo({ baseOffset, lastOffsetDelta }: BatchHeader): void {
    const lastOffset = baseOffset + lastOffsetDelta
    for (let next = this.#upcoming.at(-1); next && next.firstOffset <= lastOffset; next = this.#upcoming.at(-1)) {
      this.#upcoming.pop()
      if (!this.#aborting.has(next.producerId))
        this.#aborting.set(next.producerId, { transaction: next, wasSeen: false })
    }
  }
}
