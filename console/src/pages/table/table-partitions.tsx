import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { TablePartition } from '../../api/answers.ts'
import { useReadAgain, useTablePartitions } from '../../api/tables.ts'
import { Age, Ago } from '../../parts/age.tsx'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { shell } from '../../parts/shell.ts'

const orders = ['partition', 'rows', 'files', 'bytes', 'deletes', 'changed'] as const
type Order = (typeof orders)[number]

/** What lies in each partition, and when it was changed last. */
export function TablePartitions({ name }: { readonly name: string }) {
  const { order: asked } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const order = orders.find((one) => one === asked) ?? 'partition'
  const partitions = useTablePartitions(name, order)
  const readAgain = useReadAgain('table partitions', name)
  if (partitions.isLoadingError) return <ErrorNotice error={partitions.error} retry={() => void partitions.refetch()} />
  if (!partitions.data) return <Loading height={520} />
  const rows = partitions.data.pages.flatMap(({ items }) => items)
  const [first] = partitions.data.pages
  if (rows.length === 0)
    return <Empty command={shell`weir table partitions ${name}`}>Nothing was committed to this table yet.</Empty>
  const sortedBy = (by: Order): Pick<GridColumn<TablePartition>, 'sorted' | 'onSort'> => ({
    sorted: order !== by ? 'none' : by === 'partition' ? 'ascending' : 'descending',
    onSort: () => void navigate({ search: (before) => ({ ...before, order: by }), replace: true }),
  })
  return (
    <>
      <div className="row">
        <span className="quiet" role="status">
          {formatCount(first!.total)} {first!.total === 1 ? 'partition' : 'partitions'} of snapshot {first!.snapshot}{' '}
          <Age at={partitions.dataUpdatedAt} />
        </span>
        <button type="button" onClick={readAgain}>
          Read again
        </button>
        <Command>{shell`weir table partitions ${name} --order ${order}`}</Command>
      </div>
      <VirtualGrid
        label={`Partitions of ${name}`}
        rows={rows}
        columns={columnsOf(name, sortedBy)}
        height={560}
        keyOf={({ partition, specId }) => `${specId} ${partition}`}
        onEnd={() => {
          if (partitions.hasNextPage && !partitions.isFetchingNextPage) void partitions.fetchNextPage()
        }}
      />
    </>
  )
}

function columnsOf(
  name: string,
  sortedBy: (by: Order) => Pick<GridColumn<TablePartition>, 'sorted' | 'onSort'>,
): readonly GridColumn<TablePartition>[] {
  return [
    {
      name: 'Partition',
      width: 280,
      grows: true,
      ...sortedBy('partition'),
      cell: ({ partition }) => partition || <span className="quiet">the whole table</span>,
    },
    { name: 'Rows', width: 110, number: true, ...sortedBy('rows'), cell: ({ rows }) => formatCount(rows) },
    { name: 'Files', width: 80, number: true, ...sortedBy('files'), cell: ({ files }) => formatCount(files) },
    { name: 'Bytes', width: 96, number: true, ...sortedBy('bytes'), cell: ({ bytes }) => formatBytes(bytes) },
    {
      name: 'Deletes',
      width: 96,
      number: true,
      ...sortedBy('deletes'),
      cell: ({ positionDeletes, equalityDeletes, deleteFiles }) => (
        <span title={`in ${formatCount(deleteFiles)} files`}>{formatCount(positionDeletes + equalityDeletes)}</span>
      ),
    },
    {
      name: 'Changed',
      width: 110,
      number: true,
      ...sortedBy('changed'),
      cell: ({ changedAt }) =>
        changedAt === null ? (
          <span title="the snapshot that changed it has expired">not known</span>
        ) : (
          <Ago at={new Date(changedAt).toISOString()} />
        ),
    },
    { name: 'By snapshot', width: 182, number: true, cell: ({ changedBy }) => changedBy },
    {
      name: 'Look',
      width: 64,
      cell: ({ partition }) => (
        <Link
          to="/resources/$kind/$name"
          params={{ kind: 'table', name }}
          search={{ tab: 'Files', partition }}
          aria-label={`Files of ${partition || 'the table'}`}
        >
          files
        </Link>
      ),
    },
  ]
}
