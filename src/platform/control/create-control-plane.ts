import type { Clock } from '../../kernel/clock.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { CatalogTables } from '../lake/catalog-tables.ts'
import type { Metadata } from '../../storage/metadata/metadata.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { kindNamed, kinds as allKinds } from '../kinds/registry.ts'
import type { Resource, ResourceReference } from '../kinds/resource.ts'
import { catalogRelations, versionCounter } from './catalog-relations.ts'
import { changeResources } from './change-resources.ts'
import { withCrawledTables } from './crawled-relations.ts'
import { controlEvents } from './control-events.ts'
import type { AuditEntry, ControlPlane } from './control-plane.ts'
import { countAll, listPage } from './list-page.ts'
import { declaredRelations } from './declared-relations.ts'
import { createReconciler } from './reconciler.ts'

export interface ControlPlaneOptions {
  readonly metadata: Pick<Metadata, 'resources' | 'crawls'>
  readonly tables: CatalogTables
  readonly services: ReconcileServices
  /** All kinds there are, unless a test has its own. */
  readonly kinds?: readonly KindDefinition[]
  readonly clock: Clock
  readonly logger: Logger
  /** How often it looks at what nobody asked it to change; two seconds without it. */
  readonly lookAroundMs?: number
}

/** The control plane over one metadata database. One at a time: whoever calls holds the lock of the data directory. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { metadata, services, clock, logger, kinds = allKinds, lookAroundMs = 2000 } = options
  const store = metadata.resources
  const events = controlEvents()
  const definitionOf = (kind: string) => kindNamed(kind, kinds)
  const reconciler = createReconciler({ store, definitionOf, kinds, services, events, clock, logger, lookAroundMs })
  const catalog = withCrawledTables(
    catalogRelations({ pointers: options.tables, tables: services.tables, logger }),
    metadata.crawls,
  )
  const declared = declaredRelations({ list: async () => (await store.list({})) as readonly Resource[], kinds, events })
  const versioned = versionCounter()
  const changes = changeResources({ store, kinds, services, catalog, reconciler, events, clock })

  async function get({ kind, name }: ResourceReference): Promise<Resource> {
    const definition = definitionOf(kind)
    const found = await store.get({ kind: definition.kind, name })
    if (found) return reconciler.shown(found as Resource)
    const names = (await store.list({ kind: definition.kind })).map((each) => each.name)
    const near = nearestName(name, names)
    throw new WeirError(
      'WEIR-7001',
      `there is no ${definition.kind} "${name}". ${near === undefined ? `weir get ${definition.kind} lists them` : `Did you mean ${near}?`}`,
    )
  }

  return {
    ...changes,
    get,
    async list(filter = {}) {
      const { items, next } = await listPage(store, definitionOf, filter)
      return { items: items.map((resource) => reconciler.shown(resource)), next }
    },
    count: (filter = {}) => countAll(store, definitionOf, filter),
    history: async ({ kind, name }) => store.history({ kind: definitionOf(kind).kind, name }),
    async status(reference) {
      const resource = await get(reference)
      return definitionOf(resource.kind).status(resource, services)
    },
    audit: ({ limit = 100, ...filter } = {}) => store.audit({ ...filter, limit: Math.min(limit, 1000) }),
    record: (entry: Omit<AuditEntry, 'at'>) => store.append({ ...entry, at: new Date(clock.now()).toISOString() }),
    async relations() {
      return versioned({ tables: await catalog.tables(), ...(await declared()) })
    },
    policies: async () => (await declared()).policies,
    tableChanged(schema, name) {
      catalog.changed(schema, name)
      events.emit({ type: 'table', schema, name })
    },
    subscribe: (listener) => events.subscribe(listener),
    start: () => reconciler.start(),
    settled: () => reconciler.settled(),
    stop: () => reconciler.stop(),
  }
}
