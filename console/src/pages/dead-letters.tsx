import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { useResources } from '../api/queries.ts'
import type { DeadLetter } from '../api/types.ts'
import { Age } from '../parts/age.tsx'
import { Command } from '../parts/command.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { formatCount } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { LetterGrid } from './letter-grid.tsx'

interface Replayed {
  readonly replayed: number
  readonly stillRejected: number
}

export function DeadLetters() {
  const search = useSearch({ from: '/dead-letters' })
  const navigate = useNavigate({ from: '/dead-letters' })
  const resources = useResources()
  const deliveries = (resources.data ?? []).filter(({ kind }) => kind === 'delivery').map(({ name }) => name)
  const delivery = search.delivery ?? deliveries[0]
  if (resources.isLoadingError)
    return (
      <Page title="Dead letters">
        <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />
      </Page>
    )
  if (!resources.data)
    return (
      <Page title="Dead letters">
        <Loading height={400} />
      </Page>
    )
  if (delivery === undefined)
    return (
      <Page title="Dead letters">
        <Empty>
          A record that does not fit its table is kept here with the reason, and can be replayed. There is no delivery
          yet.
        </Empty>
      </Page>
    )
  return (
    <Page
      title="Dead letters"
      aside={
        <label>
          Delivery{' '}
          <select
            value={delivery}
            onChange={(event) => void navigate({ search: { delivery: event.target.value }, replace: true })}
          >
            {deliveries.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      }
    >
      <Letters
        delivery={delivery}
        stream={
          resources.data
            .find(({ kind, name }) => kind === 'delivery' && name === delivery)
            ?.references.find(({ kind }) => kind === 'stream')?.name
        }
      />
    </Page>
  )
}

function Letters({ delivery, stream }: { readonly delivery: string; readonly stream: string | undefined }) {
  const path = `/api/v1/dead-letters?delivery=${encodeURIComponent(delivery)}&limit=1000`
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const letters = useQuery({
    queryKey: ['dead-letters', delivery],
    queryFn: ({ signal }) => call<{ items: readonly DeadLetter[]; total: number }>('GET', path, undefined, signal),
    refetchInterval: 5000,
  })
  const replay = useMutation({
    mutationFn: () => call<Replayed>('POST', '/api/v1/dead-letters/replay', { delivery }),
    onSettled: () => void queries.invalidateQueries(),
  })
  if (letters.isLoadingError) return <ErrorNotice error={letters.error} retry={() => void letters.refetch()} />
  if (!letters.data) return <Loading height={400} />
  const { items, total } = letters.data
  return (
    <>
      {replay.isError ? <ErrorNotice error={replay.error} retry={() => replay.mutate()} /> : null}
      {replay.data ? (
        <div className="card" role="status">
          {formatCount(replay.data.replayed)} replayed, {formatCount(replay.data.stillRejected)} still do not fit.
        </div>
      ) : null}
      {total === 0 ? (
        <Empty command={`weir dead-letters ${delivery}`}>
          No dead letters: every record of {delivery} fitted its table.
        </Empty>
      ) : (
        <>
          <div className="row">
            <strong>{formatCount(total)} in force</strong> <Age at={letters.dataUpdatedAt} />
            <button type="button" onClick={() => setAsking(true)} disabled={replay.isPending}>
              Replay …
            </button>
            <Command>{`weir dead-letters ${delivery} --replay`}</Command>
          </div>
          <LetterGrid letters={items} stream={stream} />
          {total > items.length ? (
            <p className="quiet">
              The first {formatCount(items.length)} of {formatCount(total)} are shown.
            </p>
          ) : null}
        </>
      )}
      {asking ? (
        <Confirm
          title={`Replay the dead letters of ${delivery}`}
          action="Replay"
          onConfirm={() => replay.mutate()}
          onClose={() => setAsking(false)}
        >
          {formatCount(total)} records are tried again against the table as it is now. Those that fit become rows, with
          the offset they had; the others stay. The audit keeps this.
        </Confirm>
      ) : null}
    </>
  )
}
