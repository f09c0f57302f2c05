import { useQuery } from '@tanstack/react-query'
import { quoteName, runOwnSql } from '../api/sql.ts'
import type { Resource } from '../api/resource.ts'
import { Command } from '../parts/command.tsx'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { ResultGrid } from '../parts/result-grid.tsx'
import { StreamRecords } from './stream/stream-records.tsx'
import { shell } from '../parts/shell.ts'

/** Rows of a view, records of a stream, nothing for the rest; a table has a tab of its own. */
export function ResourceData({ resource }: { readonly resource: Resource }) {
  if (resource.kind === 'view') return <Rows resource={resource} />
  if (resource.kind === 'stream') return <StreamRecords name={resource.name} />
  return <Empty>A {resource.kind} holds no rows of its own.</Empty>
}

function Rows({ resource }: { readonly resource: Resource }) {
  const { name, spec } = resource
  const sql = `select * from ${quoteName({ namespace: String(spec['namespace']), name })} limit 1000`
  const rows = useQuery({ queryKey: ['rows', sql], queryFn: ({ signal }) => runOwnSql(sql, 1000, signal) })
  if (rows.isLoadingError) return <ErrorNotice error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Loading height={400} />
  if (rows.data.rows.length === 0) return <Empty command={shell`weir sql ${sql}`}>No rows yet.</Empty>
  return (
    <>
      <div className="row">
        <button type="button" onClick={() => void rows.refetch()}>
          Read again
        </button>
        <Command>{shell`weir sql ${sql}`}</Command>
      </div>
      <ResultGrid label={`Rows of ${resource.name}`} result={rows.data} />
    </>
  )
}
