import type { SnapshotDiff } from '../../api/answers.ts'
import { useSnapshotDiff } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'

/** Rows, files and columns that lie between two snapshots, and the query for the rows themselves. */
export function SnapshotDifference(props: { readonly table: string; readonly from: string; readonly to: string }) {
  const diff = useSnapshotDiff(props.table, props.from, props.to)
  if (diff.isLoadingError) return <ErrorNotice error={diff.error} retry={() => void diff.refetch()} />
  if (!diff.data) return <Loading height={150} />
  return (
    <section className="card">
      <h2>Between them</h2>
      <dl className="facts">
        <Changes of={diff.data.changes} />
        <dt>columns</dt>
        <dd>{diff.data.columns.length === 0 ? 'the same' : diff.data.columns.map(columnText).join(', ')}</dd>
        <dt>the rows</dt>
        <dd>
          <Command>{diff.data.sql.replaceAll('\n', ' ')}</Command>
        </dd>
      </dl>
    </section>
  )
}

function Changes({ of }: { readonly of: SnapshotDiff['changes'] }) {
  if (of === null)
    return (
      <>
        <dt>changes</dt>
        <dd>not known: some of the snapshots between have expired</dd>
      </>
    )
  return (
    <>
      <dt>rows</dt>
      <dd>{bothWays(of.rowsAdded, of.rowsRemoved, formatCount)}</dd>
      <dt>files</dt>
      <dd>{bothWays(of.filesAdded, of.filesRemoved, formatCount)}</dd>
      <dt>bytes</dt>
      <dd>{bothWays(of.bytesAdded, of.bytesRemoved, formatBytes)}</dd>
    </>
  )
}

function bothWays(added: number | null, removed: number | null, text: (count: number) => string): string {
  const shown = (count: number | null) => (count === null ? 'not known' : text(count))
  return `${shown(added)} added, ${shown(removed)} removed`
}

function columnText({ change, column, before, after }: SnapshotDiff['columns'][number]): string {
  const detail = before !== null && after !== null ? `${before} to ${after}` : (before ?? after)
  return `${column} ${change} (${detail})`
}
