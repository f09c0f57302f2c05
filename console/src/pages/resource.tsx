import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { useLedger, useResource, useResources } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { useIsAdministrator } from '../api/session.ts'
import { whenReachable } from '../api/when-reachable.ts'
import { GraphWithFacts } from '../graph/graph-with-facts.tsx'
import { Command } from '../parts/command.tsx'
import { formatTime } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Tags } from '../parts/tags.tsx'
import { DeliveryActions } from './delivery-actions.tsx'
import { ResourceData } from './resource-data.tsx'
import { ResourceFigures } from './resource-figures.tsx'
import { ResourceHistory } from './resource-history.tsx'
import { ResourceSpec } from './resource-spec.tsx'
import { declaredTable } from './table/table-of-page.ts'
import { StreamAcls } from './stream/stream-acls.tsx'
import { StreamConfiguration } from './stream/stream-configuration.tsx'
import { StreamGroups } from './stream/stream-groups.tsx'
import { StreamPartitions } from './stream/stream-partitions.tsx'
import { shell } from '../parts/shell.ts'

const CrawlerFiles = lazy(() => whenReachable(() => import('./crawler/crawler-files.tsx')))
const UndeclaredTable = lazy(() => whenReachable(() => import('./table/undeclared-table.tsx')))
const TableTab = lazy(() => whenReachable(() => import('./table/table-tab.tsx')))

/** Every kind has these; a capability adds the tabs that are its own. */
const ownTabs: Readonly<Record<string, readonly string[]>> = {
  stream: ['Partitions', 'Groups', 'Configuration', 'ACLs'],
  crawler: ['Files'],
  table: ['Schema', 'Partitions', 'Files', 'Snapshots', 'Maintenance', 'Clients'],
}

/** Who changed what is told to administrators alone. */
function tabsOf(kind: string, isAdministrator: boolean): readonly string[] {
  return ['Overview', 'Data', ...(ownTabs[kind] ?? []), 'Spec', ...(isAdministrator ? ['History'] : [])]
}

/** The same skeleton for every kind. */
export function ResourcePage() {
  const { kind, name } = useParams({ from: '/resources/$kind/$name' })
  const { tab = 'Overview' } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const found = useResource(kind, name)
  const isAdministrator = useIsAdministrator()
  const resource = found.data
  if (found.isLoadingError)
    return (
      <Page title={name}>
        <ErrorNotice error={found.error} retry={() => void found.refetch()} />
      </Page>
    )
  if (resource === undefined)
    return (
      <Page title={name}>
        <Loading height={400} />
      </Page>
    )
  if (resource === null && kind === 'table')
    return (
      <Suspense fallback={<Loading height={400} />}>
        <UndeclaredTable name={name} />
      </Suspense>
    )
  if (resource === null)
    return (
      <Page title={name}>
        <Empty command={shell`npx weir-data get ${kind}`}>
          There is no {kind} called {name}.
        </Empty>
      </Page>
    )
  const tabs = tabsOf(kind, isAdministrator)
  return (
    <Page title={name} aside={<Header resource={resource} tellsReason={tab !== 'Overview' || kind !== 'delivery'} />}>
      <Tabs names={tabs} chosen={tab} onChoose={(chosen) => void navigate({ search: { tab: chosen } })} />
      <div role="tabpanel" aria-label={tab} className="page">
        {/* What was typed and read for one resource is not shown for another. */}
        <TabContent key={`${kind}/${name}`} tab={tabs.includes(tab) ? tab : 'Overview'} resource={resource} />
      </div>
    </Page>
  )
}

function TabContent({ tab, resource }: { readonly tab: string; readonly resource: Resource }): ReactNode {
  if (resource.kind === 'table' && (tab === 'Data' || ownTabs['table']!.includes(tab)))
    return (
      <Suspense fallback={<Loading height={400} />}>
        <TableTab tab={tab} table={declaredTable(resource)} />
      </Suspense>
    )
  if (resource.kind === 'crawler' && tab === 'Files')
    return (
      <Suspense fallback={<Loading height={520} />}>
        <CrawlerFiles name={resource.name} />
      </Suspense>
    )
  switch (tab) {
    case 'Data':
      return <ResourceData resource={resource} />
    case 'Partitions':
      return <StreamPartitions name={resource.name} />
    case 'Groups':
      return <StreamGroups name={resource.name} />
    case 'Configuration':
      return <StreamConfiguration resource={resource} />
    case 'ACLs':
      return <StreamAcls name={resource.name} />
    case 'Spec':
      return <ResourceSpec resource={resource} />
    case 'History':
      return <ResourceHistory resource={resource} />
    default:
      return <ResourceOverview resource={resource} />
  }
}

/** The question of a halted delivery tells the reason itself. */
function Header({ resource, tellsReason }: { readonly resource: Resource; readonly tellsReason: boolean }) {
  return (
    <>
      <span className="kind">{resource.kind}</span>
      <State state={resource.state} reason={resource.reason} />
      <span className="quiet">version {resource.version}</span>
      <Tags of={resource.tags} />
      <span className="push">
        <Command>{shell`weir get ${resource.kind} ${resource.name}`}</Command>
      </span>
      {resource.reason && tellsReason ? <p className="reason">{resource.reason}</p> : null}
    </>
  )
}

function ResourceOverview({ resource }: { readonly resource: Resource }) {
  const all = useResources().data ?? []
  const { edge } = useSearch({ from: '/resources/$kind/$name' })
  const navigate = useNavigate({ from: '/resources/$kind/$name' })
  const ledger = useLedger()
  const usedBy = all.filter(({ references }) =>
    references.some(({ kind, name }) => kind === resource.kind && name === resource.name),
  )
  const around = new Set([
    resource,
    ...all.filter(({ kind, name }) => resource.references.some((one) => one.kind === kind && one.name === name)),
    ...usedBy,
  ])
  return (
    <>
      {resource.kind === 'delivery' ? <DeliveryActions name={resource.name} reason={resource.reason} /> : null}
      <ResourceFigures resource={resource} />
      <section className="card">
        <h2>Its place</h2>
        {around.size > 1 ? (
          <GraphWithFacts
            resources={[...around]}
            hops={ledger.data?.hops ?? []}
            edge={edge}
            onEdge={(chosen) => void navigate({ search: (before) => ({ ...before, edge: chosen }), replace: true })}
          />
        ) : null}
        <dl className="facts">
          <dt>refers to</dt>
          <dd>
            <References of={resource.references} />
          </dd>
          <dt>used by</dt>
          <dd>
            <References of={usedBy} />
          </dd>
          <dt>declared by</dt>
          <dd>{origins[resource.origin] ?? resource.origin}</dd>
          <dt>created</dt>
          <dd>{formatTime(resource.createdAt)}</dd>
          <dt>changed</dt>
          <dd>{formatTime(resource.updatedAt)}</dd>
        </dl>
      </section>
    </>
  )
}

const origins: Readonly<Record<string, string>> = {
  project: 'the project file',
  api: 'the HTTP API',
  client: 'a Kafka client that named it first',
}

function References({ of }: { readonly of: readonly { readonly kind: string; readonly name: string }[] }) {
  if (of.length === 0) return <span className="quiet">nothing</span>
  return of.map(({ kind, name }, at) => (
    <span key={`${kind}/${name}`}>
      {at > 0 ? ', ' : null}
      <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: undefined }}>
        {kind} {name}
      </Link>
    </span>
  ))
}
