import type { Caller } from '../../src/stream/broker/groups/caller.ts'
import type { GroupTopics } from '../../src/stream/broker/groups/group-topics.ts'
import type { GroupLimits } from '../../src/stream/broker/groups/group-limits.ts'
import { beginStep, type Step } from '../../src/stream/broker/groups/step.ts'

import { fakeTopics } from './fake-topics.ts'

/** A desk at which a test runs the steps of a group: it holds the clock, and sees what is written and who is answered. */
export interface GroupDesk {
  now: number
  readonly limits: GroupLimits
  /** Runs one step; the changes that it asks for are returned. */
  step(work: (step: Step) => void): Step
  /** Runs one step of which one answer is expected, now or later. */
  ask<T>(work: (step: Step, caller: Caller<T>) => void): Asked<T>
  /** The earliest deadline that any step set. */
  nextDeadline(): number
}

export interface Asked<T> {
  answer: T | undefined
  readonly step: Step
}

/** An answer that must be there. */
export function answered<T>({ answer }: Asked<T>): T {
  if (answer === undefined) throw new Error('it was not answered')
  return answer
}

const defaults: GroupLimits = {
  initialRebalanceDelayMs: 0,
  membersMax: 1000,
  consumerHeartbeatIntervalMs: 5000,
  consumerSessionTimeoutMs: 45_000,
}

export function createGroupDesk(limits: Partial<GroupLimits> = {}, topics: GroupTopics = fakeTopics()): GroupDesk {
  let ids = 0
  let wakeAt = Infinity
  const desk: GroupDesk = {
    now: 0,
    limits: { ...defaults, ...limits },
    step(work) {
      const inputs = { now: desk.now, at: desk.now, limits: desk.limits, topics, newId: () => `id${++ids}` }
      const step = beginStep(inputs)
      if (wakeAt <= desk.now) wakeAt = Infinity
      work(step)
      wakeAt = Math.min(wakeAt, step.wakeAt)
      for (const { caller, value } of step.answers) caller.answer(value)
      return step
    },
    ask<T>(work: (step: Step, caller: Caller<T>) => void) {
      const asked: { answer: T | undefined; step: Step } = { answer: undefined, step: undefined as unknown as Step }
      const caller: Caller<T> = {
        answer: (value) => {
          if (asked.answer !== undefined) throw new Error('it was answered twice')
          asked.answer = value
        },
        refuse: (error) => {
          throw error
        },
      }
      asked.step = desk.step((step) => work(step, caller))
      return asked
    },
    nextDeadline: () => wakeAt,
  }
  return desk
}
