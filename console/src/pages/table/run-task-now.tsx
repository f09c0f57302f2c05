import { useEffect, useRef } from 'react'
import type { MaintenancePlan, MaintenanceTurn } from '../../api/answers.ts'
import { useMaintenancePlan, useMaintenanceNow } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'

interface Asked {
  readonly name: string
  readonly task: Exclude<MaintenanceTurn['task'], 'compact'>
  readonly onClose: () => void
}

/** What a task would do, then does, and did. */
export function RunTaskNow({ name, task, onClose }: Asked) {
  const dialog = useRef<HTMLDialogElement>(null)
  const plan = useMaintenancePlan(name, task)
  const run = useMaintenanceNow(name, task)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={`${task} on ${name}`}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          run.mutate()
        }}
      >
        <h2>
          {name}: {task}
        </h2>
        {plan.isError ? <ErrorNotice error={plan.error} retry={() => void plan.refetch()} /> : null}
        {plan.isPending ? <Loading height={60} /> : null}
        {plan.data && !run.data ? <p>It would: {didText(task, plan.data)}.</p> : null}
        {run.isError ? <ErrorNotice error={run.error} /> : null}
        {run.data?.error === null ? (
          <p className="state" data-tone="ok" role="status">
            ● {didText(task, run.data)}
          </p>
        ) : null}
        {run.data && run.data.error !== null ? (
          <div role="alert">
            <p className="state" data-tone="failed">
              ✕ {run.data.code}: {run.data.error}
            </p>
            <p className="quiet">{run.data.remedy}</p>
          </div>
        ) : null}
        <div className="row">
          <button
            type="submit"
            className="primary"
            disabled={!plan.data || doesNothing(plan.data) || run.isPending || run.isSuccess}
          >
            {run.isPending ? 'At work …' : 'Run it'}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <Command>{`weir table maintenance ${name} --run ${task.replace(' ', '-')} --dry-run`}</Command>
        </div>
      </form>
    </dialog>
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
