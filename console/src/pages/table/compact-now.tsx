import type { CompactionGroup } from '../../api/answers.ts'
import { useCompactionPlan, useCompactNow } from '../../api/tables.ts'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { MaintenanceDialog } from './maintenance-dialog.tsx'
import { shell } from '../../parts/shell.ts'

/** What compaction would do, then does, and did. */
export function CompactNow({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  return (
    <MaintenanceDialog
      title={`Compact ${name}`}
      plan={useCompactionPlan(name)}
      run={useCompactNow(name)}
      doesNothing={({ groups }) => groups.length === 0}
      planned={({ groups }) => <Planned groups={groups} />}
      done={({ files, bytesRemoved, filesAdded, bytesAdded }) =>
        `${formatCount(files)} files of ${formatBytes(bytesRemoved)} became ${formatCount(filesAdded)} of ${formatBytes(bytesAdded)}.`
      }
      action={['Compact it', 'Compacting …']}
      command={shell`weir compact ${name} --dry-run`}
      isWide
      onClose={onClose}
    />
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
