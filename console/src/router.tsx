import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Overview } from './pages/overview.tsx'
import { BrokenPage, NoSuchPage } from './shell/broken-page.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Shell })
/** The router reads `?offset=49` as a number. */
const text = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined

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
    component: lazyRouteComponent(() => import('./pages/resource-list.tsx'), 'ResourceList'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/resources/$kind/$name',
    // Partition and offset say which records the Data tab of a stream shows.
    validateSearch: (
      search,
    ): {
      tab?: string | undefined
      edge?: string | undefined
      partition?: string | undefined
      offset?: string | undefined
    } => ({
      tab: text(search['tab']),
      edge: text(search['edge']),
      partition: text(search['partition']),
      offset: text(search['offset']),
    }),
    component: lazyRouteComponent(() => import('./pages/resource.tsx'), 'ResourcePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sql',
    validateSearch: (search) => ({ q: text(search['q']) }),
    component: lazyRouteComponent(() => import('./pages/sql.tsx'), 'SqlPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/ledger',
    validateSearch: (search) => ({ hop: text(search['hop']) }),
    component: lazyRouteComponent(() => import('./pages/ledger.tsx'), 'LedgerPage'),
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
    component: lazyRouteComponent(() => import('./pages/dead-letters.tsx'), 'DeadLetters'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/activity',
    component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'Activity'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
  }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  defaultErrorComponent: BrokenPage,
  defaultNotFoundComponent: NoSuchPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
