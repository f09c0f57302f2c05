import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { useRates } from '../api/live.ts'
import { useAudit, useLedger, useResources } from '../api/queries.ts'
import type { Resource } from '../api/types.ts'
import { formatRate, formatTime } from '../parts/format.ts'
import { Empty, ErrorNotice, Figure, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { ResourceData } from './resource-data.tsx'

const ResourceGraph = lazy(() => import('../parts/resource-graph.tsx'))
const tabs = ['Overview', 'Data', 'Spec', 'History'] as const

/** The same skeleton for every kind. */
export function ResourcePage() {
  const { kind, name } = useParams({ from: '/resources/$kind/$name' })
  const { tab = 'Overview' } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const resources = useResources()
  const resource = resources.data?.find((one) => one.kind === kind && one.name === name)
  if (resources.isError)
    return (
      <Page title={name}>
        <ErrorNotice error={resources.error} retry={() => void resources.refetch()} />
      </Page>
    )
  if (!resources.data)
    return (
      <Page title={name}>
        <Loading height={400} />
      </Page>
    )
  if (!resource)
    return (
      <Page title={name}>
        <Empty command={`npx weir get ${kind}`}>
          There is no {kind} called {name}.
        </Empty>
      </Page>
    )
  const content: Record<(typeof tabs)[number], ReactNode> = {
    Overview: <ResourceOverview resource={resource} all={resources.data} />,
    Data: <ResourceData resource={resource} />,
    Spec: <Spec resource={resource} />,
    History: <History resource={resource} />,
  }
  return (
    <Page title={name} aside={<Header resource={resource} />}>
      <Tabs
        names={tabs}
        chosen={tab}
        onChoose={(chosen) => void navigate({ search: { tab: chosen }, replace: true })}
      />
      <div role="tabpanel" aria-label={tab} className="page">
        {content[tab as keyof typeof content] ?? content.Overview}
      </div>
    </Page>
  )
}

function Header({ resource }: { readonly resource: Resource }) {
  return (
    <>
      <span className="quiet">{resource.kind}</span>
      <State state={resource.state} reason={resource.reason} />
      {resource.reason ? <span className="quiet">{resource.reason}</span> : null}
      <span className="quiet">version {resource.version}</span>
      {Object.entries(resource.tags).map(([key, value]) => (
        <span key={key} className="tag">
          {key}={value}
        </span>
      ))}
      <code className="push command">
        weir get {resource.kind} {resource.name}
      </code>
    </>
  )
}

function ResourceOverview({ resource, all }: { readonly resource: Resource; readonly all: readonly Resource[] }) {
  const rate = useRates().at(-1)?.rates[`${resource.kind}/${resource.name}`]
  const ledger = useLedger()
  const status = useQuery({
    queryKey: ['resources', resource.kind, resource.name, 'status'],
    queryFn: ({ signal }) =>
      call<Readonly<Record<string, unknown>>>(
        'GET',
        `/api/v1/resources/${resource.kind}/${encodeURIComponent(resource.name)}/status`,
        undefined,
        signal,
      ),
    refetchInterval: 2000,
  })
  const feeds = all.filter(({ references }) =>
    references.some(({ kind, name }) => kind === resource.kind && name === resource.name),
  )
  const around = new Set([
    resource,
    ...all.filter(({ kind, name }) => resource.references.some((one) => one.kind === kind && one.name === name)),
    ...feeds,
  ])
  return (
    <>
      <div className="cards">
        {rate ? (
          <Figure label="Rate" value={formatRate(rate.perSecond)} source="records per second, last second" />
        ) : null}
        {Object.entries(status.data ?? {}).map(([label, value]) =>
          typeof value === 'object' ? null : (
            <Figure
              key={label}
              label={label}
              value={showFigure(value)}
              source={`weir get ${resource.kind} ${resource.name} --json`}
            />
          ),
        )}
      </div>
      {status.isError ? <ErrorNotice error={status.error} retry={() => void status.refetch()} /> : null}
      <section className="card">
        <h2>Its place</h2>
        <Suspense fallback={<Loading height={320} />}>
          <ResourceGraph resources={[...around]} hops={ledger.data?.hops ?? []} />
        </Suspense>
        <dl className="facts">
          <dt>refers to</dt>
          <dd>
            <References of={resource.references} />
          </dd>
          <dt>used by</dt>
          <dd>
            <References of={feeds} />
          </dd>
          <dt>created</dt>
          <dd>{formatTime(resource.createdAt)}</dd>
          <dt>changed</dt>
          <dd>{formatTime(resource.updatedAt)}</dd>
        </dl>
      </section>
    </>
  )
}

function References({ of }: { readonly of: readonly { readonly kind: string; readonly name: string }[] }) {
  if (of.length === 0) return <span className="quiet">nothing</span>
  return of.map(({ kind, name }) => (
    <span key={`${kind}/${name}`}>
      <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: undefined }}>
        {kind} {name}
      </Link>{' '}
    </span>
  ))
}

function Spec({ resource }: { readonly resource: Resource }) {
  return (
    <section className="card">
      <h2>As declared</h2>
      <pre>{JSON.stringify(resource.spec, null, 2)}</pre>
    </section>
  )
}

function History({ resource }: { readonly resource: Resource }) {
  const audit = useAudit(resource)
  if (audit.isError) return <ErrorNotice error={audit.error} retry={() => void audit.refetch()} />
  if (!audit.data) return <Loading />
  return (
    <section className="card scroll">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>What</th>
            <th>Detail</th>
          </tr>
        </thead>
        <tbody>
          {audit.data.items.map(({ at, actor, action, detail }) => (
            <tr key={`${at}${action}`}>
              <td>{formatTime(at)}</td>
              <td>{actor}</td>
              <td>{action}</td>
              <td>
                <code>{detail === null ? '' : JSON.stringify(detail)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function showFigure(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not known')
}
