import { useState } from 'react'
import type { MaintenanceTurn, RecordedRun } from '../../api/answers.ts'
import { useIsAdministrator } from '../../api/session.ts'
import { useTableMaintenance } from '../../api/tables.ts'
import { Age, Ago } from '../../parts/age.tsx'
import { Command } from '../../parts/command.tsx'
import { formatAge, formatBytes, formatCount, formatTime } from '../../parts/format.ts'
import { Empty, ErrorNotice, Figure, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { CompactNow } from './compact-now.tsx'
import { RunTaskNow } from './run-task-now.tsx'
import { MaintenanceTurns } from './maintenance-turns.tsx'
import { shell } from '../../parts/shell.ts'

/** When each task was done and is next, what the runs did, and what that saved. */
export function TableMaintenance({ name }: { readonly name: string }) {
  const maintenance = useTableMaintenance(name)
  const isAdministrator = useIsAdministrator()
  const [asked, setAsked] = useState<MaintenanceTurn['task']>()
  if (maintenance.isLoadingError)
    return <ErrorNotice error={maintenance.error} retry={() => void maintenance.refetch()} />
  if (!maintenance.data) return <Loading height={520} />
  const [first] = maintenance.data.pages
  const { tasks, savedBytes, freedBytes } = first!
  const runs = maintenance.data.pages.flatMap((page) => page.runs)
  return (
    <>
      <div className="row">
        {isAdministrator ? (
          <button type="button" onClick={() => setAsked('compact')}>
            Compact now …
          </button>
        ) : null}
        <Command>{shell`weir table maintenance ${name}`}</Command>
        <Age at={maintenance.dataUpdatedAt} />
      </div>
      <Totals tasks={tasks} savedBytes={savedBytes} freedBytes={freedBytes} at={maintenance.dataUpdatedAt} />
      <MaintenanceTurns tasks={tasks} onRun={isAdministrator ? setAsked : undefined} />
      {runs.length === 0 ? (
        <Empty command={shell`weir compact ${name} --dry-run`}>
          No run has changed anything yet. Above stands when each task is next, and how often.
        </Empty>
      ) : (
        <VirtualGrid
          label={`Runs on ${name}`}
          rows={runs}
          columns={columns}
          height={420}
          keyOf={({ task, at }) => `${task} ${at}`}
          onEnd={() => {
            if (maintenance.hasNextPage && !maintenance.isFetchingNextPage) void maintenance.fetchNextPage()
          }}
          detail={(run) => <WholeRun of={run} />}
        />
      )}
      {asked === 'compact' ? <CompactNow name={name} onClose={() => setAsked(undefined)} /> : null}
      {asked !== undefined && asked !== 'compact' ? (
        <RunTaskNow name={name} task={asked} onClose={() => setAsked(undefined)} />
      ) : null}
    </>
  )
}

function Totals(props: {
  readonly tasks: readonly MaintenanceTurn[]
  readonly savedBytes: number
  readonly freedBytes: number
  readonly at: number
}) {
  const { tasks, savedBytes, freedBytes, at } = props
  const since = tasks.flatMap(({ totals }) => totals?.since ?? []).toSorted((a, b) => (a < b ? -1 : 1))[0]
  const note = since === undefined ? 'no run is counted yet' : `since ${formatTime(since)}`
  const compact = tasks.find(({ task }) => task === 'compact')?.totals
  return (
    <div className="cards">
      <Figure
        label="Bytes saved for readers"
        value={formatBytes(savedBytes)}
        note={note}
        source="files and manifests that compaction and rewriting took out of the table, less those that they put in, all runs together"
        at={at}
      />
      <Figure
        label="Files made fewer"
        value={compact ? formatCount(compact.files - compact.filesAdded) : '0'}
        note={compact ? `${formatCount(compact.files)} became ${formatCount(compact.filesAdded)}` : note}
        source="all runs of compaction together"
        at={at}
      />
      <Figure
        label="Bytes freed on the disk"
        value={formatBytes(freedBytes)}
        note={note}
        source="files that expiry and the removal of orphans removed, all runs together"
        at={at}
      />
    </div>
  )
}

const columns: readonly GridColumn<RecordedRun>[] = [
  { name: 'Ended', width: 180, cell: ({ at }) => formatTime(at) },
  { name: 'Task', width: 150, cell: ({ task }) => task },
  { name: 'Took', width: 70, number: true, cell: ({ at, beganAt }) => formatAge(Date.parse(at) - Date.parse(beganAt)) },
  {
    name: 'Groups',
    width: 76,
    number: true,
    cell: ({ groupCount }) => (groupCount === 0 ? '' : formatCount(groupCount)),
  },
  {
    name: 'Snapshots',
    width: 90,
    number: true,
    cell: ({ snapshots }) => (snapshots === 0 ? '' : formatCount(snapshots)),
  },
  { name: 'Files out', width: 84, number: true, cell: ({ files }) => formatCount(files) },
  {
    name: 'Files in',
    width: 80,
    number: true,
    cell: ({ filesAdded }) => (filesAdded === 0 ? '' : formatCount(filesAdded)),
  },
  {
    name: 'Saved',
    width: 90,
    number: true,
    cell: ({ bytesRemoved, bytesAdded }) => formatSaved(bytesRemoved - bytesAdded),
  },
  {
    name: 'Deleted rows',
    width: 104,
    number: true,
    cell: ({ deletedRows }) => (deletedRows === 0 ? '' : formatCount(deletedRows)),
  },
  {
    name: 'Outcome',
    width: 220,
    grows: true,
    cell: ({ error, left }) =>
      error === null ? (
        <span className="state" data-tone="ok">
          ● {left.length === 0 ? 'done' : 'done, some left'}
        </span>
      ) : (
        <span className="state" data-tone="failed" title={error}>
          ✕ {error}
        </span>
      ),
  },
]

/** Files of few rows may grow: the footer of a file is written anew. */
function formatSaved(bytes: number): string {
  return bytes < 0 ? `-${formatBytes(-bytes)}` : formatBytes(bytes)
}

function WholeRun({ of }: { readonly of: RecordedRun }) {
  return (
    <>
      <h2>
        {of.task}, <Ago at={of.at} />
      </h2>
      {of.error === null ? null : (
        <div role="alert">
          <p className="state" data-tone="failed">
            ✕ {of.code}: {of.error}
          </p>
          <p className="quiet">{of.remedy}</p>
          {of.code === null ? null : <Command>{shell`weir explain ${of.code}`}</Command>}
        </div>
      )}
      {of.left.length === 0 ? null : (
        <>
          <h3>Left for the next turn</h3>
          <ul className="plain">
            {of.left.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      {of.groups.length === 0 ? null : <RunGroups of={of} />}
    </>
  )
}

function RunGroups({ of: { groups, groupCount } }: { readonly of: RecordedRun }) {
  return (
    <div className="scroll" role="group" tabIndex={0} aria-label="Groups of the run">
      <table>
        <thead>
          <tr>
            <th>Partition</th>
            <th className="number">Files</th>
            <th className="number">Became</th>
            <th className="number">Bytes</th>
            <th className="number">Became</th>
            <th className="number">Saved</th>
            <th className="number">Deleted rows applied</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group, at) => (
            <tr key={at}>
              <td className="mono">{group.partition || 'the table'}</td>
              <td className="number">{formatCount(group.filesBefore)}</td>
              <td className="number">{formatCount(group.filesAfter)}</td>
              <td className="number">{formatBytes(group.bytesBefore)}</td>
              <td className="number">{formatBytes(group.bytesAfter)}</td>
              <td className="number">{formatSaved(group.bytesBefore - group.bytesAfter)}</td>
              <td className="number">{formatCount(group.deletedRows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {groupCount > groups.length ? <p className="note">and {formatCount(groupCount - groups.length)} more</p> : null}
    </div>
  )
}
