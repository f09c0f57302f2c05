import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import type { Resource, ResourceReference } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import { createLookAround } from './look-around.ts'
import { attemptReconcile } from './reconcile-attempt.ts'
import { reconcileQueue } from './reconcile-queue.ts'
import { wakingPause } from './waking-pause.ts'

export interface ReconcilerOptions {
  readonly store: ResourceStore
  readonly definitionOf: (kind: string) => KindDefinition
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly events: ControlEvents
  readonly clock: Clock
  readonly logger: Logger
  readonly lookAroundMs: number
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

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, clock, logger, lookAroundMs } = options
  const queue = reconcileQueue()
  const around = createLookAround({ ...options, queue })
  const pause = wakingPause()
  let state: 'idle' | 'running' | 'stopped' = 'idle'
  let settling: (() => void)[] = []
  let running: Promise<void> = Promise.resolve()

  const all = (): Promise<readonly Resource[]> => store.list({}) as Promise<readonly Resource[]>

  async function run(): Promise<void> {
    // What a client made has no declaration: it stays as the client wants it.
    for (const resource of await all()) if (resource.origin !== 'client') queue.add(resource)
    while (state === 'running') {
      try {
        if (!(await step()) && !queue.hasUntried() && settling.length === 0)
          await rest(Math.min(lookAroundMs, Math.max(0, queue.nextDueMs() - clock.monotonic())))
      } catch (error) {
        // The metadata did not answer. Nothing was lost: the queue is as it was.
        logger.error({ err: error }, 'the reconcile loop failed; it goes on')
        await rest(1000)
      }
    }
  }

  /** False when nothing is due. */
  async function step(): Promise<boolean> {
    const resources = await all()
    const resource = queue.next(resources, clock.monotonic())
    if (resource) await attemptReconcile({ ...options, queue }, resource, resources)
    if (!queue.hasUntried()) settle()
    if (!resource) await around.whenDue(resources)
    return resource !== undefined
  }

  function settle(): void {
    const waiting = settling
    settling = []
    for (const resolve of waiting) resolve()
  }

  async function rest(ms: number): Promise<void> {
    if (state === 'running') await pause.of(ms)
  }

  return {
    start() {
      state = 'running'
      running = run()
    },
    add(resource) {
      queue.add(resource)
      pause.wake()
    },
    shown: (resource) => around.shown(resource),
    settled: () =>
      new Promise((resolve) => {
        settling.push(resolve)
        if (state === 'stopped') settle()
        pause.wake()
      }),
    async stop() {
      state = 'stopped'
      pause.wake()
      await running
      settle()
    },
  }
}
