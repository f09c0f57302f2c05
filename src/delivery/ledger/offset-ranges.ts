/** Offsets `[from, to)`. */
export interface OffsetRange {
  readonly from: bigint
  readonly to: bigint
}

/** What of `ranges` (sorted, apart from each other) is in none of `taken`. */
export function subtractRanges(ranges: readonly OffsetRange[], taken: readonly OffsetRange[]): readonly OffsetRange[] {
  const sorted = taken.filter(({ from, to }) => to > from).toSorted((left, right) => (left.from < right.from ? -1 : 1))
  const left: OffsetRange[] = []
  let first = 0
  for (const range of ranges) {
    let at = range.from
    while (first < sorted.length && sorted[first]!.to <= at) first++
    for (let index = first; index < sorted.length && sorted[index]!.from < range.to; index++) {
      const { from, to } = sorted[index]!
      if (from > at) left.push({ from: at, to: from })
      if (to > at) at = to
    }
    if (at < range.to) left.push({ from: at, to: range.to })
  }
  return left
}

export function lengthOf(ranges: readonly OffsetRange[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0n)
}

/** `3 to 5, 9 and 7 more`. */
export function printRanges(ranges: readonly OffsetRange[]): string {
  const shown = ranges.slice(0, 5).map(({ from, to }) => (to - from === 1n ? String(from) : `${from} to ${to - 1n}`))
  return `${shown.join(', ')}${ranges.length > 5 ? ` and ${ranges.length - 5} more` : ''}`
}
