import { formatSize } from '../../kernel/units.ts'
import type { StoredMaintenanceRun } from '../../storage/metadata/maintenance-runs.ts'

export type Did = Omit<StoredMaintenanceRun, 'table' | 'at' | 'error'>

/** What a run of maintenance did. */
export function maintainedText({ task, snapshots, files, bytesRemoved, filesAdded, bytesAdded }: Did): string {
  if (task !== 'compact' && task !== 'rewrite manifests')
    return `${snapshots} snapshots, ${files} files, ${formatSize(bytesRemoved)}`
  const kind = task === 'compact' ? 'files' : 'manifests'
  const became = `${files} ${kind}, ${formatSize(bytesRemoved)}; became ${filesAdded} ${kind}, ${formatSize(bytesAdded)}`
  return bytesRemoved > bytesAdded ? `${became}; ${formatSize(bytesRemoved - bytesAdded)} saved` : became
}
