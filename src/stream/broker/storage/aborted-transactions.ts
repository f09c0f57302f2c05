import type { AbortedTransaction } from './open-transactions.ts'
import type { Segment } from './segment.ts'

/** The aborted transactions with offsets in `[from, to)`, by their first offsets. Each stands with the segment of its marker. */
export function abortedBetween(segments: readonly Segment[], from: number, to: number): AbortedTransaction[] {
  const found: AbortedTransaction[] = []
  for (const { endOffset, aborted: all } of segments) {
    if (endOffset <= from) continue
    for (let at = firstEndingAt(all, from); at < all.length; at++) {
      const aborted = all[at]!
      if (aborted.firstOffset < to) found.push(aborted)
      if (aborted.stableAfter >= to) return byFirstOffset(found)
    }
  }
  return byFirstOffset(found)
}

function byFirstOffset(found: readonly AbortedTransaction[]): AbortedTransaction[] {
  return found.toSorted((left, right) => left.firstOffset - right.firstOffset)
}

/** They are in the order of their markers. */
function firstEndingAt(all: readonly AbortedTransaction[], offset: number): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (all[middle]!.lastOffset < offset) low = middle + 1
    else high = middle
  }
  return low
}
