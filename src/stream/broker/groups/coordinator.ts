import type { Caller } from './caller.ts'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { StateLog } from '../storage/state-log.ts'
import type { GroupChange } from './group-change.ts'
import { seenTopics, type GroupTopics, type SeesTopic } from './group-topics.ts'
import { closeGroup, expireGroup, groupGone, isBlank, wakeGroup, wholeGroup, type Group } from './group.ts'
import type { GroupLimits } from './group-limits.ts'
import { beginStep, type Step } from './step.ts'

/**
 * Runs the steps of groups: makes their changes durable, lets their answers out, comes back when it is time. One step is over before
 * the next begins; what several of them change shares a sync.
 */
export interface Coordinator {
  find(groupId: string): Group | undefined
  all(): readonly Group[]
  findOrCreate(groupId: string, create: () => Group): Group
  /** Another protocol: the new group takes the place of the old one. */
  replace(group: Group): unknown
  /** Resolves with what `work` answers the caller, or lets another step answer. */
  run<T>(group: Group, work: (step: Step, caller: Caller<T>) => void, sees?: SeesTopic): Promise<T>
  /** What `work` says at once; for what changes and owes nothing, and must not be overtaken before the caller acts on it. */
  look<T>(group: Group, work: (step: Step) => T): T
  /** Resolves when nothing of the group is on its way to the disk. */
  settled(groupId: string): Promise<void>
  /** Forgets the group, and makes the other changes with it, all or nothing; `removed` runs when that is durable. */
  remove(groupId: string, others: readonly GroupChange[], removed: () => void): Promise<void>
  close(): void
}

/** What the coordinator knows of a group besides. */
interface Slot {
  /** Changes that are on their way to the disk. */
  saving: Promise<void> | undefined
  /** Those that go next. */
  queue: GroupChange[] | undefined
  /** A change could not be written: the next step writes all of the group. */
  unsaved: boolean
  cancelTimer: () => void
  timerAt: number
}

const groupsMax = 10_000
/** The longest that a timer of Node takes. */
const timerMsMax = 2 ** 31 - 1

export interface CoordinatorServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: (groupId: string) => GroupLimits
  readonly topics: GroupTopics
  /** Does the work after so long; what it returns prevents that. */
  readonly after: (ms: number, work: () => void) => () => void
  readonly newId: () => string
}

/** Time and chance as they are. */
export const realTimeAndChance: Pick<CoordinatorServices, 'after' | 'newId'> = {
  after(ms, work) {
    const timer = setTimeout(work, ms).unref()
    return () => clearTimeout(timer)
  },
  newId: () => randomUUID(),
}

