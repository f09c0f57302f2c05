import type { KafkaErrorName } from '../../../protocol/errors.ts'
import { answer, deadlineIn, type Step } from '../step.ts'
import { rebalanceTimeoutMs, removeMember, type ClassicGroup } from './group.ts'
import {
  chooseProtocol,
  metadataOf,
  noBytes,
  refusedJoin,
  refusedSync,
  type ClassicMember,
  type JoinAnswer,
  type SyncAnswer,
} from './member.ts'
import { classicChange } from './stored.ts'

/** Between two looks at a group of which only static members are left that do not come. */
const retryMsMin = 1000

/** Members share out anew: all are to join again. */
export function prepareRebalance(group: ClassicGroup, step: Step): void {
  if (group.state === 'CompletingRebalance') refuseSyncs(group, step)
  endSync(group)
  const first = group.state === 'Empty'
  group.state = 'PreparingRebalance'
  const delayMs = step.limits.initialRebalanceDelayMs
  if (!first || delayMs === 0) return awaitMembers(group, step)
  group.initialDelay = { remainingMs: Math.max(0, rebalanceTimeoutMs(group) - delayMs), someoneCame: false }
  group.joinDeadline = deadlineIn(step, delayMs)
}

function awaitMembers(group: ClassicGroup, step: Step): void {
  group.joinDeadline = deadlineIn(step, rebalanceTimeoutMs(group))
  completeIfAllJoined(group, step)
}

export function completeIfAllJoined(group: ClassicGroup, step: Step): void {
  if (group.state !== 'PreparingRebalance' || group.initialDelay || group.promised.size > 0) return
  for (const { joining } of group.members.values()) if (!joining) return
  completeJoin(group, step)
}

/** Someone came, left or changed: a rebalance begins, or the one that goes on may be complete. */
export function rebalance(group: ClassicGroup, step: Step): void {
  if (group.state === 'PreparingRebalance') completeIfAllJoined(group, step)
  else prepareRebalance(group, step)
}

/** The time to join is over. */
export function endJoin(group: ClassicGroup, step: Step): void {
  const { initialDelay: delay } = group
  if (!delay?.someoneCame || delay.remainingMs === 0) return completeJoin(group, step)
  const delayMs = Math.min(step.limits.initialRebalanceDelayMs, delay.remainingMs)
  group.initialDelay = { remainingMs: Math.max(0, delay.remainingMs - delayMs), someoneCame: false }
  group.joinDeadline = deadlineIn(step, delayMs)
}

function completeJoin(group: ClassicGroup, step: Step): void {
  group.initialDelay = undefined
  group.joinDeadline = Infinity
  for (const member of [...group.members.values()])
    if (!member.joining && member.instanceId === null) dismiss(group, member, step)
  if (group.members.size > 0 && !electLeader(group)) {
    group.joinDeadline = deadlineIn(step, Math.max(retryMsMin, rebalanceTimeoutMs(group)))
    return
  }
  beginGeneration(group, step)
}

/** A leader has joined. False when nobody has: only static members are left, and none has come. */
function electLeader(group: ClassicGroup): boolean {
  if (group.leader !== null && group.members.get(group.leader)?.joining) return true
  for (const { memberId, joining } of group.members.values())
    if (joining) {
      group.leader = memberId
      return true
    }
  return false
}

function beginGeneration(group: ClassicGroup, step: Step): void {
  group.generationId++
  endSync(group)
  if (group.members.size === 0) return becomeEmpty(group, step)
  group.protocolName = chooseProtocol(group.members.values())
  group.state = 'CompletingRebalance'
  group.emptySince = null
  step.changes.push(classicChange(group, step.at))
  awaitSync(group, step)
  for (const member of group.members.values()) {
    const { joining } = member
    member.joining = undefined
    member.isNew = false
    keepAlive(member, step)
    if (joining) answer(step, joining, joinAnswer(group, member))
  }
}

