import type { GroupChange } from './group-change.ts'
import type { GroupSettings } from './group-settings.ts'
import { groupAfter, isBlank, wholeGroup, type Group } from './group.ts'
import { createOffsetTable, type OffsetTable } from './offset-table.ts'
import { createPendingOffsets, type PendingOffsets } from './pending-offsets.ts'

/** All that the log of groups stands for. */
export interface GroupMemory {
  readonly groups: Map<string, Group>
  readonly offsets: OffsetTable
  readonly pending: PendingOffsets
  readonly settings: Map<string, GroupSettings>
  load(change: GroupChange): void
  /** Changes from which all of it comes back. */
  state(at: number): Generator<GroupChange>
}

export function createGroupMemory(): GroupMemory {
  const groups = new Map<string, Group>()
  const offsets = createOffsetTable()
  const pending = createPendingOffsets()
  const settings = new Map<string, GroupSettings>()

  function load(change: GroupChange): void {
    switch (change.kind) {
      case 'pending':
      case 'end':
        return pending.apply(change)
      case 'offset':
        offsets.apply(change)
        return pending.overtake(change)
      case 'settings':
        if (change.state) settings.set(change.group, change.state)
        else settings.delete(change.group)
        return
      default: {
        const group = groupAfter(groups.get(change.group), change)
        if (group) groups.set(change.group, group)
        else groups.delete(change.group)
      }
    }
  }

  return {
    groups,
    offsets,
    pending,
    settings,
    load,
    *state(at) {
      yield* offsets.all()
      yield* pending.all()
      for (const [group, state] of settings) yield { kind: 'settings', group, state, at }
      for (const group of groups.values()) if (!isBlank(group)) yield* wholeGroup(group, at)
    },
  }
}
