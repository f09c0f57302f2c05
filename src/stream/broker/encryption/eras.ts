/** A part of a file that one key encrypted, from `start` to the start of the next one; null is what was never encrypted. */
export interface Era {
  readonly start: number
  readonly key: EraKey | null
}

export interface EraKey {
  /** Of the data key. */
  readonly keyId: number
  readonly salt: Buffer
  /** Made of both. */
  readonly key: Buffer
}

/** One stretch of a range, with the key that it was encrypted with. */
export interface EraStretch {
  readonly from: number
  readonly to: number
  readonly key: EraKey | null
}

/** The range in parts of one era each. */
export function* stretchesOf(eras: readonly Era[], from: number, to: number): Generator<EraStretch> {
  for (const [at, { start, key }] of eras.entries()) {
    const end = eras[at + 1]?.start ?? Infinity
    if (end <= from || start >= to) continue
    yield { from: Math.max(from, start), to: Math.min(to, end), key }
  }
}

/**
 * The eras when `key` encrypts what lies from `from` to `to`, in a file of `size`. What lies behind keeps its keys; what lay there
 * before is gone.
 */
export function withEra(eras: readonly Era[], key: EraKey, from: number, to: number, size: number): Era[] {
  const before = eras.filter(({ start }) => start < from)
  if (to >= size) return [...before, { start: from, key }]
  const behind = eras.filter(({ start }) => start > to)
  const covering = eras.findLast(({ start }) => start <= to)
  return [...before, { start: from, key }, { start: to, key: covering?.key ?? null }, ...behind]
}
