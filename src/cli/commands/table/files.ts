import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { formatSize } from '../../../kernel/units.ts'
import type { FileColumn } from '../../../lake/inspection/file-columns.ts'
import type { FilePage, TableFile } from '../../../lake/inspection/list-files.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { listQuery, moreText, pageOptions } from '../../table/page-options.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir } from '../../weir-client.ts'

type Files = Omit<FilePage, 'next'> & { readonly next: string | null }

export const tableFiles: Command = {
  name: 'table files',
  summary: 'the files of rows and of deletes that a table has, with sizes; or the counts and bounds of one of them',
  arguments: [tableArgument],
  options: [
    ...pageOptions('path, bytes, rows or sequence', 'path'),
    { flags: '--content <kind>', description: 'data or deletes', default: 'both' },
    { flags: '--partition <partition>', description: 'as weir table partitions shows it: "ts_day=2026-11-29"' },
    { flags: '--path <path>', description: 'one file: counts and bounds of its columns' },
  ],
  examples: ['weir table files orders --order bytes --limit 20', 'weir table files orders --content deletes'],
  async run({ arguments: [table], options, output, directory }) {
    const weir = connectWeir(directory)
    if (typeof options['path'] === 'string') {
      const unused = ['order', 'limit', 'cursor', 'content', 'partition'].find((name) => options[name] !== undefined)
      if (unused) throw new WeirError('WEIR-2009', `--path shows one file; --${unused} is for a list of them`)
      const query = listQuery(options, ['at', 'path'])
      const found = await weir.call<{ items: readonly FileColumn[] }>(
        'GET',
        `${tablePath(table!)}/files/columns?${query}`,
      )
      return output.answer(found, () => columnsText(found.items))
    }
    const query = listQuery(options, ['at', 'order', 'limit', 'cursor', 'content', 'partition'])
    const found = await weir.call<Files>('GET', `${tablePath(table!)}/files?${query}`)
    output.answer(found, () => filesText(found))
  },
}

function filesText({ items, next, summary }: Files): string {
  const { dataFiles, dataBytes, rows, deleteFiles, deleteBytes, deletes, smallFiles, smallBelow } = summary
  const lines = [
    `${formatCount(dataFiles)} files of ${formatCount(rows)} rows, ${formatSize(dataBytes)}; ${formatCount(smallFiles)} are small, below ${formatSize(smallBelow)}`,
    ...(deleteFiles > 0
      ? [`${formatCount(deleteFiles)} files of ${formatCount(deletes)} deletes, ${formatSize(deleteBytes)}`]
      : []),
  ]
  if (items.length === 0) return lines.join('\n')
  const columns = [
    { title: 'CONTENT' },
    { title: 'ROWS', align: 'right' },
    { title: 'BYTES', align: 'right' },
    { title: 'SEQUENCE', align: 'right' },
    { title: 'PARTITION' },
    { title: 'PATH' },
  ] as const
  const table = tableText(columns, items.map(fileCells))
  return [...lines, '', table, ...moreText(next)].join('\n')
}

function fileCells({ content, rows, bytes, sequence, partition, path, small }: TableFile): readonly string[] {
  return [
    content,
    formatCount(rows),
    `${formatSize(bytes)}${small ? ' small' : ''}`,
    String(sequence),
    partition || '-',
    path,
  ]
}

function columnsText(items: readonly FileColumn[]): string {
  const count = (value: number | null): string => (value === null ? '-' : formatCount(value))
  const columns = [
    { title: 'ID', align: 'right' },
    { title: 'COLUMN' },
    { title: 'TYPE' },
    { title: 'BYTES', align: 'right' },
    { title: 'VALUES', align: 'right' },
    { title: 'NULLS', align: 'right' },
    { title: 'LOWER' },
    { title: 'UPPER' },
  ] as const
  return tableText(
    columns,
    items.map(({ id, column, type, bytes, values, nulls, lower, upper }) => [
      String(id),
      column,
      type,
      count(bytes),
      count(values),
      count(nulls),
      lower ?? '-',
      upper ?? '-',
    ]),
  )
}
