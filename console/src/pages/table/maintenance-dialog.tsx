import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import type { RecordedRun } from '../../api/answers.ts'
import { Command } from '../../parts/command.tsx'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'

interface MaintenanceDialogProps<Plan> {
  readonly title: string
  readonly plan: UseQueryResult<Plan>
  readonly run: UseMutationResult<RecordedRun, Error, void>
  readonly doesNothing: (plan: Plan) => boolean
  /** What would be done. */
  readonly planned: (plan: Plan) => ReactNode
  /** What was done. */
  readonly done: (run: RecordedRun) => ReactNode
  /** Of the button, before and while it works. */
  readonly action: readonly [string, string]
  /** The same on the command line. */
  readonly command: string
  readonly isWide?: boolean
  readonly onClose: () => void
}

/** What a task of maintenance would do to a table, then does, and did. */
export function MaintenanceDialog<Plan>(props: MaintenanceDialogProps<Plan>) {
  const { title, plan, run, doesNothing, planned, done, action, command, isWide = false, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const isIdle = plan.data === undefined || doesNothing(plan.data)
  return (
    <dialog ref={dialog} {...(isWide ? { className: 'wide' } : {})} onClose={onClose} aria-label={title}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          run.mutate()
        }}
      >
        <h2>{title}</h2>
        {plan.isError ? <ErrorNotice error={plan.error} retry={() => void plan.refetch()} /> : null}
        {plan.isPending ? <Loading height={isWide ? 120 : 60} /> : null}
        {plan.data !== undefined && !run.isSuccess ? planned(plan.data) : null}
        {run.isError ? <ErrorNotice error={run.error} /> : null}
        {run.data ? <Outcome run={run.data} done={done} /> : null}
        <div className="row">
          <button type="submit" className="primary" disabled={isIdle || run.isPending || run.isSuccess}>
            {action[run.isPending ? 1 : 0]}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <Command>{command}</Command>
        </div>
      </form>
    </dialog>
  )
}

function Outcome({ run, done }: { readonly run: RecordedRun } & Pick<MaintenanceDialogProps<never>, 'done'>) {
  if (run.error === null)
    return (
      <p className="state" data-tone="ok" role="status">
        ● {done(run)}
      </p>
    )
  return (
    <div role="alert">
      <p className="state" data-tone="failed">
        ✕ {run.code}: {run.error}
      </p>
      <p className="quiet">{run.remedy}</p>
    </div>
  )
}
