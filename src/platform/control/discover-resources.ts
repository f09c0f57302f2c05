import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import type { Resource } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'

interface DiscoverContext {
  readonly store: ResourceStore
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly events: ControlEvents
  readonly clock: Clock
  readonly logger: Logger
}

/** Takes in what clients made (origin `client`, Active), and forgets what they removed again. */
export async function discoverResources(context: DiscoverContext, resources: readonly Resource[]): Promise<void> {
  for (const definition of context.kinds) {
    if (!definition.discover) continue
    try {
      const found = await definition.discover(context.services)
      await takeIn(
        context,
        definition.kind,
        found,
        resources.filter(({ kind }) => kind === definition.kind),
      )
    } catch (error) {
      context.logger.debug({ err: error, kind: definition.kind }, 'cannot look for what clients made')
    }
  }
}

async function takeIn(
  { store, events, clock }: DiscoverContext,
  kind: string,
  found: readonly { readonly name: string; readonly spec: unknown }[],
  known: readonly Resource[],
): Promise<void> {
  const at = new Date(clock.now()).toISOString()
  const names = new Set(known.map(({ name }) => name))
  for (const { name, spec } of found) {
    if (names.has(name)) continue
    const resource: Resource = {
      kind,
      name,
      spec,
      tags: {},
      references: [],
      origin: 'client',
      version: 1,
      state: 'Active',
      reason: 'created by a client',
      createdAt: at,
      updatedAt: at,
    }
    const audit = { at, actor: 'client', action: 'create', kind, name, detail: null }
    const { written } = await store.write([{ resource, from: null, audit }])
    if (written) events.emit({ type: 'resource', kind, name, state: 'Active' })
  }
  const present = new Set(found.map(({ name }) => name))
  for (const { name, origin, state } of known) {
    if (origin !== 'client' || state !== 'Active' || present.has(name)) continue
    await store.append({ at, actor: 'client', action: 'delete', kind, name, detail: null })
    await store.erase({ kind, name })
    events.emit({ type: 'resource', kind, name, state: 'Deleted' })
  }
}
