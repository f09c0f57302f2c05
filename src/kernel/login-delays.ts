/** How long who fails to log in waits for the answer; a success waits for nothing. */
export interface LoginDelays {
  /** False when so many of this address wait already that no other is heard. */
  mayTry(address: string): boolean
  /** The wait of one that failed just now. `waited` is called at its end. */
  failed(address: string, user: string | undefined): { readonly ms: number; waited(): void }
}

const longestFactor = 50
const waitingMax = 10
/** A failure counts half after this time. */
const halfLifeMs = 60_000
const rememberedMax = 10_000
/** Of a name that a client claims, which may be as long as it likes. */
const nameMax = 128

interface Failures {
  count: number
  at: number
}

/** Failures count for the address and for the user that was claimed, whether there is such a user or not. */
export function createLoginDelays(monotonic: () => number, firstMs: number): LoginDelays {
  const remembered = new Map<string, Failures>()
  const waiting = new Map<string, number>()

  function add(key: string): number {
    const now = monotonic()
    const { count, at } = remembered.get(key) ?? { count: 0, at: now }
    const failures = { count: count * 2 ** ((at - now) / halfLifeMs) + 1, at: now }
    // Set anew: the map is in the order of the last failure.
    remembered.delete(key)
    remembered.set(key, failures)
    if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value!)
    return failures.count
  }

  return {
    mayTry: (address) => (waiting.get(address) ?? 0) < waitingMax,
    failed(address, user) {
      const counts = [add(`address ${address}`), ...(user === undefined ? [] : [add(`user ${user.slice(0, nameMax)}`)])]
      waiting.set(address, (waiting.get(address) ?? 0) + 1)
      return {
        ms: firstMs * Math.min(longestFactor, 2 ** (Math.max(...counts) - 1)),
        waited() {
          const left = (waiting.get(address) ?? 1) - 1
          if (left > 0) waiting.set(address, left)
          else waiting.delete(address)
        },
      }
    },
  }
}
