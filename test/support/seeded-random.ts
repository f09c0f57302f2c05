/** The only source of chance in a test: the same seed gives the same history. */
export interface Random {
  next(): number
  /** A whole number in [0, limit). */
  pick(limit: number): number
  chance(probability: number): boolean
  oneOf<T>(items: readonly T[]): T
}

/** mulberry32: small, quick, good enough to pick steps. */
export function seededRandom(seed: number): Random {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const pick = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    pick,
    chance: (probability) => next() < probability,
    oneOf: (items) => items[pick(items.length)]!,
  }
}
