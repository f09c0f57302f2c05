import { useNavigate, useSearch } from '@tanstack/react-router'
import type { TableFile } from '../../api/answers.ts'
import { useReadAgain, useTableFiles } from '../../api/tables.ts'
import { Age } from '../../parts/age.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Figure, Loading } from '../../parts/notice.tsx'
import { Typed } from '../../parts/typed.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { FileBounds } from './file-bounds.tsx'
import { FileSizes } from './file-sizes.tsx'
import { shell } from '../../parts/shell.ts'

const orders = ['path', 'bytes', 'rows', 'sequence'] as const
type Order = (typeof orders)[number]

/** Files of rows and of deletes, how large they are, and what each says of its columns. */
export function TableFiles({ name }: { readonly name: string }) {
  const { order: asked, content, partition } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const order = orders.find((one) => one === asked) ?? 'path'
  const kind = content === 'data' || content === 'deletes' ? content : undefined
  const files = useTableFiles(name, { order, content: kind, partition })
  const readAgain = useReadAgain('table files', name)
  const set = (change: Readonly<Record<string, string | undefined>>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  if (files.isLoadingError) return <ErrorNotice error={files.error} retry={() => void files.refetch()} />
  const command = [
    shell`weir table files ${name} --order ${order}`,
    ...(kind === undefined ? [] : [`--content ${kind}`]),
    ...(partition === undefined ? [] : [shell`--partition ${partition}`]),
  ].join(' ')
  const filters = (
    <div className="row">
      <Choice label="Content" value={kind} values={['data', 'deletes']} onValue={(value) => set({ content: value })} />
      <Typed label="Partition" isFirst value={partition} onValue={(value) => set({ partition: value })} />
      <button type="button" onClick={readAgain}>
        Read again
      </button>
      <Age at={files.dataUpdatedAt} />
      <Command>{command}</Command>
    </div>
  )
  if (!files.data)
    return (
      <>
        {filters}
        <Loading height={520} />
      </>
    )
  const [first] = files.data.pages
  const { summary, snapshot } = first!
  const rows = files.data.pages.flatMap(({ items }) => items)
  if (snapshot === null)
    return <Empty command={shell`weir table files ${name}`}>Nothing was committed to this table yet.</Empty>
  const sortedBy = (by: Order): Pick<GridColumn<TableFile>, 'sorted' | 'onSort'> => ({
    sorted: order !== by ? 'none' : by === 'path' ? 'ascending' : 'descending',
    onSort: () => set({ order: by }),
  })
  return (
    <>
      {filters}
      <Totals of={summary} />
      <FileSizes of={summary} />
      {rows.length === 0 ? (
        <Empty>No file is as the filters say.</Empty>
      ) : (
        <VirtualGrid
          label={`Files of ${name}`}
          rows={rows}
          columns={columnsOf(sortedBy)}
          height={480}
          keyOf={({ path, content: of, sequence }) => `${of} ${sequence} ${path}`}
          onEnd={() => {
            if (files.hasNextPage && !files.isFetchingNextPage) void files.fetchNextPage()
          }}
          detail={(file) => <FileBounds table={name} snapshot={snapshot} file={file} />}
        />
      )}
    </>
  )
}

type Summary = Parameters<typeof FileSizes>[0]['of']

function Totals({ of }: { readonly of: Summary }) {
  const source = 'counted in the manifests of the snapshot'
  return (
    <div className="cards">
      <Figure
        label="Files of rows"
        value={formatCount(of.dataFiles)}
        note={`${formatCount(of.rows)} rows`}
        source={source}
      />
      <Figure
        label="Bytes of rows"
        value={formatBytes(of.dataBytes)}
        note={of.dataFiles === 0 ? undefined : `${formatBytes(of.dataBytes / of.dataFiles)} each`}
        source={source}
      />
      <Figure
        label="Small files"
        value={formatCount(of.smallFiles)}
        note={`below ${formatBytes(of.smallBelow)}`}
        source={source}
      />
      <Figure
        label="Files of deletes"
        value={formatCount(of.deleteFiles)}
        note={`${formatCount(of.deletes)} deletes, ${formatBytes(of.deleteBytes)}`}
        source={source}
      />
    </div>
  )
}

const contents: Readonly<Record<TableFile['content'], string>> = {
  data: 'rows',
  'position-deletes': 'deletes by position',
  'equality-deletes': 'deletes by value',
}

function columnsOf(
  sortedBy: (by: Order) => Pick<GridColumn<TableFile>, 'sorted' | 'onSort'>,
): readonly GridColumn<TableFile>[] {
  return [
    { name: 'Content', width: 150, cell: ({ content }) => contents[content] },
    { name: 'Partition', width: 220, cell: ({ partition }) => partition },
    { name: 'Rows', width: 100, number: true, ...sortedBy('rows'), cell: ({ rows }) => formatCount(rows) },
    { name: 'Bytes', width: 90, number: true, ...sortedBy('bytes'), cell: ({ bytes }) => formatBytes(bytes) },
    { name: 'Small', width: 64, cell: ({ small }) => (small ? 'small' : '') },
    { name: 'Sequence', width: 96, number: true, ...sortedBy('sequence'), cell: ({ sequence }) => sequence },
    { name: 'Added by snapshot', width: 182, number: true, cell: ({ snapshot }) => snapshot },
    {
      name: 'Path',
      width: 320,
      grows: true,
      ...sortedBy('path'),
      cell: ({ path }) => <span title={path}>{path.slice(path.lastIndexOf('/') + 1)}</span>,
    },
  ]
}
