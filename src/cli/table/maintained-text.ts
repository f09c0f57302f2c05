import { formatSize } from '../../kernel/units.ts'
import type { StoredMaintenanceRun } from '../../storage/metadata/maintenance-runs.ts'

type Did = Omit<StoredMaintenanceRun, 'table' | 'at' | 'error'>

/** What a run of maintenance did. */
export function maintainedText({ task, snapshots, files, bytesRemoved, filesAdded, bytesAdded }: Did): string {
  if (task !== 'compact') return `${snapshots} snapshots, ${files} files, ${formatSize(bytesRemoved)}`
  const became = `${files} files, ${formatSize(bytesRemoved)}; became ${filesAdded} files, ${formatSize(bytesAdded)}`
  return bytesRemoved > bytesAdded ? `${became}; ${formatSize(bytesRemoved - bytesAdded)} saved` : became
}
