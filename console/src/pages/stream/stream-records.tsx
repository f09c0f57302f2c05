import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { searchPlaces, type SearchPlace } from '../../api/record-search.ts'
import { useRecords, type RecordPlace } from '../../api/streams.ts'
import { Command } from '../../parts/command.tsx'
import { formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { ProduceRecord } from './produce-record.tsx'
import { RecordFilters } from './record-filters.tsx'
import { RecordGrid } from './record-grid.tsx'
import { SearchedRecords } from './searched-records.tsx'
import { shell, shellWord } from '../../parts/shell.ts'

/** The records of a stream: the newest first, from a place on, or those that a search finds. The address says which. */
export function StreamRecords({ name }: { readonly name: string }) {
  const { partition, offset, from: asked, q, where, uncommitted } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const [follow, setFollow] = useState(false)
  const [isProducing, setProducing] = useState(false)
  const from = asked ?? offset
  const place: RecordPlace = { partition, from, uncommitted: uncommitted === 'true' }
  const set = (change: Readonly<Record<string, string | undefined>>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const searched: SearchPlace = where !== undefined && where in searchPlaces ? (where as SearchPlace) : 'has'
  return (
    <>
      <div>
        <RecordFilters place={place} text={q} where={searched} onChange={set} />
        <div className="row">
          <label>
            <input
              type="checkbox"
              checked={follow}
              disabled={from !== undefined || q !== undefined}
              onChange={(event) => setFollow(event.target.checked)}
            />{' '}
            Follow
          </label>
          <button type="button" onClick={() => setProducing(true)}>
            Produce a record …
          </button>
          <Command>{commandOf(name, place, q, searched)}</Command>
        </div>
      </div>
      {q === undefined ? (
        <PagedRecords name={name} place={place} follow={follow} />
      ) : (
        <SearchedRecords name={name} query={{ ...place, text: q, where: searched }} />
      )}
      {isProducing ? <ProduceRecord name={name} onClose={() => setProducing(false)} /> : null}
    </>
  )
}

function PagedRecords(props: { readonly name: string; readonly place: RecordPlace; readonly follow: boolean }) {
  const { name, place, follow } = props
  const records = useRecords(name, place, follow)
  if (records.isLoadingError) return <ErrorNotice error={records.error} retry={() => void records.refetch()} />
  if (!records.data) return <Loading height={400} />
  const items = records.data.pages.flatMap((page) => page.items)
  const troubles = records.data.pages[0]?.troubles ?? []
  return (
    <>
      {troubles.map(({ partition, message }) => (
        <p key={partition} className="state" data-tone="failed" role="alert">
          ✕ Partition {partition} cannot be read: {message}
        </p>
      ))}
      {items.length === 0 ? (
        <Empty command={shell`echo '{"id": 1}' | weir stream produce ${name}`}>
          {place.from === undefined ? 'No record here yet.' : 'No record from there on.'}
        </Empty>
      ) : (
        <>
          <p className="quiet lead" role="status">
            {place.from === undefined ? 'The newest first' : 'The oldest first'}, {formatCount(items.length)}
            {records.hasNextPage ? '; more come as you go down.' : ': all there are.'}{' '}
            {records.isFetchingNextPage ? 'Reading on …' : null}{' '}
            <button type="button" className="bare" onClick={() => void records.refetch()}>
              Read again
            </button>
          </p>
          <RecordGrid
            name={name}
            records={items}
            onEnd={() => {
              if (records.hasNextPage && !records.isFetchingNextPage) void records.fetchNextPage()
            }}
          />
        </>
      )}
    </>
  )
}

const filterOptions: Readonly<Record<SearchPlace, string>> = {
  has: '--has',
  keyHas: '--key-has',
  valueHas: '--grep',
  key: '--key',
  header: '--with-header',
}

/** The command that reads the same. */
function commandOf(
  name: string,
  { partition, from, uncommitted }: RecordPlace,
  q: string | undefined,
  where: SearchPlace,
) {
  return [
    shell`weir stream tail ${name} --from ${from ?? (q === undefined ? '-10' : 'beginning')}`,
    ...(partition === undefined ? [] : [shell`-p ${partition}`]),
    ...(q === undefined ? [] : [`${filterOptions[where]} ${shellWord(q)}`]),
    ...(uncommitted ? ['--uncommitted'] : []),
  ].join(' ')
}
