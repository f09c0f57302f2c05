/** Bytes that many share. Whoever wants more than is left waits, in the order of asking; so nobody with a large wish starves. */
export interface MemoryBudget {
  readonly held: number
  /** What can be had without waiting. */
  readonly left: number
  /**
   * Takes so many bytes: now, and gives undefined, or later, and gives how to wait no longer; `granted` is called when they are
   * taken. When nobody holds any, a wish is granted that is larger than the budget: one such request is served at a time.
   */
  request(bytes: number, granted: () => void): (() => void) | undefined
  /** Takes what is in memory already, room or not. */
  take(bytes: number): void
  give(bytes: number): void
}

interface Wish {
  readonly bytes: number
  readonly granted: () => void
}

export function createMemoryBudget(bytesMax: number): MemoryBudget {
  let held = 0
  const wishes = new Set<Wish>()
  const fits = (bytes: number): boolean => held === 0 || held + bytes <= bytesMax

  function grantInTurn(): void {
    for (const wish of wishes) {
      if (!fits(wish.bytes)) return
      wishes.delete(wish)
      held += wish.bytes
      wish.granted()
    }
  }

  return {
    get held() {
      return held
    },
    get left() {
      return wishes.size > 0 ? 0 : Math.max(0, bytesMax - held)
    },
    request(bytes, granted) {
      if (wishes.size === 0 && fits(bytes)) {
        held += bytes
        return undefined
      }
      const wish = { bytes, granted }
      wishes.add(wish)
      return () => {
        // Others may have waited for this one alone.
        if (wishes.delete(wish)) grantInTurn()
      }
    },
    take: (bytes) => void (held += bytes),
    give(bytes) {
      held -= bytes
      grantInTurn()
    },
  }
}
