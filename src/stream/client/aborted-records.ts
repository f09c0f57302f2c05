import { isControlBatch, type BatchHeader } from '../protocol/records/batch-header.ts'

/** A transaction that was aborted, as a fetch of committed records names it. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * Which batches of one answer nobody is to see: markers, and the records of aborted transactions. Asked of each batch in its
 * order: an aborted transaction begins at its first offset, and ends with the next marker of its producer.
 */
export function hiddenBatches(aborted: readonly AbortedTransaction[]): (header: BatchHeader) => boolean {
  const upcoming = aborted.toSorted((left, right) => right.firstOffset - left.firstOffset)
  const aborting = new Set<number>()
  return ({ attributes, baseOffset, lastOffsetDelta, producerId }) => {
    while (upcoming.length > 0 && upcoming.at(-1)!.firstOffset <= baseOffset + lastOffsetDelta)
      aborting.add(upcoming.pop()!.producerId)
    if (!isControlBatch(attributes)) return aborting.has(producerId)
    aborting.delete(producerId)
    return true
  }
}
