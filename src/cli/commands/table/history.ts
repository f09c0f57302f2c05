import type { HistoryEntry, NamedRef } from '../../../lake/history/table-history.ts'
import { formatSize } from '../../../kernel/units.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir } from '../../weir-client.ts'

export const tableHistory: Command = {
  name: 'table history',
  summary: 'the snapshots of a table, newest first: what each did, and which branches and tags name it',
  arguments: [tableArgument],
  examples: ['weir table history orders', "weir sql 'select count(*) from orders at (version => 4821705518422)'"],
  async run({ arguments: [table], output, directory }) {
    const path = `${tablePath(table!)}/history`
    const history = await connectWeir(directory).call<{ items: readonly HistoryEntry[]; refs: readonly NamedRef[] }>(
      'GET',
      path,
    )
    output.answer(history, () =>
      history.items.length === 0 ? 'Nothing was committed yet.' : historyText(history.items),
    )
  },
}

function historyText(items: readonly HistoryEntry[]): string {
  const columns = [
    { title: 'SNAPSHOT' },
    { title: 'AT' },
    { title: 'OPERATION' },
    { title: 'ROWS', align: 'right' },
    { title: 'ADDED', align: 'right' },
    { title: 'REMOVED', align: 'right' },
    { title: 'FILES', align: 'right' },
    { title: 'BYTES', align: 'right' },
    { title: 'BY' },
    { title: 'REFS' },
  ] as const
  return tableText(
    columns,
    items.map((entry) => [
      entry.id,
      new Date(entry.at).toISOString(),
      entry.operation,
      countText(entry.rows),
      countText(entry.rowsAdded),
      countText(entry.rowsRemoved),
      bothWays(entry.filesAdded, entry.filesRemoved, (count) => formatCount(String(count))),
      bothWays(entry.bytesAdded, entry.bytesRemoved, formatSize),
      entry.by ?? '-',
      entry.place === 'beside' ? [...entry.refs, '(not in the present line)'].join(', ') : entry.refs.join(', '),
    ]),
  )
}

const countText = (count: number | null): string => (count === null ? '-' : formatCount(String(count)))

/** `+3 -2`, without what is nothing. */
function bothWays(added: number | null, removed: number | null, text: (count: number) => string): string {
  if (added === null && removed === null) return '-'
  return [added ? `+${text(added)}` : '', removed ? `-${text(removed)}` : ''].filter(Boolean).join(' ') || '0'
}
