import { useQuery } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { quoteName, runSql } from '../api/sql.ts'
import type { Resource } from '../api/types.ts'
import { formatTime } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { ResultGrid } from '../parts/result-grid.tsx'

interface StreamRecord {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly key: string | null
  readonly value: string | null
}

/** Rows of what can be asked by SQL, the newest records of a stream, nothing for the rest. */
export function ResourceData({ resource }: { readonly resource: Resource }) {
  if (resource.kind === 'table' || resource.kind === 'view') return <Rows resource={resource} />
  if (resource.kind === 'stream') return <Records resource={resource} />
  return <Empty>A {resource.kind} holds no rows of its own.</Empty>
}

function Rows({ resource }: { readonly resource: Resource }) {
  const sql = `select * from ${quoteName(resource.name)} limit 1000`
  const rows = useQuery({ queryKey: ['rows', sql], queryFn: ({ signal }) => runSql(sql, 1000, signal) })
  if (rows.isError) return <ErrorNotice error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Loading height={400} />
  if (rows.data.rows.length === 0) return <Empty command={`npx weir sql '${sql}'`}>No rows yet.</Empty>
  return <ResultGrid label={`Rows of ${resource.name}`} result={rows.data} />
}

function Records({ resource }: { readonly resource: Resource }) {
  const path = `/api/v1/streams/${encodeURIComponent(resource.name)}/records?limit=200`
  const records = useQuery({
    queryKey: ['records', resource.name],
    queryFn: ({ signal }) => call<{ items: readonly StreamRecord[] }>('GET', path, undefined, signal),
  })
  if (records.isError) return <ErrorNotice error={records.error} retry={() => void records.refetch()} />
  if (!records.data) return <Loading height={400} />
  if (records.data.items.length === 0)
    return <Empty command={`echo '{"id": 1}' | npx weir produce ${resource.name}`}>No record was produced yet.</Empty>
  return (
    <section className="card scroll">
      <table>
        <thead>
          <tr>
            <th className="number">Partition</th>
            <th className="number">Offset</th>
            <th>Timestamp</th>
            <th>Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {records.data.items.map(({ partition, offset, timestamp, key, value }) => (
            <tr key={`${partition}/${offset}`}>
              <td className="number">{partition}</td>
              <td className="number">{offset}</td>
              <td>{formatTime(timestamp)}</td>
              <td className="mono">{key ?? <span className="nil">none</span>}</td>
              <td className="mono">{value ?? <span className="nil">null</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
