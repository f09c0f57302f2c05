import { formatSize } from '../../../kernel/units.ts'
import type { PartitionPage } from '../../../lake/inspection/list-partitions.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { listQuery, moreText, pageOptions } from '../../table/page-options.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir } from '../../weir-client.ts'

type Partitions = Omit<PartitionPage, 'next'> & { readonly next: string | null }

export const tablePartitions: Command = {
  name: 'table partitions',
  summary: 'the partitions of a table: rows, files, bytes, deletes, and when each was changed last',
  arguments: [tableArgument],
  options: pageOptions('partition, rows, files, bytes, deletes or changed', 'partition'),
  examples: ['weir table partitions orders', 'weir table partitions orders --order bytes --limit 20'],
  async run({ arguments: [table], options, output, directory }) {
    const query = listQuery(options, ['at', 'order', 'limit', 'cursor'])
    const found = await connectWeir(directory).call<Partitions>('GET', `${tablePath(table!)}/partitions?${query}`)
    output.answer(found, () => partitionsText(found))
  },
}

function partitionsText({ items, next, total }: Partitions): string {
  if (total === 0) return 'It has no files.'
  const columns = [
    { title: 'PARTITION' },
    { title: 'ROWS', align: 'right' },
    { title: 'FILES', align: 'right' },
    { title: 'BYTES', align: 'right' },
    { title: 'DELETES', align: 'right' },
    { title: 'CHANGED' },
    { title: 'BY SNAPSHOT' },
  ] as const
  const rows = items.map((one) => [
    one.partition || '-',
    formatCount(one.rows),
    formatCount(one.files),
    formatSize(one.bytes),
    formatCount(one.positionDeletes + one.equalityDeletes),
    one.changedAt === null ? 'expired' : new Date(one.changedAt).toISOString(),
    one.changedBy,
  ])
  return [`${formatCount(total)} partitions`, '', tableText(columns, rows), ...moreText(next)].join('\n')
}
