import type { MaintenancePlan, MaintenanceTurn } from '../../api/answers.ts'
import { useMaintenancePlan, useMaintenanceNow } from '../../api/tables.ts'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { MaintenanceDialog } from './maintenance-dialog.tsx'
import { shell } from '../../parts/shell.ts'

interface Asked {
  readonly name: string
  readonly task: Exclude<MaintenanceTurn['task'], 'compact'>
  readonly onClose: () => void
}

/** What a task would do, then does, and did. */
export function RunTaskNow({ name, task, onClose }: Asked) {
  return (
    <MaintenanceDialog
      title={`${name}: ${task}`}
      plan={useMaintenancePlan(name, task)}
      run={useMaintenanceNow(name, task)}
      doesNothing={doesNothing}
      planned={(plan) => <p>It would: {didText(task, plan)}.</p>}
      done={(run) => didText(task, run)}
      action={['Run it', 'At work …']}
      command={shell`weir table maintenance ${name} --run ${task.replace(' ', '-')} --dry-run`}
      onClose={onClose}
    />
  )
}

type Did = Pick<MaintenancePlan, 'snapshots' | 'files' | 'bytesRemoved' | 'filesAdded' | 'bytesAdded'>

function doesNothing({ snapshots, files }: Did): boolean {
  return snapshots + files === 0
}

function didText(task: Asked['task'], did: Did): string {
  if (doesNothing(did)) return 'nothing to do'
  const bytes = formatBytes(did.bytesRemoved)
  if (task === 'rewrite manifests')
    return `${formatCount(did.files)} manifests of ${bytes} become ${formatCount(did.filesAdded)} of about ${formatBytes(did.bytesAdded)}`
  const files = `${formatCount(did.files)} files of ${bytes} go from the disk`
  return task === 'expire snapshots' ? `${formatCount(did.snapshots)} snapshots expire, ${files}` : files
}
