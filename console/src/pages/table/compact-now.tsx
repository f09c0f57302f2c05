import { useEffect, useRef } from 'react'
import type { CompactionGroup } from '../../api/answers.ts'
import { useCompactionPlan, useCompactNow } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'

/** What compaction would do, then does, and did. */
export function CompactNow({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const plan = useCompactionPlan(name)
  const compact = useCompactNow(name)
  useEffect(() => dialog.current?.showModal(), [])
  const groups = plan.data?.groups
  return (
    <dialog ref={dialog} className="wide" onClose={onClose} aria-label={`Compact ${name}`}>
      <form
        className="confirm"
        onSubmit={(event) => {
          event.preventDefault()
          compact.mutate()
        }}
      >
        <h2>Compact {name}</h2>
        {plan.isError ? <ErrorNotice error={plan.error} retry={() => void plan.refetch()} /> : null}
        {plan.isPending ? <Loading height={120} /> : null}
        {groups && !compact.isSuccess ? <Planned groups={groups} /> : null}
        {compact.isError ? <ErrorNotice error={compact.error} /> : null}
        {compact.data ? (
          compact.data.error === null ? (
            <p className="state" data-tone="ok" role="status">
              ● {formatCount(compact.data.files)} files of {formatBytes(compact.data.bytesRemoved)} became{' '}
              {formatCount(compact.data.filesAdded)} of {formatBytes(compact.data.bytesAdded)}.
            </p>
          ) : (
            <div role="alert">
              <p className="state" data-tone="failed">
                ✕ {compact.data.code}: {compact.data.error}
              </p>
              <p className="quiet">{compact.data.remedy}</p>
            </div>
          )
        ) : null}
        <div className="row">
          <button
            type="submit"
            className="primary"
            disabled={!groups || groups.length === 0 || compact.isPending || compact.isSuccess}
          >
            {compact.isPending ? 'Compacting …' : 'Compact it'}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <Command>{`weir compact ${name} --dry-run`}</Command>
        </div>
      </form>
    </dialog>
  )
}

function Planned({ groups }: { readonly groups: readonly CompactionGroup[] }) {
  if (groups.length === 0) return <p>There is nothing to compact.</p>
  const sum = (of: (group: CompactionGroup) => number): number => groups.reduce((all, group) => all + of(group), 0)
  const [before, after] = [sum(({ bytesBefore }) => bytesBefore), sum(({ bytesAfter }) => bytesAfter)]
  return (
    <>
      <p>
        {formatCount(sum(({ filesBefore }) => filesBefore))} files of {formatBytes(before)} become{' '}
        {formatCount(sum(({ filesAfter }) => filesAfter))} of about {formatBytes(after)}. No row changes; the old files
        go when no snapshot reads them any more.
      </p>
      <div className="scroll planned" role="group" tabIndex={0} aria-label="Groups">
        <table>
          <thead>
            <tr>
              <th>Partition</th>
              <th className="number">Files</th>
              <th className="number">Become</th>
              <th className="number">Bytes</th>
              <th className="number">About</th>
              <th className="number">Deleted rows</th>
            </tr>
          </thead>
          <tbody>
            {groups.slice(0, shownMax).map((group, at) => (
              <tr key={at}>
                <td className="mono">{group.partition || 'the table'}</td>
                <td className="number">{formatCount(group.filesBefore)}</td>
                <td className="number">{formatCount(group.filesAfter)}</td>
                <td className="number">{formatBytes(group.bytesBefore)}</td>
                <td className="number">{formatBytes(group.bytesAfter)}</td>
                <td className="number">{formatCount(group.deletedRows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {groups.length > shownMax ? (
        <p className="note">and {formatCount(groups.length - shownMax)} groups more</p>
      ) : null}
    </>
  )
}

const shownMax = 200
