import { silentLogger } from '../../../src/kernel/logger.ts'
import { groupChangeForm, type GroupChange } from '../../../src/stream/broker/groups/group-change.ts'
import { createGroupMemory } from '../../../src/stream/broker/groups/group-memory.ts'
import type { GroupTopics } from '../../../src/stream/broker/groups/group-topics.ts'
import { createGroups, type Groups } from '../../../src/stream/broker/groups/groups.ts'
import type { GroupLimits } from '../../../src/stream/broker/groups/group-limits.ts'

/** A log whose disk, clock and end a history decides on. */
export interface SimulatedLog {
  /** Of the log that runs now. */
  readonly groups: Groups
  readonly now: number
  /** Grows with each kill: what was asked before is never answered. */
  readonly life: number
  /** Changes that wait for the disk. */
  readonly waiting: number
  /** The disk has taken so many of those that wait, the oldest first. */
  sync(count: number): void
  /** The disk refuses so many of those that wait, the oldest first. */
  refuse(count: number): void
  /** Of what waits, so many are on the disk, and nobody hears of it; then the log starts again. */
  kill(taken: number): void
  /** Time goes on, and what is due is done. */
  pass(ms: number): void
  close(): void
}

interface Waiting {
  readonly lines: readonly string[]
  readonly applied: (() => void) | undefined
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Timer {
  readonly at: number
  readonly work: () => void
}

export function simulateLog(topics: GroupTopics, limits: GroupLimits): SimulatedLog {
  const durable: string[] = []
  let waiting: Waiting[] = []
  let timers = new Set<Timer>()
  let [now, life, ids] = [0, 0, 0]
  let groups = start()

  function start(): Groups {
    const memory = createGroupMemory()
    for (const line of durable) memory.load(groupChangeForm.read(line, 0))
    timers = new Set()
    return createGroups(
      memory,
      { append, checkpoint: () => Promise.resolve(), settled: () => Promise.resolve(), close: () => Promise.resolve() },
      {
        clock: { now: () => now, monotonic: () => now },
        logger: silentLogger,
        topics,
        limits,
        newId: () => `${++ids}`,
        after(ms, work) {
          const timer = { at: now + ms, work }
          timers.add(timer)
          return () => timers.delete(timer)
        },
      },
    )
  }

  function append(changes: readonly GroupChange[], applied?: () => void): Promise<void> {
    if (changes.length === 0) return Promise.resolve()
    const lines = changes.map((change) => groupChangeForm.stored(change).toString())
    return new Promise((resolve, reject) => waiting.push({ lines, applied, resolve, reject }))
  }

  return {
    get groups() {
      return groups
    },
    get now() {
      return now
    },
    get life() {
      return life
    },
    get waiting() {
      return waiting.length
    },
    sync(count) {
      for (const { lines, applied, resolve } of waiting.splice(0, count)) {
        durable.push(...lines)
        applied?.()
        resolve()
      }
    },
    refuse(count) {
      for (const { reject } of waiting.splice(0, count)) reject(new Error('the disk is full'))
    },
    kill(taken) {
      for (const { lines } of waiting.slice(0, taken)) durable.push(...lines)
      waiting = []
      life++
      groups = start()
    },
    pass(ms) {
      const until = now + ms
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)[0]
        if (!due) break
        timers.delete(due)
        now = Math.max(now, due.at)
        due.work()
      }
      now = until
    },
    close() {
      timers.clear()
    },
  }
}

/** Lets promises that are settled be heard of. */
export function heard(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