export function createCoordinator(
  groups: Map<string, Group>,
  log: Pick<StateLog<GroupChange>, 'append'>,
  { clock, logger, limits, topics, after, newId }: CoordinatorServices,
): Coordinator {
  const slots = new Map<string, Slot>()

  function slotOf(groupId: string): Slot {
    const known = slots.get(groupId)
    if (known) return known
    const slot: Slot = {
      saving: undefined,
      queue: undefined,
      unsaved: false,
      cancelTimer: () => undefined,
      timerAt: Infinity,
    }
    slots.set(groupId, slot)
    return slot
  }

  /** One step, and whatever it asks for. */
  function doStep<T>(groupId: string, work: (group: Group, step: Step) => T, sees?: SeesTopic): T {
    const group = groups.get(groupId)!
    const slot = slotOf(groupId)
    const step = beginStep({
      now: clock.monotonic(),
      at: clock.now(),
      limits: limits(groupId),
      topics: sees ? seenTopics(topics, sees) : topics,
      newId,
    })
    try {
      return work(group, step)
    } catch (error) {
      // A refusal comes before any change; what else is thrown may have left half of one.
      if (!(error instanceof KafkaRefusal)) slot.unsaved = true
      throw error
    } finally {
      if (step.become) groups.set(groupId, step.become)
      settle(step.become ?? group, slot, step)
    }
  }

  function settle(group: Group, slot: Slot, step: Step): void {
    const changes = slot.unsaved ? wholeGroup(group, step.at) : step.changes
    if (changes.length > 0) save(group.groupId, slot, changes)
    letOut(group.groupId, slot, step)
    wakeAt(group.groupId, slot, step.wakeAt)
    if (isBlank(group)) drop(group.groupId)
  }

  /** One write at a time: what a step changes rests on what those before it changed, and must not be on the disk without that. */
  function save(groupId: string, slot: Slot, changes: readonly GroupChange[]): void {
    slot.unsaved = false
    if (slot.queue) return void slot.queue.push(...changes)
    const before = slot.saving
    if (before) slot.queue = [...changes]
    const saving = before ? before.then(() => log.append(takeQueue(slot))) : log.append(changes)
    slot.saving = saving
    const saved = (): void => {
      if (slot.saving === saving) slot.saving = undefined
    }
    saving.then(saved, (error: unknown) => {
      saved()
      takeQueue(slot)
      slot.unsaved = true
      logger.error({ group: groupId, err: error }, 'a group could not be written down; its members try again')
    })
  }

  function takeQueue(slot: Slot): readonly GroupChange[] {
    const queue = slot.queue ?? []
    slot.queue = undefined
    return queue
  }

  function letOut(groupId: string, { saving }: Slot, { answers }: Step): void {
    const out = (): void => answers.forEach(({ caller, value }) => caller.answer(value))
    if (!saving) return out()
    const refusal = new KafkaRefusal('COORDINATOR_NOT_AVAILABLE', `group "${groupId}" could not be written down`)
    saving.then(out, () => answers.forEach(({ caller }) => caller.refuse(refusal)))
  }

  /** A timer that comes too early does no harm: it looks, and is set anew. So heartbeats, which only move deadlines away, set none. */
  function wakeAt(groupId: string, slot: Slot, deadline: number): void {
    if (deadline >= slot.timerAt) return
    slot.cancelTimer()
    slot.timerAt = deadline
    const ms = Math.min(timerMsMax, Math.max(1, Math.ceil(deadline - clock.monotonic())))
    slot.cancelTimer = after(ms, () => {
      slot.timerAt = Infinity
      doStep(groupId, expireGroup)
    })
  }

  function drop(groupId: string): void {
    slots.get(groupId)?.cancelTimer()
    slots.delete(groupId)
    groups.delete(groupId)
  }

  for (const groupId of [...groups.keys()]) doStep(groupId, wakeGroup)

  return {
    find: (groupId) => groups.get(groupId),
    all: () => [...groups.values()],
    findOrCreate(groupId, create) {
      const known = groups.get(groupId)
      if (known) return known
      if (groups.size >= groupsMax) {
        logger.warn({ group: groupId, groups: groups.size }, 'there are too many groups; delete some that are not used')
        throw new KafkaRefusal('POLICY_VIOLATION', `this log has ${groups.size} groups, the most that it takes`)
      }
      const group = create()
      groups.set(groupId, group)
      return group
    },
    replace: (group) => groups.set(group.groupId, group),
    run<T>({ groupId }: Group, work: (step: Step, caller: Caller<T>) => void, sees?: SeesTopic) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      try {
        doStep(groupId, (_, step) => work(step, { answer: resolve, refuse: reject }), sees)
      } catch (error) {
        reject(error)
      }
      return promise
    },
    look: ({ groupId }, work) => doStep(groupId, (_, step) => work(step)),
    async settled(groupId) {
      while (slots.get(groupId)?.saving) await slots.get(groupId)?.saving?.catch(() => undefined)
    },
    async remove(groupId, others, removed) {
      const group = groups.get(groupId)
      const gone = group ? [groupGone(group, clock.now())] : []
      await log.append([...gone, ...others], () => {
        removed()
        // Who came meanwhile stays: what is written of it comes behind this.
        if (group && groups.get(groupId) === group && group.members.size === 0) drop(groupId)
      })
    },
    close() {
      for (const groupId of [...groups.keys()]) {
        slots.get(groupId)?.cancelTimer()
        doStep(groupId, closeGroup)
      }
    },
  }
}
