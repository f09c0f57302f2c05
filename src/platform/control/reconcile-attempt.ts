import type { Clock } from '../../kernel/clock.ts'
import { asWeirError, type WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { resourceKey, type Resource, type ResourceState } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import type { ReconcileQueue } from './reconcile-queue.ts'
import { reconcileOne } from './reconcile-step.ts'
import { changeState } from './resource-state.ts'
import { retryPause } from './retry-pause.ts'

interface AttemptContext {
  readonly store: ResourceStore
  readonly definitionOf: (kind: string) => KindDefinition
  readonly services: ReconcileServices
  readonly events: ControlEvents
  readonly clock: Clock
  readonly logger: Logger
  readonly queue: ReconcileQueue
}

/** Tries one resource, writes what became of it, and queues it again or those that waited for it. */
export async function attemptReconcile(
  context: AttemptContext,
  resource: Resource,
  resources: readonly Resource[],
): Promise<void> {
  const { definitionOf, services, queue } = context
  const failures = queue.failures(resource)
  queue.done(resource)
  try {
    await reconcileOne(resource, resources, definitionOf(resource.kind), services)
  } catch (thrown) {
    await failed(context, resource, asWeirError(thrown), failures + 1)
    return
  }
  if (resource.state === 'Deleting') await gone(context, resource)
  else await changeState(context, resource, 'Active', null)
  // Those that waited for it, or for its end, need not wait for their pause.
  for (const other of resources) if (other.origin !== 'client' && concerns(resource, other)) queue.add(other)
}

async function failed(context: AttemptContext, resource: Resource, error: WeirError, failures: number): Promise<void> {
  const { clock, logger, queue } = context
  const ms = retryPause(error, failures)
  logger.warn({ kind: resource.kind, name: resource.name, code: error.code, failures }, error.message)
  const stands = await changeState(context, resource, stateAfter(error, resource), error.message)
  if (stands) queue.retry(resource, failures, ms === null ? null : clock.monotonic() + ms)
}

/** What only waits to be made has not failed, and what is to go stays so until it is gone. */
function stateAfter(error: WeirError, { state }: Resource): ResourceState {
  if (state === 'Deleting') return 'Deleting'
  return error.code === 'WEIR-7012' && state === 'Creating' ? 'Creating' : 'Failed'
}

async function gone({ store, events, queue }: AttemptContext, resource: Resource): Promise<void> {
  const now = await store.get(resource)
  // Declared again while it was being removed: what was removed is made anew.
  if (now?.version !== resource.version) return queue.add(resource)
  await store.erase(resource)
  events.emit({ type: 'resource', kind: resource.kind, name: resource.name, state: 'Deleted' })
}

/** Whether `other` waits for what was just done, or has to follow a change of what it uses. */
function concerns(done: Resource, other: Resource): boolean {
  const uses = (a: Resource, b: Resource): boolean =>
    a.references.some((reference) => resourceKey(reference) === resourceKey(b))
  if (other.state === 'Deleting') return uses(done, other)
  return uses(other, done) && (other.state !== 'Active' || done.state === 'Updating')
}
