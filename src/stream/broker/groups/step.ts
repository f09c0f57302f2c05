import type { Caller } from './caller.ts'
import type { ClassicGroup } from './classic/group.ts'
import type { ConsumerGroup } from './consumer/group.ts'
import type { GroupChange } from './group-change.ts'
import type { GroupLimits } from './group-limits.ts'
import type { GroupTopics } from './group-topics.ts'

/**
 * One step of a group: what it is given besides the request, and what it asks for. Whoever runs it makes the changes durable, then
 * lets the answers out, and comes back at the earliest deadline. A step does nothing else, so a seed repeats it.
 */
export interface Step {
  /** Of a clock that only grows; for deadlines. */
  readonly now: number
  /** Milliseconds since the epoch; for what is written down. */
  readonly at: number
  readonly limits: GroupLimits
  readonly topics: GroupTopics
  readonly newId: () => string
  readonly changes: GroupChange[]
  readonly answers: OwedAnswer[]
  /** The earliest deadline that was set. */
  wakeAt: number
  /** The group has become one of the other protocol: this one. */
  become: ClassicGroup | ConsumerGroup | undefined
}

export interface OwedAnswer {
  readonly caller: Caller<unknown>
  readonly value: unknown
}

export type StepInputs = Pick<Step, 'now' | 'at' | 'limits' | 'topics' | 'newId'>

export function beginStep(inputs: StepInputs): Step {
  return { ...inputs, changes: [], answers: [], wakeAt: Infinity, become: undefined }
}

/** Once the changes of this step are durable. */
export function answer<T>(step: Step, caller: Caller<T>, value: T): void {
  step.answers.push({ caller: caller as Caller<unknown>, value })
}

/** The deadline that comes after so many milliseconds. */
export function deadlineIn(step: Step, ms: number): number {
  const deadline = step.now + ms
  step.wakeAt = Math.min(step.wakeAt, deadline)
  return deadline
}
