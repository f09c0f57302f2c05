import type { MemoryBudget } from './memory-budget.ts'

/** Room for one answer among those of all clients, held until the client has taken it. */
export interface AnswerRoom {
  /** So many bytes may be answered, at most `wanted`: waits up to `waitMs` while others hold all there is, then 0. */
  open(wanted: number, waitMs: number): Promise<number>
  /** So many were answered; what was opened beyond is others' again. */
  keep(bytes: number): void
}

/** Less is not worth an answer: who gets it would ask again and again. */
const openedBytesMin = 1024 * 1024

export function createAnswerRoom(budget: MemoryBudget, closed: AbortSignal): AnswerRoom {
  let held = 0
  return {
    async open(wanted, waitMs) {
      const bytes = Math.min(wanted, Math.max(openedBytesMin, budget.left))
      const take = (): void => void (held += bytes)
      return (await isGranted({ budget, bytes, waitMs, closed, take })) ? bytes : 0
    },
    keep(wanted) {
      const bytes = closed.aborted ? 0 : wanted
      // A first batch is answered as a whole, however large: it is here already.
      if (bytes > held) budget.take(bytes - held)
      else if (bytes < held) budget.give(held - bytes)
      held = bytes
    },
  }
}

interface Asked {
  readonly budget: MemoryBudget
  readonly bytes: number
  readonly waitMs: number
  readonly closed: AbortSignal
  /** Called in the moment of granting: a client that leaves after it has something to give back. */
  readonly take: () => void
}

function isGranted({ budget, bytes, waitMs, closed, take }: Asked): Promise<boolean> {
  return new Promise((resolve) => {
    if (closed.aborted) return resolve(false)
    const end = (granted: boolean): void => {
      clearTimeout(timer)
      closed.removeEventListener('abort', giveUp)
      if (granted) take()
      resolve(granted)
    }
    const giveUp = (): void => {
      stop?.()
      end(false)
    }
    const timer = setTimeout(giveUp, Math.min(Math.max(0, waitMs), 2 ** 31 - 1))
    closed.addEventListener('abort', giveUp, { once: true })
    const stop = budget.request(bytes, () => end(true))
    if (!stop) end(true)
  })
}
