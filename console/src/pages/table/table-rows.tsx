import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { SqlAnswer } from '../../api/answers.ts'
import { ApiError } from '../../api/client.ts'
import {
  countSql,
  pagesMax,
  problemOf,
  rowsOfPage,
  rowsSql,
  type RowFilter,
  type RowQuery,
} from '../../api/row-query.ts'
import { quoteName, runOwnSql } from '../../api/sql.ts'
import { useTable } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { ResultGrid } from '../../parts/result-grid.tsx'
import { RowFilters } from './row-filters.tsx'
import { SnapshotOfRows } from './snapshot-of-rows.tsx'
import type { TableOfPage } from './table-of-page.ts'
import { shell } from '../../parts/shell.ts'

type Columns = readonly { readonly column: string; readonly type: string }[]

/** Rows by filters, at a snapshot or as they are, sorted, page by page; the address says which. */
export function TableRows({ table }: { readonly table: TableOfPage }) {
  const { name, namespace, bare } = table
  const described = useTable(name)
  const { at, filter: filters = [], sort, page: pageText } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const isForSql = isRefused(described.error)
  if (described.isLoadingError && !isForSql)
    return <ErrorNotice error={described.error} retry={() => void described.refetch()} />
  if (!described.data && !isForSql) return <Loading height={500} />
  // Who may not read files, for columns are masked, may read the rows all the same.
  const columns = described.data?.columns.filter(({ depth }) => depth === 0) ?? declaredColumns(table)
  const page = Math.min(pagesMax - 1, Math.max(0, (Number(pageText) || 1) - 1))
  const query: RowQuery = { at, filters, sort, page }
  const set = (change: {
    readonly at?: string | undefined
    readonly filter?: readonly RowFilter[] | undefined
    readonly sort?: string | undefined
    readonly page?: string | undefined
  }): void => void navigate({ search: (before) => ({ ...before, page: undefined, ...change }), replace: true })
  const problems = filters.flatMap((filter) => problemOf(filter, columns) ?? [])
  return (
    <>
      <RowFilters columns={columns} filters={filters} onChange={(filter) => set({ filter })} />
      {described.data ? <SnapshotOfRows table={name} at={at} onChange={(snapshot) => set({ at: snapshot })} /> : null}
      {problems.map((problem) => (
        <p key={problem} className="state" data-tone="failed" role="alert">
          ✕ {problem}
        </p>
      ))}
      {problems.length > 0 ? null : (
        <FoundRows
          name={name}
          table={quoteName({ namespace, name: bare })}
          columns={columns}
          query={query}
          onSort={(by) => set({ sort: by })}
          onPage={(to) => set({ page: to === 0 ? undefined : String(to + 1) })}
        />
      )}
    </>
  )
}

function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

function declaredColumns({ columns = {} }: TableOfPage): Columns {
  return Object.entries(columns).map(([column, { type }]) => ({ column, type }))
}

function FoundRows(props: {
  readonly name: string
  /** As SQL. */
  readonly table: string
  readonly columns: Columns
  readonly query: RowQuery
  readonly onSort: (by: string | undefined) => void
  readonly onPage: (page: number) => void
}) {
  const { name, table, columns, query, onSort, onPage } = props
  const { page, sort } = query
  const sql = rowsSql(table, columns, query)
  const rows = useQuery({
    queryKey: ['rows', sql],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => runOwnSql(sql, rowsOfPage + 1, signal),
    select: pageOf,
  })
  if (rows.isError) return <ErrorNotice error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Loading height={500} />
  const { shown, hasMore } = rows.data
  const first = page * rowsOfPage
  const command = shell`weir sql ${sql}`
  if (shown.rows.length === 0 && page === 0)
    return (
      <Empty command={command}>{query.filters.length === 0 ? 'No rows yet.' : 'No row is as the filters say.'}</Empty>
    )
  return (
    <>
      <div className="row">
        <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>
          Previous
        </button>
        <button type="button" disabled={!hasMore || page + 1 >= pagesMax} onClick={() => onPage(page + 1)}>
          Next
        </button>
        <span className="quiet" role="status">
          {shown.rows.length === 0
            ? 'No row is that far in.'
            : `Rows ${formatCount(first + 1)} to ${formatCount(first + shown.rows.length)}${hasMore ? '; there are more' : ', the last'}`}
          {hasMore && page + 1 >= pagesMax ? '. Filter to see those further in.' : null}
          {rows.isPlaceholderData ? ' Reading …' : null}
        </span>
        <RowCount sql={countSql(table, columns, query)} />
        <button type="button" onClick={() => void rows.refetch()}>
          Read again
        </button>
        <Command>{command}</Command>
      </div>
      {shown.notices.map((notice) => (
        <p key={notice} className="quiet lead">
          {notice}
        </p>
      ))}
      <ResultGrid
        label={`Rows of ${name}`}
        result={shown}
        sortOf={(column) => ({
          sorted: sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none',
          onSort: () => onSort(sort === column ? `-${column}` : sort === `-${column}` ? undefined : column),
        })}
      />
    </>
  )
}

/** One row more was asked for, which tells that there are more. */
function pageOf(answer: SqlAnswer): { readonly shown: SqlAnswer; readonly hasMore: boolean } {
  return {
    shown: { ...answer, rows: answer.rows.slice(0, rowsOfPage) },
    hasMore: answer.rows.length > rowsOfPage,
  }
}

/** Counted when it is asked for: a filter may have to read all of the table. */
function RowCount({ sql }: { readonly sql: string }) {
  const count = useQuery({
    queryKey: ['row count', sql],
    enabled: false,
    queryFn: ({ signal }) => runOwnSql(sql, 1, signal),
  })
  if (count.isError) return <ErrorNotice error={count.error} retry={() => void count.refetch()} />
  const found = count.data?.rows[0]?.[0]
  if (typeof found === 'number' || typeof found === 'string')
    return <span className="quiet">of {formatCount(found)}</span>
  return (
    <button type="button" disabled={count.isFetching} onClick={() => void count.refetch()}>
      {count.isFetching ? 'Counting …' : 'Count them'}
    </button>
  )
}
