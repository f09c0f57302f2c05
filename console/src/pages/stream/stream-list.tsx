import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { KindDescription } from '../../api/kinds.ts'
import { rateOf, useRates } from '../../api/live.ts'
import { chunksOf, useStreamRows } from '../../api/streams.ts'
import type { StreamListing } from '../../api/answers.ts'
import { Ago } from '../../parts/age.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount, formatRate } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { Typed } from '../../parts/typed.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { titleOf } from '../../shell/nouns.ts'
import { Tags } from '../../parts/tags.tsx'

const states = ['Active', 'Creating', 'Updating', 'Deleting', 'Failed'] as const

/** Ten thousand streams: the server filters and sorts, and gives what is in sight. */
export function StreamList({ kind }: { readonly kind: KindDescription }) {
  const { prefix, tag, state } = useSearch({ from: '/resources/$kind' })
  const navigate = useNavigate({ from: '/resources/$kind' })
  const [chunks, setChunks] = useState<readonly number[]>([0])
  const { rows, total, error, refetch } = useStreamRows({ prefix, tag, state }, chunks)
  const onSight = useCallback((first: number, last: number) => {
    const wanted = chunksOf(first, last)
    setChunks((before) => (before.join() === wanted.join() ? before : wanted))
  }, [])
  const set = (change: { readonly prefix?: string; readonly tag?: string; readonly state?: string }): void => {
    setChunks([0])
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  const isFiltered = [prefix, tag, state].some((value) => value !== undefined)
  return (
    <Page
      title={titleOf(kind)}
      aside={
        <span className="push">
          <Command>weir stream list</Command>
        </span>
      }
    >
      <p className="quiet lead">{kind.summary}</p>
      <div className="row">
        <Typed label="Prefix" value={prefix} onValue={(value = '') => set({ prefix: value })} isFirst />
        <Typed label="Tag" value={tag} onValue={(value = '') => set({ tag: value })} placeholder="key=value" />
        <Choice label="State" value={state} values={states} onValue={(value = '') => set({ state: value })} />
        <span className="quiet" role="status">
          {total === undefined ? null : formatCount(total)}
        </span>
      </div>
      {error ? (
        <ErrorNotice error={error} retry={refetch} />
      ) : !rows ? (
        <Loading height={640} />
      ) : rows.length === 0 ? (
        isFiltered ? (
          <Empty>No stream is like that.</Empty>
        ) : (
          <Empty command={kind.example}>{kind.summary}</Empty>
        )
      ) : (
        <StreamGrid rows={rows} onSight={onSight} />
      )}
    </Page>
  )
}

function StreamGrid(props: {
  readonly rows: readonly (StreamListing | undefined)[]
  readonly onSight: (first: number, last: number) => void
}) {
  const navigate = useNavigate()
  const sample = useRates().at(-1)
  const columns: readonly GridColumn<StreamListing>[] = [
    {
      name: 'Name',
      width: 180,
      grows: true,
      cell: ({ name }) => (
        <Link to="/resources/$kind/$name" params={{ kind: 'stream', name }} search={{ tab: undefined }}>
          {name}
        </Link>
      ),
    },
    { name: 'State', width: 100, cell: ({ state, reason }) => <State state={state} reason={reason} /> },
    { name: 'Partitions', width: 94, number: true, cell: ({ figures }) => formatCount(figures?.partitions) },
    { name: 'Records', width: 110, number: true, cell: ({ figures }) => formatCount(figures?.records) },
    {
      name: 'Size',
      width: 90,
      number: true,
      cell: ({ figures }) => (typeof figures?.bytes === 'string' ? formatBytes(Number(figures.bytes)) : 'not known'),
    },
    {
      name: 'In',
      width: 84,
      number: true,
      cell: ({ name, figures }) => formatKnown(rateOf(sample, 'stream', name)?.perSecond ?? figures?.rate?.recordsIn),
    },
    { name: 'Out', width: 84, number: true, cell: ({ figures }) => formatKnown(figures?.rate?.recordsOut) },
    { name: 'Last change', width: 116, number: true, cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
    {
      name: 'Tags',
      width: 130,
      cell: ({ tags }) => <Tags of={tags} />,
    },
  ]
  return (
    <VirtualGrid
      label="Streams"
      rows={props.rows}
      columns={columns}
      height={640}
      onSight={props.onSight}
      onOpen={({ name }) =>
        void navigate({ to: '/resources/$kind/$name', params: { kind: 'stream', name }, search: { tab: undefined } })
      }
    />
  )
}

function formatKnown(rate: number | undefined): string {
  return rate === undefined ? 'not known' : formatRate(rate)
}
