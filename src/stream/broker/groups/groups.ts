import type { KafkaErrorName } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import { openStateLog, type StateLog, type StateLogPlace } from '../storage/state-log.ts'
import { createClassicGroup, type ClassicGroup, type MemberName } from './classic/group.ts'
import { join } from './classic/join.ts'
import { refusedJoin, refusedSync, type JoinAnswer, type JoinRequest, type SyncAnswer } from './classic/member.ts'
import { commitError, heartbeat, leave, type LeavingMember } from './classic/session.ts'
import { sync, type SyncRequest } from './classic/sync.ts'
import { createCommittedOffsets, type CommittedOffsets } from './committed-offsets.ts'
import { checkConsumerCommit, fetchError, type CommitCheck } from './consumer/commit.ts'
import { createConsumerGroup, type ConsumerGroup } from './consumer/group.ts'
import { heartbeat as consumerHeartbeat, type HeartbeatAnswer, type HeartbeatRequest } from './consumer/heartbeat.ts'
import { leave as consumerLeave } from './consumer/leave.ts'
import { createCoordinator, type CoordinatorServices } from './coordinator.ts'
import { groupChangeForm, type GroupChange } from './group-change.ts'
import { createGroupMemory, type GroupMemory } from './group-memory.ts'
import { limitsWith, type GroupSettings } from './group-settings.ts'
import type { SeesTopic } from './group-topics.ts'
import { isIdle, shownState, type Group } from './group.ts'
import {
  heartbeatInConsumerGroup,
  joinConsumerGroup,
  leaveConsumerGroup,
  syncConsumerGroup,
} from './migration/classic-member.ts'
import { upgrade } from './migration/upgrade.ts'
import type { GroupLimits } from './group-limits.ts'
import { answer, type Step } from './step.ts'

/** All groups: those with members, those that had some, and those of which there are only offsets. Rejects with KafkaRefusal when nothing can be written. */
export interface Groups {
  readonly offsets: CommittedOffsets
  /** `sees` is what the client may know of; left out for all. */
  join(groupId: string, request: JoinRequest, sees?: SeesTopic): Promise<JoinAnswer>
  sync(groupId: string, request: SyncRequest): Promise<SyncAnswer>
  heartbeat(groupId: string, name: MemberName, sees?: SeesTopic): Promise<KafkaErrorName>
  leave(groupId: string, leaving: readonly LeavingMember[]): Promise<readonly KafkaErrorName[]>
  /** Of the consumer protocol; an epoch below 0 leaves. */
  consumerHeartbeat(groupId: string, request: HeartbeatRequest, sees?: SeesTopic): Promise<HeartbeatAnswer>
  /** Whether a commit is taken. It says so of this moment: the caller commits before it waits for anything. */
  checkCommit(groupId: string, name: MemberName, how: CommitKind): CommitCheck
  fetchError(groupId: string, memberId: string | null, memberEpoch: number): KafkaErrorName | undefined
  /** What is set of this group alone. */
  settings(groupId: string): GroupSettings
  setSettings(groupId: string, settings: GroupSettings): Promise<void>
  /** With its settings; of a group without a name: for all. */
  limits(groupId: string): GroupLimits
  /** Undefined for those of which there are only offsets. */
  find(groupId: string): Group | undefined
  /** As Kafka's tools show it. */
  stateOf(groupId: string): string
  has(groupId: string): boolean
  /** Whether there are members, or may soon be. */
  isInUse(groupId: string): boolean
  ids(): readonly string[]
  /** Forgets a group and its offsets; false when it has members. */
  delete(groupId: string): Promise<boolean>
  /** Writes down how far their log is whole. */
  checkpoint(): Promise<void>
  close(): Promise<void>
}

export interface CommitKind {
  readonly apiVersion: number
  readonly inTransaction: boolean
}

export interface GroupServices extends Omit<CoordinatorServices, 'limits'> {
  readonly limits: GroupLimits
}

export async function openGroups(
  place: StateLogPlace,
  storage: StorageServices,
  services: GroupServices,
): Promise<Groups> {
  const memory = createGroupMemory()
  const log = await openStateLog<GroupChange>(place, storage, {
    name: 'groups',
    whenLost:
      'Groups whose commits lay there go on from an earlier one, or, without one, where auto.offset.reset of their clients says.',
    form: groupChangeForm,
    load: (change) => memory.load(change),
    state: () => memory.state(storage.clock.now()),
  })
  return createGroups(memory, log, services)
}

/** With offsets, and with settings. */
const groupsMax = 10_000
const settingsMax = 10_000

