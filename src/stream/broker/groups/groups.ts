import type { StorageServices } from '../storage/partition-state.ts'
import { openStateLog } from '../storage/state-log.ts'
import { createCommittedOffsets, type CommittedOffsets } from './committed-offsets.ts'
import { groupChangeForm } from './group-change.ts'
import { Group } from './group.ts'
import { createOffsetTable } from './offset-table.ts'

/** All groups: those with members, and those of which only offsets are left. */
export interface Groups {
  readonly offsets: CommittedOffsets
  /** Undefined when nobody ever joined since the start; offsets may be there all the same. */
  find(groupId: string): Group | undefined
  findOrCreate(groupId: string): Group
  /** Whether there are members or offsets. */
  has(groupId: string): boolean
  ids(): readonly string[]
  /** Removes an empty group and its offsets. */
  delete(groupId: string): Promise<void>
  close(): Promise<void>
}

const groupsMax = 10_000

export async function openGroups(folder: string, services: StorageServices, initialDelayMs: number): Promise<Groups> {
  const table = createOffsetTable()
  const log = await openStateLog(folder, services, {
    name: 'group offsets',
    form: groupChangeForm,
    load: (change) => table.apply(change),
    state: () => table.all(),
  })
  const offsets = createCommittedOffsets(log, table, services.clock)
  const groups = new Map<string, Group>()

  function dropIdle(): void {
    for (const [id, group] of groups) if (group.isIdle) groups.delete(id)
  }

  return {
    offsets,
    find: (groupId) => groups.get(groupId),
    findOrCreate(groupId) {
      let group = groups.get(groupId)
      if (!group) {
        if (groups.size >= groupsMax) dropIdle()
        groups.set(groupId, (group = new Group(groupId, initialDelayMs)))
      }
      return group
    },
    has: (groupId) => groups.get(groupId)?.isIdle === false || offsets.has(groupId),
    ids: () => [
      ...new Set([...[...groups].filter(([, group]) => !group.isIdle).map(([id]) => id), ...offsets.groups()]),
    ],
    async delete(groupId) {
      groups.get(groupId)?.close()
      groups.delete(groupId)
      await offsets.forget(({ group }) => group === groupId)
    },
    async close() {
      for (const group of groups.values()) group.close()
      await log.close()
    },
  }
}
