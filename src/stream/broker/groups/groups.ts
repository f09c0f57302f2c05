import type { KafkaErrorName } from '../../protocol/errors.ts'
import type { StorageServices } from '../storage/storage-services.ts'
import { openStateLog } from '../storage/state-log.ts'
import { createClassicGroup, type MemberName } from './classic/group.ts'
import { join } from './classic/join.ts'
import { refusedJoin, refusedSync, type JoinAnswer, type JoinRequest, type SyncAnswer } from './classic/member.ts'
import { commitError, heartbeat, leave, type LeavingMember } from './classic/session.ts'
import { sync, type SyncRequest } from './classic/sync.ts'
import { createCommittedOffsets, type CommittedOffsets } from './committed-offsets.ts'
import { createCoordinator, createGroupSlots } from './coordinator.ts'
import { isIdle, type Group } from './group.ts'
import { groupChangeForm, type GroupChange } from './group-change.ts'
import { createOffsetTable } from './offset-table.ts'
import { createPendingOffsets } from './pending-offsets.ts'
import { answer, type GroupLimits } from './step.ts'

/** All groups: those with members, those that had some, and those of which there are only offsets. Rejects with KafkaRefusal when nothing can be written. */
export interface Groups {
  readonly offsets: CommittedOffsets
  join(groupId: string, request: JoinRequest): Promise<JoinAnswer>
  sync(groupId: string, request: SyncRequest): Promise<SyncAnswer>
  heartbeat(groupId: string, name: MemberName): Promise<KafkaErrorName>
  leave(groupId: string, leaving: readonly LeavingMember[]): Promise<readonly KafkaErrorName[]>
  /** Why a commit is not taken. It says so of this moment: the caller commits before it waits for anything. */
  commitError(groupId: string, name: MemberName, apiVersion: number): KafkaErrorName | undefined
  /** Likewise for offsets that a transaction commits (KIP-447). */
  transactionalCommitError(groupId: string, name: MemberName): KafkaErrorName | undefined
  /** Undefined for those of which there are only offsets. */
  find(groupId: string): Group | undefined
  has(groupId: string): boolean
  /** Whether there are members, or may soon be. */
  isInUse(groupId: string): boolean
  ids(): readonly string[]
  /** Forgets a group and its offsets; false when it has members. */
  delete(groupId: string): Promise<boolean>
  close(): Promise<void>
}

export async function openGroups(folder: string, services: StorageServices, limits: GroupLimits): Promise<Groups> {
  const { clock } = services
  const table = createOffsetTable()
  const pending = createPendingOffsets()
  const { slots, known } = createGroupSlots()
  const log = await openStateLog<GroupChange>(folder, services, {
    name: 'groups',
    form: groupChangeForm,
    load(change) {
      if (change.kind === 'pending' || change.kind === 'end') return pending.apply(change)
      if (change.kind !== 'offset') return known.load(change)
      table.apply(change)
      pending.overtake(change)
    },
    *state() {
      yield* table.all()
      yield* pending.all()
      yield* known.state(clock.now())
    },
  })
  const offsets = createCommittedOffsets(log, table, pending, clock)
  const coordinator = createCoordinator(slots, log, { ...services, limits })
  const isInUse = (groupId: string): boolean => {
    const group = coordinator.find(groupId)
    return group !== undefined && !isIdle(group)
  }

  return {
    offsets,
    async join(groupId, request) {
      if (request.memberId !== '' && !coordinator.find(groupId))
        return refusedJoin('UNKNOWN_MEMBER_ID', request.memberId)
      const group = coordinator.findOrCreate(groupId, () => createClassicGroup(groupId))
      return coordinator.run(group, (step, caller) => join(group, request, caller, step))
    },
    async sync(groupId, request) {
      const group = coordinator.find(groupId)
      if (!group) return refusedSync('UNKNOWN_MEMBER_ID')
      return coordinator.run(group, (step, caller) => sync(group, request, caller, step))
    },
    async heartbeat(groupId, name) {
      const group = coordinator.find(groupId)
      if (!group) return 'UNKNOWN_MEMBER_ID'
      return coordinator.run(group, (step, caller) => answer(step, caller, heartbeat(group, name, step)))
    },
    async leave(groupId, leaving) {
      const group = coordinator.find(groupId)
      if (!group) return leaving.map(() => 'UNKNOWN_MEMBER_ID')
      return coordinator.run(group, (step, caller) => answer(step, caller, leave(group, leaving, step)))
    },
    commitError(groupId, name, apiVersion) {
      const group = coordinator.find(groupId)
      if (group) return coordinator.look(group, (step) => commitError(group, name, false, step))
      if (name.generationId < 0) return undefined
      return apiVersion >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
    },
    transactionalCommitError(groupId, name) {
      const group = coordinator.find(groupId)
      if (group) return coordinator.look(group, (step) => commitError(group, name, true, step))
      return name.generationId < 0 ? undefined : 'ILLEGAL_GENERATION'
    },
    find: (groupId) => coordinator.find(groupId),
    has: (groupId) => coordinator.find(groupId) !== undefined || offsets.has(groupId),
    isInUse,
    ids: () => [...new Set([...coordinator.all().map(({ groupId }) => groupId), ...offsets.groups()])],
    async delete(groupId) {
      // What is on its way to the disk is no entry yet, and would outlive this.
      await log.settled()
      if (isInUse(groupId)) return false
      const gone = table.of(groupId).map((entry) => ({ ...entry, committed: null, at: clock.now() }))
      await coordinator.remove(groupId, gone, () => gone.forEach((change) => table.apply(change)))
      await offsets.forgetPending(groupId)
      return true
    },
    async close() {
      coordinator.close()
      await log.close()
    },
  }
}
