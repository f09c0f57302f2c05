/** Bytes that many share. Whoever wants more than is left waits, in the order of asking; so nobody with a large wish starves. */
export interface MemoryBudget {
  readonly held: number
  /** What can be had without waiting, by one that leaves `spared` for others. */
  left(spared?: number): number
  /**
   * Takes so many bytes: now, and gives undefined, or later, and gives how to wait no longer; `granted` is called when they are
   * taken. When nobody holds any, a wish is granted that is larger than the budget: one such request is served at a time. Who
   * leaves `spared` bytes for others is not waited for by those who need not.
   */
  request(bytes: number, granted: () => void, spared?: number): (() => void) | undefined
  /** Takes what is in memory already, room or not. */
  take(bytes: number): void
  give(bytes: number): void
}

interface Wish {
  readonly bytes: number
  readonly spared: number
  readonly granted: () => void
}

export function createMemoryBudget(bytesMax: number): MemoryBudget {
  let held = 0
  const wishes = new Set<Wish>()
  const fits = (bytes: number, spared: number): boolean => held === 0 || held + bytes <= bytesMax - spared

  /** The least that one of those spares who wait. */
  function leastSpared(): number {
    let least = Infinity
    for (const { spared } of wishes) least = Math.min(least, spared)
    return least
  }

  function grantInTurn(): void {
    let waitedFor = Infinity
    for (const wish of wishes) {
      if (wish.spared >= waitedFor) continue
      if (!fits(wish.bytes, wish.spared)) {
        waitedFor = wish.spared
        continue
      }
      wishes.delete(wish)
      held += wish.bytes
      wish.granted()
    }
  }

  return {
    get held() {
      return held
    },
    left: (spared = 0) => (leastSpared() <= spared ? 0 : Math.max(0, bytesMax - spared - held)),
    request(bytes, granted, spared = 0) {
      if (leastSpared() > spared && fits(bytes, spared)) {
        held += bytes
        return undefined
      }
      const wish = { bytes, granted, spared }
      wishes.add(wish)
      return () => {
        // Others may have waited for this one alone.
        if (wishes.delete(wish)) grantInTurn()
      }
    },
    take: (bytes) => void (held += bytes),
    give(bytes) {
      held -= bytes
      if (wishes.size > 0) grantInTurn()
    },
  }
}
