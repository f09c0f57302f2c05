import { formatSize } from '../../../kernel/units.ts'
import type { SnapshotDiff } from '../../../lake/history/snapshot-diff.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { mustRun } from '../../running.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { connectWeir } from '../../weir-client.ts'

export const tableDiff: Command = {
  name: 'table diff',
  summary: 'what lies between two snapshots of a table: rows, files, columns, and the query for the rows themselves',
  arguments: [
    tableArgument,
    { name: 'from', description: 'a snapshot, a branch or tag, or a time', required: true },
    { name: 'to', description: 'the same; main is the table as it is', required: true },
  ],
  options: [{ flags: '--rows', description: 'run the query: the rows that were added and removed' }],
  examples: ['weir table diff orders audit-2026 main', 'weir table diff orders 2026-11-28T09:00 main --rows'],
  async run({ arguments: [table, from, to], options, output, directory }) {
    const query = new URLSearchParams({ from: from!, to: to! }).toString()
    const diff = await connectWeir(directory).call<SnapshotDiff>('GET', `${tablePath(table!)}/diff?${query}`)
    if (options['rows'] !== true) return output.answer(diff, () => diffText(diff))
    const { postgres } = mustRun(directory)
    const { runScript, printAnswer } = await import('../../sql-session.ts')
    printAnswer(await runScript(postgres, diff.sql, 'own'), output)
  },
}

function diffText({ from, to, changes, operations, columns, sql }: SnapshotDiff): string {
  const count = (value: number | null) => (value === null ? 'unknown' : formatCount(String(value)))
  const size = (value: number | null) => (value === null ? 'unknown' : formatSize(value))
  const end = ({ snapshot, at, rows }: SnapshotDiff['from']) =>
    `${snapshot} of ${new Date(at).toISOString()}, ${count(rows)} rows`
  const counts = changes
    ? [
        `rows    +${count(changes.rowsAdded)} -${count(changes.rowsRemoved)}`,
        `files   +${count(changes.filesAdded)} -${count(changes.filesRemoved)}`,
        `bytes   +${size(changes.bytesAdded)} -${size(changes.bytesRemoved)}`,
      ]
    : ['Some of the snapshots between have expired, so their changes cannot be added up; the query tells.']
  const did = Object.entries(operations).map(([operation, times]) => `${times} ${operation}`)
  return [
    `from    ${end(from)}`,
    `to      ${end(to)}`,
    ...(did.length > 0 ? [`by      ${did.join(', ')}`] : []),
    ...counts,
    ...columns.map(({ change, column, before, after }) => `column  ${column} ${change}${detailOf(before, after)}`),
    '',
    sql,
  ].join('\n')
}

function detailOf(before: string | null, after: string | null): string {
  return before !== null && after !== null ? `: ${before} to ${after}` : `: ${before ?? after}`
}
