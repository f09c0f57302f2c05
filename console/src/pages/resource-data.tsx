import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { call } from '../api/client.ts'
import { quoteName, runSql } from '../api/sql.ts'
import type { StreamRecord } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'
import { Command } from '../parts/command.tsx'
import { formatBytes, formatTime } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { RecordDetail } from '../parts/record-detail.tsx'
import { ResultGrid } from '../parts/result-grid.tsx'
import { VirtualGrid, type GridColumn } from '../parts/virtual-grid.tsx'

/** Rows of what can be asked by SQL, records of a stream, nothing for the rest. */
export function ResourceData({ resource }: { readonly resource: Resource }) {
  if (resource.kind === 'table' || resource.kind === 'view') return <Rows resource={resource} />
  if (resource.kind === 'stream') return <Records name={resource.name} />
  return <Empty>A {resource.kind} holds no rows of its own.</Empty>
}

function Rows({ resource }: { readonly resource: Resource }) {
  const sql = `select * from ${quoteName(resource.name)} limit 1000`
  const rows = useQuery({ queryKey: ['rows', sql], queryFn: ({ signal }) => runSql(sql, 1000, signal) })
  if (rows.isLoadingError) return <ErrorNotice error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Loading height={400} />
  if (rows.data.rows.length === 0) return <Empty command={`weir sql '${sql}'`}>No rows yet.</Empty>
  return (
    <>
      <div className="row">
        <button type="button" onClick={() => void rows.refetch()}>
          Read again
        </button>
        <Command>{`weir sql '${sql}'`}</Command>
      </div>
      <ResultGrid label={`Rows of ${resource.name}`} result={rows.data} />
    </>
  )
}

const columns: readonly GridColumn<StreamRecord>[] = [
  { name: 'Partition', width: 90, number: true, cell: ({ partition }) => partition },
  { name: 'Offset', width: 110, number: true, cell: ({ offset }) => offset },
  { name: 'Timestamp', width: 190, cell: ({ timestamp }) => formatTime(timestamp) },
  { name: 'Size', width: 80, number: true, cell: ({ bytes }) => formatBytes(bytes) },
  { name: 'Key', width: 120, cell: ({ key }) => <code>{key?.text ?? <span className="nil">none</span>}</code> },
  {
    name: 'Value',
    width: 320,
    grows: true,
    cell: ({ value }) => <code>{value?.text.slice(0, 300) ?? <span className="nil">null</span>}</code>,
  },
]

/** The newest records, or those from an offset of a partition on: the address says which. */
function Records({ name }: { readonly name: string }) {
  const { partition, offset } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const place = `${partition === undefined ? '' : `&partition=${partition}`}${offset === undefined ? '' : `&from=${offset}`}`
  const path = `/api/v1/streams/${encodeURIComponent(name)}/records?limit=500${place}`
  const records = useQuery({
    queryKey: ['records', path],
    queryFn: ({ signal }) => call<{ items: readonly StreamRecord[] }>('GET', path, undefined, signal),
  })
  const set = (change: { readonly partition?: string | undefined; readonly offset?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const digits = (text: string): string | undefined => (/^\d+$/.test(text) ? text : undefined)
  return (
    <>
      <div className="row">
        <label>
          Partition{' '}
          <input
            data-filter
            className="short"
            inputMode="numeric"
            value={partition ?? ''}
            placeholder="all"
            onChange={(event) => set({ partition: digits(event.target.value) })}
          />
        </label>
        <label>
          From offset{' '}
          <input
            className="short"
            inputMode="numeric"
            value={offset ?? ''}
            placeholder="newest"
            onChange={(event) => set({ offset: digits(event.target.value) })}
          />
        </label>
        <button type="button" onClick={() => void records.refetch()}>
          Read again
        </button>
        <Command>{`weir tail ${name}`}</Command>
      </div>
      {records.isLoadingError ? (
        <ErrorNotice error={records.error} retry={() => void records.refetch()} />
      ) : !records.data ? (
        <Loading height={400} />
      ) : records.data.items.length === 0 ? (
        <Empty command={`echo '{"id": 1}' | weir produce ${name}`}>No record here yet.</Empty>
      ) : (
        <VirtualGrid
          label={`Records of ${name}`}
          rows={records.data.items}
          columns={columns}
          height={480}
          detail={({ value, partition: number, offset: at, headers }) => (
            <RecordDetail
              title={`Partition ${number}, offset ${at}`}
              value={value?.text ?? null}
              headers={Object.fromEntries(headers.map((header) => [header.key, header.value?.text ?? '']))}
            />
          )}
        />
      )}
    </>
  )
}
