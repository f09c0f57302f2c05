/**
 * As many pairs of a left and a right one as go together, each used once: a maximum matching, by augmenting paths. Gives for each left one
 * the index of its right one, or undefined.
 */
export function matchParts(
  left: number,
  right: number,
  fits: (left: number, right: number) => boolean,
): readonly (number | undefined)[] {
  const edges = Array.from({ length: left }, (_, from) => indices(right).filter((to) => fits(from, to)))
  const ownerOf: (number | undefined)[] = Array.from({ length: right }, () => undefined)

  function place(from: number, tried: Set<number>): boolean {
    for (const to of edges[from]!) {
      if (tried.has(to)) continue
      tried.add(to)
      const owner = ownerOf[to]
      if (owner === undefined || place(owner, tried)) {
        ownerOf[to] = from
        return true
      }
    }
    return false
  }

  for (const from of indices(left)) place(from, new Set())
  return indices(left).map((from) => {
    const to = ownerOf.indexOf(from)
    return to < 0 ? undefined : to
  })
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
