import type { Clock } from '../../kernel/clock.ts'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { resourceKey, type Resource } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import { discoverResources } from './discover-resources.ts'
import type { ReconcileQueue } from './reconcile-queue.ts'
import { changeState } from './resource-state.ts'

interface LookAroundContext {
  readonly store: ResourceStore
  readonly definitionOf: (kind: string) => KindDefinition
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly events: ControlEvents
  readonly clock: Clock
  readonly logger: Logger
  readonly queue: ReconcileQueue
  /** How often troubles and discoveries are asked for. */
  readonly lookAroundMs: number
}

/** Sees what happens to resources that nobody changes: troubles, removals by others, what clients make. */
export interface LookAround {
  /** Unless it was done a moment ago. */
  whenDue(resources: readonly Resource[]): Promise<void>
  /** As it was found last, also where that could not be stored: a full disk takes no states either. */
  shown(resource: Resource): Resource
}

const stable: ReadonlySet<string> = new Set(['Active', 'Failed'])

export function createLookAround(context: LookAroundContext): LookAround {
  const { definitionOf, services, queue, clock, logger, lookAroundMs } = context
  const notStored = new Map<string, Pick<Resource, 'version' | 'state' | 'reason'>>()
  let lookedAroundMs = -Infinity

  async function look(resource: Resource): Promise<void> {
    const definition = definitionOf(resource.kind)
    if (!stable.has(resource.state) || queue.failures(resource) > 0) return
    if (resource.origin !== 'client' && (await definition.isGone?.(resource, services)))
      return makeAnew(context, resource)
    if (!definition.trouble) return
    const reason = await definition.trouble(resource, services).catch((error: unknown) => asWeirError(error).message)
    await found(resource, reason)
  }

  async function found(resource: Resource, reason: string | null): Promise<void> {
    const state = reason === null ? 'Active' : 'Failed'
    try {
      await changeState(context, resource, state, reason)
      notStored.delete(resourceKey(resource))
    } catch (error) {
      notStored.set(resourceKey(resource), { version: resource.version, state, reason })
      logger.warn({ err: error, kind: resource.kind, name: resource.name, state, reason }, 'a state was not stored')
    }
  }

  return {
    async whenDue(resources) {
      if (clock.monotonic() - lookedAroundMs < lookAroundMs) return
      lookedAroundMs = clock.monotonic()
      for (const resource of resources) await look(resource)
      await discoverResources(context, resources)
    },
    shown(resource) {
      const state = notStored.get(resourceKey(resource))
      return state?.version === resource.version ? { ...resource, ...state } : resource
    },
  }
}

async function makeAnew(context: LookAroundContext, resource: Resource): Promise<void> {
  const reason = 'somebody else removed it; it is made anew'
  context.logger.warn({ kind: resource.kind, name: resource.name }, reason)
  await changeState(context, resource, 'Failed', reason)
  context.queue.add(resource)
}
