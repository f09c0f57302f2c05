import { useNavigate, useSearch } from '@tanstack/react-router'
import { whenReachable } from '../api/when-reachable.ts'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useResources } from '../api/queries.ts'
import type { SqlAnswer } from '../api/answers.ts'
import { runSql } from '../api/sql.ts'
import { formatCount } from '../parts/format.ts'
import { ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ResultGrid } from '../parts/result-grid.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { faultIn, placeIn } from './sql-place.ts'
import { pastQueries, remember } from './sql-history.ts'
import { ResultChart } from './sql-chart.tsx'

const SqlEditor = lazy(() => whenReachable(() => import('./sql-editor.tsx')))
const rowLimit = 10_000

type Answer =
  | { readonly state: 'idle' }
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: SqlAnswer }
  | { readonly state: 'failed'; readonly error: unknown; readonly sql: string }

export function SqlPage() {
  const { q } = useSearch({ from: '/sql' })
  const navigate = useNavigate({ from: '/sql' })
  const [sql, setSql] = useState(q ?? '')
  const [answer, setAnswer] = useState<Answer>({ state: 'idle' })
  const [past, setPast] = useState(pastQueries)
  const [view, setView] = useState('Table')
  const running = useRef<AbortController>(null)
  const tables = useTableColumns()
  const fault = answer.state === 'failed' && answer.sql === sql ? faultIn(sql, answer.error) : undefined
  useEffect(() => () => running.current?.abort(), [])
  // Back and forward bring the query of the address.
  useEffect(() => {
    if (q !== undefined) setSql(q)
  }, [q])

  const run = async (): Promise<void> => {
    if (sql.trim() === '') return
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setAnswer({ state: 'running' })
    if (sql !== q) void navigate({ search: { q: sql }, replace: q === undefined })
    try {
      const result = await runSql(sql, rowLimit, controller.signal)
      setAnswer({ state: 'done', result })
      setPast(remember({ sql, at: new Date().toISOString(), ms: result.ms, rows: result.rows.length }))
    } catch (error) {
      setAnswer(controller.signal.aborted ? { state: 'idle' } : { state: 'failed', error, sql })
    }
  }

  return (
    <Page title="SQL">
      <Suspense fallback={<Loading height={140} />}>
        <SqlEditor value={sql} tables={tables} onChange={setSql} onRun={() => void run()} fault={fault} />
      </Suspense>
      <div className="row">
        <button type="button" className="primary" onClick={() => void run()} disabled={answer.state === 'running'}>
          Run <span>Ctrl-Enter</span>
        </button>
        {answer.state === 'running' ? (
          <button type="button" onClick={() => running.current?.abort()}>
            Cancel
          </button>
        ) : null}
        {answer.state === 'done' ? <Summary result={answer.result} /> : null}
      </div>
      {answer.state === 'running' ? <Loading height={240} /> : null}
      {answer.state === 'failed' ? (
        <ErrorNotice
          error={answer.error}
          where={fault === undefined ? undefined : placeIn(answer.sql, fault)}
          retry={() => void run()}
        />
      ) : null}
      {answer.state === 'done' ? (
        <>
          {answer.result.notices.map((notice) => (
            <div key={notice} className="banner" role="status">
              {notice}
            </div>
          ))}
          <Tabs names={['Table', 'Chart']} chosen={view} onChoose={setView} />
          {view === 'Chart' ? (
            <ResultChart result={answer.result} />
          ) : (
            <ResultGrid label="Result" result={answer.result} />
          )}
        </>
      ) : null}
      <section className="card">
        <h2>Asked before</h2>
        {past.length === 0 ? (
          <p className="quiet">Your queries are kept in this browser.</p>
        ) : (
          <table>
            <tbody>
              {past.slice(0, 20).map(({ sql: text, ms, rows }) => (
                <tr key={text}>
                  <td>
                    <button type="button" className="mono bare past" onClick={() => setSql(text)}>
                      {text.length > 160 ? `${text.slice(0, 160)} …` : text}
                    </button>
                  </td>
                  <td className="number">{formatCount(rows)} rows</td>
                  <td className="number">{ms.toFixed(0)} ms</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </Page>
  )
}

function Summary({ result }: { readonly result: SqlAnswer }) {
  return (
    <span className="quiet" role="status">
      {formatCount(result.rows.length)} rows in {result.ms.toFixed(0)} ms, by {result.engine}
      {result.truncated ? `; the first ${formatCount(rowLimit)} are shown` : ''}
    </span>
  )
}

/** Columns by table, for completion. */
function useTableColumns(): Readonly<Record<string, readonly string[]>> {
  const resources = useResources()
  return useMemo(
    () =>
      Object.fromEntries(
        (resources.data ?? [])
          .filter(({ kind }) => kind === 'table' || kind === 'view')
          .map(({ name, spec }) => [name, Object.keys((spec['columns'] as object | undefined) ?? {})]),
      ),
    [resources.data],
  )
}
