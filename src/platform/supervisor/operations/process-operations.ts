import { collectDefaultMetrics, Registry } from 'prom-client'
import type { CopiesStatus, MetricsJson } from '../../children/child-methods.ts'
import type { ProcessesStatus, ProcessOperations } from '../../operations.ts'
import { isFull, type DiskUse } from '../disk-watch.ts'
import type { Endpoints } from '../endpoints.ts'
import type { ChildState } from '../child-state.ts'
import type { StoredMaintenanceRun } from '../../../storage/metadata/maintenance-runs.ts'
import { askMetadata } from './ask-metadata.ts'
import { residentBytes } from '../resident-size.ts'
import { exposeMetrics } from '../metrics/expose-metrics.ts'
import { metricsContentTypes } from '../metrics/metrics-text.ts'
import type { LogLook } from '../streams/streams-place.ts'
import type { RateWatch } from './rate-watch.ts'

/** As much of a kept child as is shown. */
export interface ShownChild {
  readonly name: string
  readonly state: ChildState
  readonly restarts: number
  readonly channel: { call(name: 'metrics', params: null): Promise<MetricsJson> } | undefined
}

/** A child that keeps copies of objects. */
export interface CopyingChild {
  readonly name: string
  readonly channel: { call(name: 'status', params: null, options: { timeoutMs: number }): Promise<unknown> } | undefined
}

export interface ProcessOperationsOptions {
  readonly children: () => readonly ShownChild[]
  readonly copying: () => readonly CopyingChild[]
  readonly disk: () => Promise<DiskUse | undefined>
  /** Why streams cannot be used, when no process of ours says so. */
  readonly streamsTrouble: () => string | undefined
  /** Undefined where there is no log of our own. */
  readonly lookAtLog: () => Promise<LogLook | undefined>
  readonly rates: RateWatch
  readonly endpoints: () => Endpoints | undefined
  readonly maintenance: () => Promise<readonly StoredMaintenanceRun[]>
}

export function createProcessOperations(options: ProcessOperationsOptions): ProcessOperations {
  const own = new Registry()
  collectDefaultMetrics({ register: own, prefix: 'weir_' })
  return {
    status: () => statusOf(options),
    ready: () => readiness(options),
    async metrics(format) {
      const children = options.children().flatMap(({ name, channel }) => {
        if (!channel) return []
        return [{ process: name, read: () => channel.call('metrics', null) }]
      })
      const sources = [
        { process: 'supervisor', read: () => own.getMetricsAsJSON() as Promise<MetricsJson> },
        ...children,
      ]
      return { contentType: metricsContentTypes[format], text: await exposeMetrics(sources, format) }
    },
    onRates: (listener) => options.rates.onRates(listener),
  }
}

async function statusOf({
  children,
  copying,
  disk,
  streamsTrouble,
  lookAtLog,
  rates,
  endpoints,
  maintenance,
}: ProcessOperationsOptions): Promise<ProcessesStatus> {
  const [use, metadata, copies, log] = await Promise.all([
    disk(),
    askMetadata(maintenance),
    copiesOf(copying()),
    lookAtLog(),
  ])
  const shown = children()
  return {
    endpoints: endpoints() ?? null,
    processes: [
      {
        name: 'supervisor',
        state: 'ready',
        pid: process.pid,
        restarts: 0,
        reason: null,
        bytes: residentBytes(process.pid),
      },
      ...shown.map(describeChild),
    ],
    disk: use ?? null,
    copies,
    warnings: [
      ...[use?.warning, metadata.trouble, streamsTrouble(), log?.trouble],
      ...(log?.notices ?? []),
      ...rates.waiting,
    ].filter((warning) => warning !== undefined),
    counted: rates.latest.counted,
    rates: rates.latest.rates,
    maintenance: metadata.answer ?? [],
  }
}

/** Who does not answer at once is busy, and shown by its state. */
const copiesTimeoutMs = 1000

async function copiesOf(children: readonly CopyingChild[]): Promise<ProcessesStatus['copies']> {
  const found = await Promise.all(
    children.map(async ({ name, channel }) => {
      const answer = channel?.call('status', null, { timeoutMs: copiesTimeoutMs }).catch(() => undefined)
      const { copies = null, rowCopies = null } = ((await answer) ?? {}) as Partial<CopiesStatus>
      return [
        ...(copies === null ? [] : [{ process: name, of: 'objects' as const, ...copies }]),
        ...(rowCopies === null ? [] : [{ process: name, of: 'rows' as const, ...rowCopies }]),
      ]
    }),
  )
  return found.flat()
}

function describeChild({ name, state, restarts }: ShownChild): ProcessesStatus['processes'][number] {
  // A process of another machine has no number here.
  const pid = (state.kind === 'ready' && state.pid) || null
  const reason = 'reason' in state ? state.reason : null
  return { name, state: state.kind, pid, restarts, reason, bytes: pid === null ? null : residentBytes(pid) }
}

/** Made when they are asked for: that one of them is being started keeps nobody from asking. */
const onDemand: ReadonlySet<string> = new Set(['engine', 'operator', 'writer'])

/** Ready: the log answers, and so do all processes that were started, and the metadata database; and the disk takes records. */
async function readiness({
  children,
  disk,
  streamsTrouble,
  lookAtLog,
  endpoints,
  maintenance,
}: ProcessOperationsOptions): Promise<{ ready: boolean; reasons: string[] }> {
  const reasons = children().flatMap(({ name, state }) =>
    state.kind === 'ready' || state.kind === 'idle' || (state.kind === 'starting' && onDemand.has(name))
      ? []
      : [`${name} is ${state.kind}${'reason' in state ? `: ${state.reason}` : ''}`],
  )
  if (!endpoints()) reasons.push('Weir is starting')
  const [use, { trouble }, log] = await Promise.all([disk(), askMetadata(maintenance), lookAtLog()])
  for (const reason of [trouble, streamsTrouble(), log?.trouble]) if (reason !== undefined) reasons.push(reason)
  if (use && isFull(use)) reasons.push(use.warning!)
  return { ready: reasons.length === 0, reasons }
}
