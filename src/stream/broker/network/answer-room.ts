import type { ReadMemory } from '../storage/partition-reader.ts'
import { bytesToLend, type LentMemory } from './lent-memory.ts'
import type { MemoryBudget } from './memory-budget.ts'

/** Room for one answer among those of all clients, and the memory that it is read into; held until the client has taken it. */
export interface AnswerRoom extends ReadMemory {
  /** So many bytes may be answered now, at most `wanted`. Who needs more for one batch waits for it, `waitMs` or a little longer. */
  open(wanted: number, waitMs: number): number
  /**
   * Waits until there is room for an answer whose size nobody knows before it is there; it is held from then on. False when the
   * client left meanwhile.
   */
  reserve(): Promise<boolean>
  /** What was taken is answered, or so many bytes that were not; what was opened beyond is others' again. */
  keep(bytes?: number): void
  /** Nothing of it is answered, or the client has it. */
  release(): void
}

/** What the rooms of all connections have in common. */
export interface AnswerShares {
  readonly memory: LentMemory
  /** What answers hold beyond what is each connection's own. */
  readonly budget: MemoryBudget
  /** Of the budget, for those alone who are known to read. */
  readonly forReaders: number
}

/** What each connection can always have, however much others hold: who reads small batches reads on. */
export const ownAnswerBytes = 20 * 1024
const ownOpened = 16 * 1024
/**
 * Of the budget less is not worth an answer to Fetch: who gets it would ask again and again. Descriptions of all topics or groups
 * seldom take more.
 */
const openedBytesMin = 1024 * 1024
const wholeWaitMsMin = 1000

/** `isReader`: the client had taken its last answer when it asked for this one. */
export function createAnswerRoom(shares: AnswerShares, isReader: boolean, closed: AbortSignal): AnswerRoom {
  const { memory, budget } = shares
  const spared = isReader ? 0 : shares.forReaders
  const lent = new Map<Buffer, number>()
  let lentBytes = 0
  let held = 0
  let waitMs = wholeWaitMsMin

  function hold(bytes: number): void {
    if (bytes > held) budget.take(bytes - held)
    else if (bytes < held) budget.give(held - bytes)
    held = bytes
  }

  function isHeld(bytes: number, patienceMs: number): Promise<boolean> {
    hold(0)
    const onGranted = (): void => void (held = bytes)
    return isGranted({ budget, bytes, waitMs: patienceMs, closed, spared, onGranted })
  }

  function take(bytes: number): Buffer {
    const buffer = memory.take(bytes)
    const size = bytesToLend(bytes)
    lent.set(buffer, size)
    lentBytes += size
    return buffer
  }

  function giveBack(buffer: Buffer): void {
    lentBytes -= lent.get(buffer) ?? 0
    if (lent.delete(buffer)) memory.give(buffer)
  }

  function release(): void {
    for (const buffer of lent.keys()) giveBack(buffer)
    hold(0)
  }

  return {
    take,
    giveBack,
    release,
    open(wanted, patienceMs) {
      waitMs = Math.max(wholeWaitMsMin, patienceMs)
      const left = budget.left(spared)
      // The less is left, the less each gets: few that stall do not end it.
      const bytes = Math.min(wanted, Math.max(openedBytesMin, Math.floor(left / 4)))
      const size = bytesToLend(bytes * sizeClassLoss)
      if (size > left) return Math.min(wanted, ownOpened)
      hold(size)
      return bytes
    },
    async takeWhole(bytes) {
      const size = bytesToLend(bytes)
      return size <= ownAnswerBytes || (await isHeld(size, waitMs)) ? take(bytes) : undefined
    },
    reserve: () => isHeld(openedBytesMin, Infinity),
    keep: (bytes = 0) => hold(Math.max(0, Math.max(lentBytes, bytes) - ownAnswerBytes)),
  }
}

/** What is read is a little more than what is answered, and what is lent a little more than that. */
const sizeClassLoss = 1.25

interface Asked {
  readonly budget: MemoryBudget
  readonly bytes: number
  readonly waitMs: number
  readonly closed: AbortSignal
  readonly spared: number
  /** Called in the moment of granting: a client that leaves after it has something to give back. */
  readonly onGranted: () => void
}

function isGranted({ budget, bytes, waitMs, closed, spared, onGranted }: Asked): Promise<boolean> {
  return new Promise((resolve) => {
    if (closed.aborted) return resolve(false)
    const end = (granted: boolean): void => {
      clearTimeout(timer)
      closed.removeEventListener('abort', giveUp)
      if (granted) onGranted()
      resolve(granted)
    }
    const giveUp = (): void => {
      stop?.()
      end(false)
    }
    const timer = setTimeout(giveUp, Math.min(waitMs, 2 ** 31 - 1))
    closed.addEventListener('abort', giveUp, { once: true })
    const stop = budget.request(bytes, () => end(true), spared)
    if (!stop) end(true)
  })
}
