import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { whenReachable } from './api/when-reachable.ts'
import { rowFiltersOf, type RowFilter } from './api/row-query.ts'
import { Overview } from './pages/overview.tsx'
import { BrokenPage, NoSuchPage } from './shell/broken-page.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Shell })
/** The router reads `?offset=49` as a number. */
const text = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined

const pages = {
  list: () => whenReachable(() => import('./pages/resource-list.tsx')),
  resource: () => whenReachable(() => import('./pages/resource.tsx')),
  sql: () => whenReachable(() => import('./pages/sql.tsx')),
  table: () => whenReachable(() => import('./pages/table/table-tab.tsx')),
  record: () => whenReachable(() => import('./pages/stream/record-page.tsx')),
  groups: () => whenReachable(() => import('./pages/group/group-list.tsx')),
  group: () => whenReachable(() => import('./pages/group/group-page.tsx')),
  ledger: () => whenReachable(() => import('./pages/ledger.tsx')),
  deadLetters: () => whenReachable(() => import('./pages/dead-letters.tsx')),
  activity: () => whenReachable(() => import('./pages/activity.tsx')),
  settings: () => whenReachable(() => import('./pages/settings.tsx')),
}

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    // The edge of the graph whose facts are shown.
    validateSearch: (search): { edge?: string | undefined } => ({ edge: text(search['edge']) }),
    component: Overview,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/resources/$kind',
    validateSearch: (search) => ({
      prefix: text(search['prefix']),
      tag: text(search['tag']),
      state: text(search['state']),
      sort: text(search['sort']),
    }),
    component: lazyRouteComponent(pages.list, 'ResourceList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/resources/$kind/$name',
    // Which records the Data tab of a stream shows, or which snapshots a table compares; offset is what from was called once.
    validateSearch: (
      search,
    ): {
      tab?: string | undefined
      edge?: string | undefined
      partition?: string | undefined
      offset?: string | undefined
      from?: string | undefined
      to?: string | undefined
      q?: string | undefined
      where?: string | undefined
      uncommitted?: string | undefined
      // Of the rows, files and partitions of a table.
      at?: string | undefined
      filter?: readonly RowFilter[] | undefined
      sort?: string | undefined
      page?: string | undefined
      order?: string | undefined
      content?: string | undefined
    } => ({
      tab: text(search['tab']),
      edge: text(search['edge']),
      partition: text(search['partition']),
      offset: text(search['offset']),
      from: text(search['from']),
      to: text(search['to']),
      q: text(search['q']),
      where: text(search['where']),
      uncommitted: search['uncommitted'] === true ? 'true' : text(search['uncommitted']),
      at: text(search['at']),
      filter: rowFiltersOf(search['filter']),
      sort: text(search['sort']),
      page: text(search['page']),
      order: text(search['order']),
      content: text(search['content']),
    }),
    component: lazyRouteComponent(pages.resource, 'ResourcePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/resources/stream/$name/records/$partition/$offset',
    component: lazyRouteComponent(pages.record, 'RecordPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/groups',
    validateSearch: (search): { prefix?: string | undefined; state?: string | undefined } => ({
      prefix: text(search['prefix']),
      state: text(search['state']),
    }),
    component: lazyRouteComponent(pages.groups, 'GroupList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/groups/$group',
    component: lazyRouteComponent(pages.group, 'GroupPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sql',
    validateSearch: (search) => ({ q: text(search['q']) }),
    component: lazyRouteComponent(pages.sql, 'SqlPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/ledger',
    validateSearch: (search) => ({ hop: text(search['hop']) }),
    component: lazyRouteComponent(pages.ledger, 'LedgerPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/dead-letters',
    validateSearch: (
      search,
    ): {
      delivery?: string | undefined
      partition?: string | undefined
      code?: string | undefined
      reason?: string | undefined
    } => ({
      delivery: text(search['delivery']),
      partition: text(search['partition']),
      code: text(search['code']),
      reason: text(search['reason']),
    }),
    component: lazyRouteComponent(pages.deadLetters, 'DeadLetters'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/activity',
    component: lazyRouteComponent(pages.activity, 'Activity'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(pages.settings, 'Settings'),
  }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  defaultErrorComponent: BrokenPage,
  defaultNotFoundComponent: NoSuchPage,
})

/** Every page, before it is asked for: what is open while Weir restarts can go anywhere. */
export function loadPages(): void {
  for (const load of Object.values(pages)) load().catch(() => undefined)
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
