import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { StateLog } from '../storage/state-log.ts'
import type { GroupChange, GroupStateChange } from './group-change.ts'
import {
  closeGroup,
  expireGroup,
  groupAfter,
  groupGone,
  isBlank,
  isIdle,
  wakeGroup,
  wholeGroup,
  type Group,
} from './group.ts'
import { beginStep, type Caller, type GroupLimits, type Step } from './step.ts'

/**
 * Runs the steps of groups: makes their changes durable, lets their answers out, comes back when it is time. One step is over before
 * the next begins; what several of them change shares a sync.
 */
export interface Coordinator {
  find(groupId: string): Group | undefined
  all(): readonly Group[]
  findOrCreate(groupId: string, create: () => Group): Group
  /** Another protocol: the new group takes the place of the old one. */
  replace(group: Group): void
  /** Resolves with what `work` answers the caller, or lets another step answer. */
  run<T>(group: Group, work: (step: Step, caller: Caller<T>) => void): Promise<T>
  /** What `work` says at once; for what changes and owes nothing, and must not be overtaken before the caller acts on it. */
  look<T>(group: Group, work: (step: Step) => T): T
  /** Forgets the group, and makes the other changes with it, all or nothing; `removed` runs when that is durable. */
  remove(groupId: string, others: readonly GroupChange[], removed: () => void): Promise<void>
  close(): void
}

/** The groups as the log has them, until the coordinator takes them over. */
export interface KnownGroups {
  load(change: GroupStateChange): void
  state(at: number): Generator<GroupStateChange>
}

interface Slot {
  group: Group
  /** Changes that are on their way to the disk. */
  saving: Promise<unknown> | undefined
  /** A change could not be written: the next step writes all of the group. */
  unsaved: boolean
  timer: NodeJS.Timeout | undefined
  timerAt: number
}

const groupsMax = 10_000
/** The longest that a timer of Node takes. */
const timerMsMax = 2 ** 31 - 1

export function createGroupSlots(): { readonly slots: Map<string, Slot>; readonly known: KnownGroups } {
  const slots = new Map<string, Slot>()
  return {
    slots,
    known: {
      load(change) {
        const group = groupAfter(change)
        if (group) slots.set(change.group, slotOf(group))
        else slots.delete(change.group)
      },
      *state(at) {
        for (const { group } of slots.values()) if (!isBlank(group)) yield* wholeGroup(group, at)
      },
    },
  }
}

function slotOf(group: Group): Slot {
  return { group, saving: undefined, unsaved: false, timer: undefined, timerAt: Infinity }
}

export function createCoordinator(
  slots: Map<string, Slot>,
  log: StateLog<GroupChange>,
  { clock, logger, limits }: { clock: Clock; logger: Logger; limits: GroupLimits },
): Coordinator {
  const stepNow = (): Step => beginStep({ now: clock.monotonic(), at: clock.now(), limits, newId: () => randomUUID() })

  function settle(slot: Slot, step: Step): void {
    const changes = slot.unsaved ? wholeGroup(slot.group, step.at) : step.changes
    if (changes.length > 0) save(slot, changes)
    letOut(slot, step)
    wakeAt(slot, step.wakeAt)
    if (isBlank(slot.group) && slots.get(slot.group.groupId) === slot) drop(slot)
  }

  function save(slot: Slot, changes: readonly GroupChange[]): void {
    slot.unsaved = false
    // Both: what one step says may rest on what the one before it wrote.
    const saving = Promise.all([slot.saving, log.append(changes)])
    slot.saving = saving
    saving.then(
      () => slot.saving === saving && (slot.saving = undefined),
      (error: unknown) => {
        if (slot.saving === saving) slot.saving = undefined
        slot.unsaved = true
        logger.error(
          { group: slot.group.groupId, err: error },
          'a group could not be written down; its members try again',
        )
      },
    )
  }

  function letOut({ saving, group }: Slot, { answers }: Step): void {
    const out = (): void => answers.forEach(({ caller, value }) => caller.answer(value))
    if (!saving) return out()
    const refusal = new KafkaRefusal('COORDINATOR_NOT_AVAILABLE', `group "${group.groupId}" could not be written down`)
    saving.then(out, () => answers.forEach(({ caller }) => caller.refuse(refusal)))
  }

  /** A timer that comes too early does no harm: it looks, and is set anew. So heartbeats, which only move deadlines away, set none. */
  function wakeAt(slot: Slot, deadline: number): void {
    if (deadline >= slot.timerAt) return
    clearTimeout(slot.timer)
    slot.timerAt = deadline
    const ms = Math.min(timerMsMax, Math.max(1, Math.ceil(deadline - clock.monotonic())))
    slot.timer = setTimeout(() => {
      slot.timerAt = Infinity
      const step = stepNow()
      expireGroup(slot.group, step)
      settle(slot, step)
    }, ms).unref()
  }

  function drop(slot: Slot): void {
    clearTimeout(slot.timer)
    slots.delete(slot.group.groupId)
  }

  for (const slot of slots.values()) {
    const step = stepNow()
    wakeGroup(slot.group, step)
    settle(slot, step)
  }

  return {
    find: (groupId) => slots.get(groupId)?.group,
    all: () => [...slots.values()].map(({ group }) => group),
    findOrCreate(groupId, create) {
      const known = slots.get(groupId)
      if (known) return known.group
      if (slots.size >= groupsMax) {
        logger.warn({ group: groupId, groups: slots.size }, 'there are too many groups; delete some that are not used')
        throw new KafkaRefusal('GROUP_MAX_SIZE_REACHED', `this log has ${slots.size} groups, the most that it takes`)
      }
      const group = create()
      slots.set(groupId, slotOf(group))
      return group
    },
    replace(group) {
      slots.get(group.groupId)!.group = group
    },
    run<T>(group: Group, work: (step: Step, caller: Caller<T>) => void) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const step = stepNow()
      const slot = slots.get(group.groupId)!
      work(step, { answer: resolve, refuse: reject })
      settle(slot, step)
      return promise
    },
    look(group, work) {
      const step = stepNow()
      const seen = work(step)
      settle(slots.get(group.groupId)!, step)
      return seen
    },
    async remove(groupId, others, removed) {
      const slot = slots.get(groupId)
      const gone = slot ? groupGone(slot.group, clock.now()) : []
      await log.append([...gone, ...others], () => {
        removed()
        // Who came meanwhile stays: what is written of it comes behind this.
        if (slot && slots.get(groupId) === slot && isIdle(slot.group)) drop(slot)
      })
    },
    close() {
      for (const slot of slots.values()) {
        clearTimeout(slot.timer)
        const step = stepNow()
        closeGroup(slot.group, step)
        letOut(slot, step)
      }
      slots.clear()
    },
  }
}
