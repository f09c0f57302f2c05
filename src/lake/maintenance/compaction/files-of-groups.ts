import type { CompactedGroup } from './compact-table.ts'

/** What groups came to together, as maintenance tells it: files and bytes taken out, put in their place, rows applied. */
export interface FilesOfGroups {
  readonly snapshots: 0
  readonly files: number
  readonly bytesRemoved: number
  readonly filesAdded: number
  readonly bytesAdded: number
  readonly deletedRows: number
}

export function filesOfGroups(groups: readonly CompactedGroup[]): FilesOfGroups {
  const sum = (count: Exclude<keyof CompactedGroup, 'partition'>): number =>
    groups.reduce((all, group) => all + group[count], 0)
  return {
    snapshots: 0,
    files: sum('filesBefore'),
    bytesRemoved: sum('bytesBefore'),
    filesAdded: sum('filesAfter'),
    bytesAdded: sum('bytesAfter'),
    deletedRows: sum('deletedRows'),
  }
}
