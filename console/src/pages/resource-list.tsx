import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { rateOf, useRates } from '../api/live.ts'
import type { KindDescription } from '../api/kinds.ts'
import { useKinds, useResources } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { Ago } from '../parts/age.tsx'
import { Choice } from '../parts/choice.tsx'
import { Command } from '../parts/command.tsx'
import { formatRate } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { VirtualGrid, type GridColumn } from '../parts/virtual-grid.tsx'
import { Tags } from '../parts/tags.tsx'
import { NoSuchPage } from '../shell/broken-page.tsx'
import { titleOf } from '../shell/nouns.ts'
import { UndeclaredTables } from './table/undeclared-tables.tsx'
import { StreamList } from './stream/stream-list.tsx'
import { shell } from '../parts/shell.ts'

export function ResourceList() {
  const { kind } = useParams({ from: '/resources/$kind' })
  const kinds = useKinds()
  if (kinds.isLoadingError)
    return (
      <Page title={kind}>
        <ErrorNotice error={kinds.error} retry={() => void kinds.refetch()} />
      </Page>
    )
  if (!kinds.data)
    return (
      <Page title={kind}>
        <Loading height={640} />
      </Page>
    )
  const known = kinds.data.find((one) => one.kind === kind)
  if (!known) return <NoSuchPage />
  return kind === 'stream' ? <StreamList kind={known} /> : <OtherList of={known} />
}

/** A project has hundreds of these, not thousands: all of them are here. */
function OtherList({ of }: { readonly of: KindDescription }) {
  const search = useSearch({ from: '/resources/$kind' })
  const navigate = useNavigate({ from: '/resources/$kind' })
  const resources = useResources()
  const { kind, summary, example } = of
  const title = titleOf(of)
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })

  if (resources.isLoadingError)
    return (
      <Page title={title}>
        <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />
      </Page>
    )
  if (!resources.data)
    return (
      <Page title={title}>
        <Loading height={400} />
      </Page>
    )
  const ofKind = resources.data.filter((resource) => resource.kind === kind)
  const shown = ofKind
    .filter(
      ({ name, state, tags }) =>
        name.startsWith(search.prefix ?? '') &&
        (!search.state || state === search.state) &&
        (!search.tag || matchesTag(tags, search.tag)),
    )
    .toSorted(orders[search.sort ?? 'name'] ?? orders['name'])
  if (ofKind.length === 0)
    return (
      <Page title={title}>
        <Empty command={example}>{summary}</Empty>
        {kind === 'table' ? <UndeclaredTables prefix="" /> : null}
      </Page>
    )
  return (
    <Page
      title={title}
      aside={
        <span className="push">
          <Command>{shell`weir get ${kind}`}</Command>
        </span>
      }
    >
      <p className="quiet lead">{summary}</p>
      <div className="row">
        <label>
          Prefix{' '}
          <input
            data-filter
            value={search.prefix ?? ''}
            placeholder="press /"
            onChange={(event) => set({ prefix: event.target.value })}
          />
        </label>
        <label>
          Tag{' '}
          <input
            value={search.tag ?? ''}
            placeholder="key or key=value"
            onChange={(event) => set({ tag: event.target.value })}
          />
        </label>
        <Choice
          label="State"
          value={search.state}
          values={[...new Set(ofKind.map(({ state }) => state))]}
          onValue={(value = '') => set({ state: value })}
        />
        <label>
          Sort{' '}
          <select value={search.sort ?? 'name'} onChange={(event) => set({ sort: event.target.value })}>
            {Object.keys(orders).map((order) => (
              <option key={order}>{order}</option>
            ))}
          </select>
        </label>
        <span className="quiet">
          {shown.length} of {ofKind.length}
        </span>
      </div>
      <ResourceGrid label={title} resources={shown} />
      {kind === 'table' ? <UndeclaredTables prefix={search.prefix ?? ''} /> : null}
    </Page>
  )
}

const orders: Readonly<Record<string, (a: Resource, b: Resource) => number>> = {
  name: (a, b) => a.name.localeCompare(b.name),
  state: (a, b) => a.state.localeCompare(b.state) || a.name.localeCompare(b.name),
  'last change': (a, b) => b.updatedAt.localeCompare(a.updatedAt),
}

function matchesTag(tags: Resource['tags'], wanted: string): boolean {
  const [key, value] = wanted.split('=')
  return key! in tags && (value === undefined || tags[key!] === value)
}

function ResourceGrid({ label, resources }: { readonly label: string; readonly resources: readonly Resource[] }) {
  const navigate = useNavigate()
  const sample = useRates().at(-1)
  const columns: readonly GridColumn<Resource>[] = [
    {
      name: 'Name',
      width: 240,
      cell: ({ kind, name }) => (
        <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: undefined }}>
          {name}
        </Link>
      ),
    },
    { name: 'State', width: 130, cell: ({ state, reason }) => <State state={state} reason={reason} /> },
    { name: 'Reason', width: 260, grows: true, cell: ({ reason }) => reason ?? '' },
    {
      name: 'Rate',
      width: 110,
      number: true,
      cell: ({ kind, name }) => formatKnown(rateOf(sample, kind, name)?.perSecond),
    },
    {
      name: 'Last change',
      width: 120,
      number: true,
      cell: ({ updatedAt }) => <Ago at={updatedAt} />,
    },
    {
      name: 'Tags',
      width: 180,
      cell: ({ tags }) => <Tags of={tags} />,
    },
  ]
  return (
    <VirtualGrid
      label={label}
      rows={resources}
      columns={columns}
      height={640}
      onOpen={({ kind, name }) =>
        void navigate({ to: '/resources/$kind/$name', params: { kind, name }, search: { tab: undefined } })
      }
    />
  )
}

function formatKnown(rate: number | undefined): string {
  return rate === undefined ? '–' : formatRate(rate)
}
