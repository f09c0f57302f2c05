import { useRecordSearch, type RecordQuery, type SearchState } from '../../api/record-search.ts'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice } from '../../parts/notice.tsx'
import { RecordGrid } from './record-grid.tsx'

/** What a search has found so far, how far it is, and how it is stopped or goes on. */
export function SearchedRecords({ name, query }: { readonly name: string; readonly query: RecordQuery }) {
  const search = useRecordSearch(name, query)
  const { found, status, looked, total, bytes, next, error } = search
  const isRunning = status === 'running'
  return (
    <>
      {error ? <ErrorNotice error={error} retry={search.again} /> : null}
      <div className="row" role="status">
        <progress aria-label="Searched" max={total ?? 1} value={total === undefined ? undefined : looked} />
        <span>
          {formatCount(found.length)} found{endings[status]}
        </span>
        <span className="quiet">
          {total === undefined
            ? 'Beginning …'
            : `${formatCount(looked)} of ${formatCount(total)} offsets looked at, ${formatBytes(bytes)} read`}
        </span>
        {isRunning ? (
          <button type="button" onClick={search.stop}>
            Stop
          </button>
        ) : next === null ? (
          <button type="button" onClick={search.again}>
            Search again
          </button>
        ) : (
          <button type="button" onClick={search.goOn}>
            Go on
          </button>
        )}
      </div>
      {found.length > 0 ? (
        <RecordGrid name={name} records={found} />
      ) : isRunning || error ? null : (
        <Empty>Nothing {status === 'all searched' ? 'is like that' : 'was found so far'}.</Empty>
      )}
    </>
  )
}

const endings: Readonly<Record<SearchState['status'], string>> = {
  running: ' so far',
  stopped: ', stopped',
  'all searched': ', all is searched',
  limit: ', there may be more',
  bytes: ', as much is read at one go',
}
