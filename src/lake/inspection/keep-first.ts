/** The first so many of what comes in any order: holds twice as many at most. */
export function keepFirst<Item>(count: number, compare: (a: Item, b: Item) => number) {
  let kept: Item[] = []
  let last: Item | undefined
  const shorten = (): void => {
    kept = kept.toSorted(compare).slice(0, count)
    last = kept.length === count ? kept.at(-1) : undefined
  }
  return {
    add(item: Item): void {
      if (last !== undefined && compare(item, last) >= 0) return
      kept.push(item)
      if (kept.length >= count * 2) shorten()
    },
    all(): readonly Item[] {
      shorten()
      return kept
    },
  }
}
