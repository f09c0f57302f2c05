import type { Clock } from '../../kernel/clock.ts'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { resourceKey, type Resource, type ResourceReference } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import { discoverResources } from './discover-resources.ts'
import { reconcileOne } from './reconcile-step.ts'
import { reconcileQueue } from './reconcile-queue.ts'
import { changeState } from './resource-state.ts'
import { retryPause } from './retry-pause.ts'

export interface ReconcilerOptions {
  readonly store: ResourceStore
  readonly definitionOf: (kind: string) => KindDefinition
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly events: ControlEvents
  readonly clock: Clock
  readonly logger: Logger
}

/** The loop: one resource at a time, by order of dependency, again after failures; between them it looks around. */
export interface Reconciler {
  start(): void
  /** Its desired state has changed. */
  add(resource: ResourceReference): void
  settled(): Promise<void>
  /** As it was found last, also where that could not be stored: a full disk takes no states either. */
  shown(resource: Resource): Resource
  stop(): Promise<void>
}

const stable: ReadonlySet<string> = new Set(['Active', 'Failed'])
/** How often troubles and discoveries are asked for. */
const lookAroundMs = 2000

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, definitionOf, services, clock, logger } = options
  const queue = reconcileQueue()
  let state: 'idle' | 'running' | 'stopped' = 'idle'
  let wake = (): void => undefined
  let settling: (() => void)[] = []
  let running: Promise<void> = Promise.resolve()
  let lookedAroundMs = -Infinity
  const notStored = new Map<string, Pick<Resource, 'version' | 'state' | 'reason'>>()

  const all = (): Promise<readonly Resource[]> => store.list({}) as Promise<readonly Resource[]>

  async function run(): Promise<void> {
    // What a client made has no declaration: it stays as the client wants it.
    for (const resource of await all()) if (resource.origin !== 'client') queue.add(resource)
    while (state === 'running') {
      try {
        if (!(await step()) && !queue.hasUntried() && settling.length === 0)
          await pause(Math.min(lookAroundMs, Math.max(0, queue.nextDueMs() - clock.monotonic())))
      } catch (error) {
        // The metadata did not answer. Nothing was lost: the queue is as it was.
        logger.error({ err: error }, 'the reconcile loop failed; it goes on')
        await pause(1000)
      }
    }
  }

  /** False when nothing is due. */
  async function step(): Promise<boolean> {
    const resources = await all()
    const resource = queue.next(resources, clock.monotonic())
    if (resource) await attempt(resource, resources)
    if (!queue.hasUntried()) settle()
    if (resource) return true
    if (clock.monotonic() - lookedAroundMs >= lookAroundMs) {
      lookedAroundMs = clock.monotonic()
      await lookAround(resources)
    }
    return false
  }

  async function attempt(resource: Resource, resources: readonly Resource[]): Promise<void> {
    const failures = queue.failures(resource)
    queue.done(resource)
    try {
      await reconcileOne(resource, resources, definitionOf(resource.kind), services)
    } catch (thrown) {
      const error = asWeirError(thrown)
      await failed(resource, error, failures + 1)
      return
    }
    if (resource.state === 'Deleting') await gone(resource)
    else await changeState(options, resource, 'Active', null)
    // Those that waited for it, or for its end, need not wait for their pause.
    for (const other of resources) if (other.origin !== 'client' && concerns(resource, other)) queue.add(other)
  }

  async function failed(resource: Resource, error: ReturnType<typeof asWeirError>, failures: number): Promise<void> {
    const ms = retryPause(error, failures)
    logger.warn({ kind: resource.kind, name: resource.name, code: error.code, failures }, error.message)
    const next =
      resource.state === 'Deleting'
        ? 'Deleting'
        : error.code === 'WEIR-7012' && resource.state === 'Creating'
          ? 'Creating'
          : 'Failed'
    const stands = await changeState(options, resource, next, error.message)
    if (stands) queue.retry(resource, failures, ms === null ? null : clock.monotonic() + ms)
  }

  async function gone(resource: Resource): Promise<void> {
    const now = await store.get(resource)
    // Declared again while it was being removed: what was removed is made anew.
    if (now?.version !== resource.version) return queue.add(resource)
    await store.erase(resource)
    options.events.emit({ type: 'resource', kind: resource.kind, name: resource.name, state: 'Deleted' })
  }

  async function lookAround(resources: readonly Resource[]): Promise<void> {
    for (const resource of resources) {
      const definition = definitionOf(resource.kind)
      if (!stable.has(resource.state) || queue.failures(resource) > 0) continue
      if (resource.origin !== 'client' && (await definition.isGone?.(resource, services))) {
        logger.warn({ kind: resource.kind, name: resource.name }, 'somebody else removed it; it is made anew')
        await changeState(options, resource, 'Failed', 'somebody else removed it; it is made anew')
        queue.add(resource)
        continue
      }
      if (!definition.trouble) continue
      const reason = await definition.trouble(resource, services).catch((error: unknown) => asWeirError(error).message)
      await found(resource, reason)
    }
    await discoverResources(options, resources)
  }

  async function found(resource: Resource, reason: string | null): Promise<void> {
    const state = reason === null ? 'Active' : 'Failed'
    try {
      await changeState(options, resource, state, reason)
      notStored.delete(resourceKey(resource))
    } catch (error) {
      notStored.set(resourceKey(resource), { version: resource.version, state, reason })
      logger.warn({ err: error, kind: resource.kind, name: resource.name, state, reason }, 'a state was not stored')
    }
  }

  function settle(): void {
    const waiting = settling
    settling = []
    for (const resolve of waiting) resolve()
  }

  async function pause(ms: number): Promise<void> {
    if (state !== 'running') return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => (clearTimeout(timer), resolve())
    })
  }

  return {
    start() {
      state = 'running'
      running = run()
    },
    add(resource) {
      queue.add(resource)
      wake()
    },
    shown(resource) {
      const state = notStored.get(resourceKey(resource))
      return state?.version === resource.version ? { ...resource, ...state } : resource
    },
    settled: () =>
      new Promise((resolve) => {
        settling.push(resolve)
        if (state === 'stopped') settle()
        wake()
      }),
    async stop() {
      state = 'stopped'
      wake()
      await running
      settle()
    },
  }
}

/** Whether `other` waits for what was just done, or has to follow a change of what it uses. */
function concerns(done: Resource, other: Resource): boolean {
  const uses = (a: Resource, b: Resource): boolean =>
    a.references.some((reference) => resourceKey(reference) === resourceKey(b))
  if (other.state === 'Deleting') return uses(done, other)
  return uses(other, done) && (other.state !== 'Active' || done.state === 'Updating')
}
