import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErrorCode } from '../../../kernel/errors/catalogue.ts'
import { haltQuestion } from '../../kinds/delivery/halt-question.ts'
import type { DeliveryRunPlan, DeliveryService, DeliveryStatus } from '../../kinds/reconcile-services.ts'
import type { LakePlace } from '../../lake/lake-place.ts'
import type { KafkaAccess } from '../../streams/kafka-access.ts'
import type { DeliveryWorkers } from '../deliveries/delivery-workers.ts'
import type { ChildState } from '../child-state.ts'
import type { DeliveryWorkerStatus } from '../deliveries/delivery-member.ts'

export interface DeliverySettings {
  readonly kafka: KafkaAccess
  readonly catalogUri: string
  readonly catalogToken?: string
  readonly lake: LakePlace
  readonly tailRoot: string
  readonly keysRoot: string
  readonly workerMemoryBytes: number
}

/** Runs deliveries in worker processes. */
export function createDeliveryService(workers: DeliveryWorkers, settings: DeliverySettings): DeliveryService {
  return {
    async ensure(plan) {
      await workers.ensure({ config: configOf(plan, settings), workers: plan.workers })
    },
    async stop(name) {
      await workers.remove(name)
      await rm(join(settings.keysRoot, name), { recursive: true, force: true })
    },
    async status(name) {
      return statusOf(workers.states(name), await workers.status(name), workers.plan(name) !== undefined)
    },
  }
}

/** What the process takes beyond DuckDB's limit. */
const beyondDuckdbBytes = 300_000_000

function configOf(plan: DeliveryRunPlan, settings: DeliverySettings) {
  return {
    delivery: plan.name,
    table: `${plan.to.namespace}.${plan.to.name}`,
    kafka: settings.kafka,
    topic: plan.from,
    catalogUri: settings.catalogUri,
    ...(settings.catalogToken === undefined ? {} : { catalogToken: settings.catalogToken }),
    lake: settings.lake,
    tailDirectory: join(settings.tailRoot, plan.name),
    format: plan.format,
    ...(plan.csv ? { csv: plan.csv } : {}),
    onNewField: plan.onNewField,
    ...(plan.key ? { key: plan.key, keysDirectory: join(settings.keysRoot, plan.name) } : {}),
    flushBytes: plan.flushBytes,
    flushAgeMs: plan.flushAgeMs,
    memoryLimitBytes: settings.workerMemoryBytes - beyondDuckdbBytes,
  }
}

/** The worst of the workers is how the delivery is. */
function statusOf(
  states: readonly ChildState[],
  workers: readonly DeliveryWorkerStatus[],
  isRunning: boolean,
): DeliveryStatus {
  const said = (key: 'halted' | 'failing' | 'held' | 'indexing'): unknown =>
    workers.map((worker) => worker[key]).find(Boolean)
  const halted = said('halted') as { code: ErrorCode; reason: string } | undefined
  if (halted) {
    const question = haltQuestion(halted.code, halted.reason)
    return { state: 'halted', reason: `${halted.reason} (${halted.code})`, question, workers }
  }
  const down = states.find(({ kind }) => kind === 'failed' || kind === 'waiting')
  if (down && 'reason' in down) return { state: 'failing', reason: down.reason, question: null, workers }
  const failing = said('failing') as string | undefined
  if (failing) return { state: 'failing', reason: failing, question: null, workers }
  if (states.length === 0) return withoutWorkers(isRunning)
  return {
    state: states.every(({ kind }) => kind === 'ready') ? 'running' : 'starting',
    reason: (said('held') as string | undefined) ?? indexingText(said('indexing')),
    question: null,
    workers,
  }
}

function indexingText(progress: unknown): string | null {
  if (!progress) return null
  const { done, total } = progress as { readonly done: number; readonly total: number }
  return `it reads the keys of the table for its key index: ${done} of ${total} files`
}

/** With `workers: 0` it waits for those that join. */
function withoutWorkers(isRunning: boolean): DeliveryStatus {
  const reason =
    'it has no workers of its own, and none has joined. Start weir worker --join with the address of weir url http'
  if (isRunning) return { state: 'failing', reason, question: null, workers: [] }
  return { state: 'stopped', reason: null, question: null, workers: [] }
}