/** The memory as the log has it: each change is written before it shows. */
export function createGroups(memory: GroupMemory, log: StateLog<GroupChange>, services: GroupServices): Groups {
  const { clock, limits } = services
  const { offsets: table } = memory
  const offsets = createCommittedOffsets(log, table, memory.pending, clock)
  const limitsOf = (groupId: string): GroupLimits => limitsWith(limits, memory.settings.get(groupId))
  const coordinator = createCoordinator(memory.groups, log, { ...services, limits: limitsOf })
  const isInUse = (groupId: string): boolean => {
    const group = coordinator.find(groupId)
    return group !== undefined && !isIdle(group)
  }

  /** An empty group may be of either protocol. Generations go on from where epochs ended, and the other way round. */
  function classicGroup(groupId: string): ClassicGroup | ConsumerGroup {
    const group = coordinator.findOrCreate(groupId, () => createClassicGroup(groupId))
    if (group.kind === 'classic' || group.members.size > 0) return group
    const { epoch: generationId, emptySince } = group
    const made: ClassicGroup = { ...createClassicGroup(groupId), generationId, emptySince }
    coordinator.replace(made)
    return made
  }

  function consumerGroup(groupId: string): ClassicGroup | ConsumerGroup {
    const group = coordinator.findOrCreate(groupId, () => createConsumerGroup(groupId))
    if (group.kind === 'consumer' || group.members.size > 0) return group
    const { generationId: epoch, emptySince } = group
    const made: ConsumerGroup = { ...createConsumerGroup(groupId), epoch, assignmentEpoch: epoch, emptySince }
    coordinator.replace(made)
    return made
  }

  return {
    offsets,
    async join(groupId, request, sees) {
      if (request.memberId !== '' && !coordinator.find(groupId))
        return refusedJoin('UNKNOWN_MEMBER_ID', request.memberId)
      const group = classicGroup(groupId)
      return coordinator.run(
        group,
        (step, caller) =>
          group.kind === 'classic'
            ? join(group, request, caller, step)
            : joinConsumerGroup(group, request, caller, step),
        sees,
      )
    },
    async sync(groupId, request) {
      const group = coordinator.find(groupId)
      if (!group?.members.size) return refusedSync('UNKNOWN_MEMBER_ID')
      return coordinator.run(group, (step, caller) =>
        group.kind === 'classic'
          ? sync(group, request, caller, step)
          : answer(step, caller, syncConsumerGroup(group, request, step)),
      )
    },
    async heartbeat(groupId, name, sees) {
      const group = coordinator.find(groupId)
      if (!group) return 'UNKNOWN_MEMBER_ID'
      const beat = (step: Step): KafkaErrorName =>
        group.kind === 'classic' ? heartbeat(group, name, step) : heartbeatInConsumerGroup(group, name, step)
      return coordinator.run(group, (step, caller) => answer(step, caller, beat(step)), sees)
    },
    async leave(groupId, members) {
      const group = coordinator.find(groupId)
      if (!group) return members.map(() => 'UNKNOWN_MEMBER_ID')
      const go = (step: Step): readonly KafkaErrorName[] =>
        group.kind === 'classic' ? leave(group, members, step) : leaveConsumerGroup(group, members, step)
      return coordinator.run(group, (step, caller) => answer(step, caller, go(step)))
    },
    async consumerHeartbeat(groupId, request, sees) {
      const { memberEpoch } = request
      const group = memberEpoch === 0 ? consumerGroup(groupId) : coordinator.find(groupId)
      if (!group) throw new KafkaRefusal('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`)
      return coordinator.run(
        group,
        (step, caller) => {
          const beat = (one: ConsumerGroup): HeartbeatAnswer => consumerHeartbeat(one, request, step)
          if (group.kind === 'consumer')
            answer(step, caller, memberEpoch < 0 ? leaving(group, request, step) : beat(group))
          else if (memberEpoch === 0) answer(step, caller, upgrade(group, step, beat))
          else throw new KafkaRefusal('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`)
        },
        sees,
      )
    },
    checkCommit(groupId, name, how) {
      const group = coordinator.find(groupId)
      if (group?.kind === 'classic')
        return coordinator.look(group, (step) => commitError(group, name, how.inTransaction, step))
      if (group) return checkConsumerCommit(group, { ...name, memberEpoch: name.generationId }, how)
      if (name.generationId < 0)
        return table.groupCount < groupsMax || table.has(groupId) ? undefined : 'POLICY_VIOLATION'
      return how.apiVersion >= 9 && !how.inTransaction ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
    },
    fetchError(groupId, memberId, memberEpoch) {
      const group = coordinator.find(groupId)
      return group?.kind === 'consumer' ? fetchError(group, memberId, memberEpoch) : undefined
    },
    settings: (groupId) => memory.settings.get(groupId) ?? {},
    async setSettings(group, settings) {
      const isFull = memory.settings.size >= settingsMax && !memory.settings.has(group)
      if (isFull) throw new KafkaRefusal('POLICY_VIOLATION', `${settingsMax} groups have settings, the most that may`)
      const state = Object.keys(settings).length > 0 ? settings : null
      const change: GroupChange = { kind: 'settings', group, state, at: clock.now() }
      await log.append([change], () => memory.load(change))
    },
    limits: limitsOf,
    find: (groupId) => coordinator.find(groupId),
    stateOf(groupId) {
      const group = coordinator.find(groupId)
      return group ? shownState(group) : 'Empty'
    },
    has: (groupId) => coordinator.find(groupId) !== undefined || offsets.has(groupId),
    isInUse,
    ids: () => [...new Set([...coordinator.all().map(({ groupId }) => groupId), ...offsets.groups()])],
    async delete(groupId) {
      // What is on its way to the disk would outlive this.
      await coordinator.settled(groupId)
      await log.settled()
      // Who was only promised an id asks for another.
      if ((coordinator.find(groupId)?.members.size ?? 0) > 0) return false
      const gone = table.of(groupId).map((entry) => ({ ...entry, committed: null, at: clock.now() }))
      await coordinator.remove(groupId, gone, () => gone.forEach((change) => table.apply(change)))
      await offsets.forgetPending(groupId)
      return true
    },
    checkpoint: () => log.checkpoint(),
    async close() {
      coordinator.close()
      await log.close()
    },
  }
}

function leaving(group: ConsumerGroup, request: HeartbeatRequest, step: Step): HeartbeatAnswer {
  const { memberId, memberEpoch } = request
  consumerLeave(group, request, step)
  return { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null }
}