/** The leader assigns, and all are to ask for their assignment. */
export function awaitSync(group: ClassicGroup, step: Step): void {
  group.syncDeadline = deadlineIn(step, rebalanceTimeoutMs(group))
  for (const memberId of group.members.keys()) group.unsynced.add(memberId)
}

function becomeEmpty(group: ClassicGroup, step: Step): void {
  group.state = 'Empty'
  group.protocolName = null
  group.leader = null
  group.emptySince = step.at
  step.changes.push(classicChange(group, step.at))
}

/** The leader has assigned. */
export function assign(
  group: ClassicGroup,
  assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  step: Step,
): void {
  const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  group.state = 'Stable'
  // Copied: the bytes are a view of a request that is gone soon.
  for (const member of group.members.values()) member.assignment = Buffer.from(byMember.get(member.memberId) ?? noBytes)
  step.changes.push(classicChange(group, step.at))
  for (const member of group.members.values()) answerSync(group, member, step)
}

function answerSync(group: ClassicGroup, member: ClassicMember, step: Step): void {
  const { syncing } = member
  if (!syncing) return
  member.syncing = undefined
  keepAlive(member, step)
  answer(step, syncing, syncAnswer(group, member))
}

/** Whoever has not asked for its assignment by then is out. */
export function dismissUnsynced(group: ClassicGroup, step: Step): void {
  const late = [...group.unsynced].map((memberId) => group.members.get(memberId)!)
  endSync(group)
  if (late.length === 0) return
  for (const member of late) dismiss(group, member, step)
  prepareRebalance(group, step)
}

function endSync(group: ClassicGroup): void {
  group.unsynced.clear()
  group.syncDeadline = Infinity
}

/** Its assignment is asked for, or it is gone: when nobody else is owed one, nobody is late. */
export function synced(group: ClassicGroup, { memberId }: ClassicMember): void {
  group.unsynced.delete(memberId)
  if (group.unsynced.size === 0) group.syncDeadline = Infinity
}

/** Whoever waits for the assignment of this generation is to join the next one. */
function refuseSyncs(group: ClassicGroup, step: Step): void {
  for (const member of group.members.values()) {
    if (!member.syncing) continue
    answer(step, member.syncing, refusedSync('REBALANCE_IN_PROGRESS'))
    member.syncing = undefined
    keepAlive(member, step)
  }
}

export function keepAlive(member: ClassicMember, step: Step): void {
  member.deadline = deadlineIn(step, member.sessionTimeoutMs)
}

/** Takes a member out. Whatever it waits for, it hears this; the others are not told here. */
export function dismiss(
  group: ClassicGroup,
  member: ClassicMember,
  step: Step,
  error: KafkaErrorName = 'UNKNOWN_MEMBER_ID',
): void {
  const { joining, syncing, memberId } = member
  // A consumer that waits here begins again when it hears that it is unknown, as one without an id.
  if (joining) answer(step, joining, refusedJoin(error, error === 'UNKNOWN_MEMBER_ID' ? '' : memberId))
  if (syncing) answer(step, syncing, refusedSync(error))
  member.joining = member.syncing = undefined
  removeMember(group, member)
}

export function joinAnswer(group: ClassicGroup, { memberId }: ClassicMember): JoinAnswer {
  const { generationId, protocolType, protocolName, leader } = group
  return {
    error: 'NONE',
    generationId,
    protocolType,
    protocolName,
    leader: leader ?? '',
    memberId,
    members: memberId === leader ? membersFor(group) : [],
  }
}

function membersFor({ members, protocolName }: ClassicGroup): JoinAnswer['members'] {
  return [...members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    metadata: metadataOf(member, protocolName),
  }))
}

export function syncAnswer({ protocolType, protocolName }: ClassicGroup, { assignment }: ClassicMember): SyncAnswer {
  return { error: 'NONE', protocolType, protocolName, assignment }
}
