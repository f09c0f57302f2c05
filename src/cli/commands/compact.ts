import { formatSize } from '../../kernel/units.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { tableArgument } from '../table/table-path.ts'
import { formatCount } from '../output.ts'
import { tableText } from '../table-text.ts'
import { connectWeir } from '../weir-client.ts'

interface Group {
  readonly partition: string
  readonly filesBefore: number
  readonly filesAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  readonly deletedRows: number
}

interface Run {
  readonly files: number
  readonly filesAdded: number
  readonly bytesRemoved: number
  readonly bytesAdded: number
  readonly error: string | null
}

export const compact: Command = {
  name: 'compact',
  summary: 'write small files of a table, and those of which much was deleted, anew; it happens hourly by itself',
  arguments: [tableArgument],
  options: [
    { flags: '--dry-run', description: 'only say which files would become which, and how many bytes that saves' },
  ],
  examples: ['weir compact orders --dry-run', 'weir compact orders'],
  async run({ arguments: [table], options, output, directory }) {
    const weir = connectWeir(directory)
    const path = `/api/v1/tables/${encodeURIComponent(table!)}`
    if (options['dryRun'] === true) {
      const plan = await weir.call<{ groups: readonly Group[] }>('GET', `${path}/compaction`)
      output.answer(plan, () => planText(plan.groups))
      return
    }
    const run = await weir.call<Run>('POST', `${path}/compact`, {})
    if (run.error !== null) throw new WeirError('WEIR-2022', `${table} was not compacted: ${run.error}`)
    output.answer(run, () => runText(run))
  },
}

function planText(groups: readonly Group[]): string {
  if (groups.length === 0) return 'There is nothing to compact.'
  const columns = [
    { title: 'PARTITION' },
    { title: 'FILES', align: 'right' },
    { title: 'BYTES', align: 'right' },
    { title: 'BECOME', align: 'right' },
    { title: 'ABOUT', align: 'right' },
    { title: 'DELETED ROWS', align: 'right' },
  ] as const
  return tableText(
    columns,
    groups.map((group) => [
      group.partition || '-',
      formatCount(String(group.filesBefore)),
      formatSize(group.bytesBefore),
      formatCount(String(group.filesAfter)),
      formatSize(group.bytesAfter),
      formatCount(String(group.deletedRows)),
    ]),
  )
}

function runText({ files, filesAdded, bytesRemoved, bytesAdded }: Run): string {
  if (files === 0) return 'There was nothing to compact.'
  return `${files} files of ${formatSize(bytesRemoved)} became ${filesAdded} of ${formatSize(bytesAdded)}. The old ones go when no snapshot reads them any more.`
}
