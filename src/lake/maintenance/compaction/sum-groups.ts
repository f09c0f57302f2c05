import type { CompactedGroup } from './compact-table.ts'

/** What groups came to together. */
export function sumGroups(groups: readonly CompactedGroup[]): Omit<CompactedGroup, 'partition'> {
  const sum = (count: Exclude<keyof CompactedGroup, 'partition'>): number =>
    groups.reduce((all, group) => all + group[count], 0)
  return {
    filesBefore: sum('filesBefore'),
    filesAfter: sum('filesAfter'),
    bytesBefore: sum('bytesBefore'),
    bytesAfter: sum('bytesAfter'),
    deletedRows: sum('deletedRows'),
  }
}
