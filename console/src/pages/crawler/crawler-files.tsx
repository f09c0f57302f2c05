import { useNavigate, useSearch } from '@tanstack/react-router'
import type { CrawledFile } from '../../api/answers.ts'
import { useCrawledFiles, useCrawlNow } from '../../api/crawlers.ts'
import { useStatus } from '../../api/queries.ts'
import { Choice } from '../../parts/choice.tsx'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import type { CrawlerStatus } from './crawler-status.ts'
import { shell } from '../../parts/shell.ts'

/** What each file was taken for and why, those that are not in the table, and a crawl now. */
export default function CrawlerFiles({ name }: { readonly name: string }) {
  const { content } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const status = useStatus<CrawlerStatus>('crawler', name)
  const leftOut = content === leftOutOnly
  const files = useCrawledFiles(name, leftOut, status.data?.at ?? null)
  const rows = files.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <CrawlNow name={name} />
      <div className="row">
        <Choice
          label="Files"
          value={leftOut ? leftOutOnly : undefined}
          values={[leftOutOnly]}
          onValue={(value) => void navigate({ search: (before) => ({ ...before, content: value }), replace: true })}
        />
        <span className="quiet">
          {files.data ? `${formatCount(files.data.pages[0]!.total)} files of the last crawl` : null}
        </span>
        <Command>{shell`weir crawl ${name} --explain`}</Command>
      </div>
      {files.isLoadingError ? <ErrorNotice error={files.error} retry={() => void files.refetch()} /> : null}
      {rows === undefined ? (
        files.isLoadingError ? null : (
          <Loading height={480} />
        )
      ) : rows.length === 0 ? (
        <Empty command={shell`weir crawl ${name}`}>
          {leftOut ? 'Every file of the last crawl is in the table.' : 'No crawl has found a file yet.'}
        </Empty>
      ) : (
        <VirtualGrid
          label={`Files of ${name}`}
          rows={rows}
          columns={columns}
          height={480}
          keyOf={({ path }) => path}
          onEnd={() => {
            if (files.hasNextPage && !files.isFetchingNextPage) void files.fetchNextPage()
          }}
          detail={(file) => <WhyFile file={file} />}
        />
      )}
    </>
  )
}

const leftOutOnly = 'left out'

function CrawlNow({ name }: { readonly name: string }) {
  const { state, start, stop } = useCrawlNow(name)
  const isRunning = state.status === 'running'
  return (
    <section className="card">
      <div className="row">
        <h2>Crawl</h2>
        <span className="quiet">Looks for new, changed and removed files. They are never changed.</span>
        <button type="button" className="primary" onClick={start} disabled={isRunning}>
          Crawl now
        </button>
        {isRunning ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : null}
        <Command>{shell`weir crawl ${name}`}</Command>
      </div>
      {isRunning ? (
        <div className="row">
          <progress aria-label="Crawling" max={Math.max(1, state.total)} value={state.done} />
          <span role="status">
            {state.done === 0
              ? `${formatCount(state.total)} files listed`
              : `${formatCount(state.done)} of ${formatCount(state.total)} files looked at`}
          </span>
        </div>
      ) : null}
      {state.status === 'done' ? (
        <p className="state" data-tone="ok" role="status">
          ● The table is what this crawl found.
        </p>
      ) : null}
      {state.status === 'stopped' ? (
        <p className="quiet" role="status">
          Stopped. The table is as it was; the next crawl goes on from here.
        </p>
      ) : null}
      {state.error ? <ErrorNotice error={state.error} retry={start} /> : null}
    </section>
  )
}

const columns: readonly GridColumn<CrawledFile>[] = [
  {
    name: 'State',
    width: 170,
    cell: ({ leftOut }) => (
      <span className="state" data-tone={leftOut ? 'warning' : 'ok'}>
        {leftOut ? `▲ ${leftOut.reason}` : '● in the table'}
      </span>
    ),
  },
  { name: 'Path', width: 320, grows: true, cell: ({ path }) => <span title={path}>{path}</span> },
  { name: 'Bytes', width: 90, number: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
  {
    name: 'Format',
    width: 110,
    cell: ({ format, compression }) => [format ?? '', compression ?? ''].filter((word) => word !== '').join(', '),
  },
  {
    name: 'Rows looked at',
    width: 140,
    number: true,
    cell: ({ rows, isWhole }) => (rows === null ? '' : `${isWhole ? 'all' : 'first'} ${formatCount(rows)}`),
  },
]

function WhyFile({ file }: { readonly file: CrawledFile }) {
  const reasons = new Map(file.typeReasons.map((reason) => [reason.column, reason]))
  return (
    <>
      <h2 className="mono">{file.path}</h2>
      {file.leftOut ? (
        <p className="state" data-tone="warning">
          ▲ Left out, {file.leftOut.reason}: {file.leftOut.detail}
        </p>
      ) : null}
      {file.why.length > 0 ? (
        <ul>
          {file.why.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : null}
      {file.columns.length > 0 ? (
        <table aria-label={`Columns of ${file.path}`}>
          <thead>
            <tr>
              <th>Column</th>
              <th>Type</th>
              <th>Because of</th>
            </tr>
          </thead>
          <tbody>
            {file.columns.map(({ name, type }) => {
              const reason = reasons.get(name)
              return (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td className="mono">{type ?? 'no value seen'}</td>
                  <td className="quiet">
                    {reason ? `row ${formatCount(reason.row)}: ${JSON.stringify(reason.value)}` : ''}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      ) : null}
    </>
  )
}
