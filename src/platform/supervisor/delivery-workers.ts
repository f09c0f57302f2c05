import type { Channel } from '../../kernel/channel.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import type { DeliveryChildConfig, WorkerMethods } from '../children/child-methods.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import { assignPartitions } from './assign-partitions.ts'
import type { TailSource } from './gather-tails.ts'
import { keepChild, type ChildState, type KeptChild } from './kept-child.ts'
import type { ProcessLogs } from './process-logs.ts'
import type { WatchedProcess } from './memory-watch.ts'

/** What the supervisor needs to know of a delivery to run it. */
export interface DeliveryPlan {
  readonly config: DeliveryChildConfig
  readonly workers: number
}

export interface DeliveryWorkersOptions {
  /** A number greater than any before it, durable when it resolves (processes.md, "Epochs"). */
  readonly nextEpoch: (delivery: string) => Promise<number>
  /** Numbers of the topic's partitions now. */
  readonly partitionsOf: (topic: string) => Promise<readonly number[]>
  /** What the workers may ask and tell of their deliveries. */
  readonly memory: MemoryHost
  /** The delivery has adopted nothing from now on. Durable when it resolves. */
  readonly forget: (delivery: string) => Promise<void>
  readonly logs: ProcessLogs
  readonly logger: Logger
  readonly memoryBytesMax: number
}

export type DeliveryWorkerStatus = Readonly<Record<string, unknown>>
export type Worker = KeptChild<DeliveryWorkerMethods>
type DeliveryWorkerMethods = WorkerMethods<DeliveryChildConfig, null, DeliveryWorkerStatus>

/** The workers of all deliveries: started, assigned, started again, stopped. */
export interface DeliveryWorkers {
  /** Runs a delivery by this plan; one that runs by another plan is stopped (with a commit) and started anew. */
  ensure(plan: DeliveryPlan): Promise<void>
  /** Stops a delivery; what it accepted is committed first. One of this name that is declared later is another one. */
  remove(delivery: string): Promise<void>
  names(): readonly string[]
  states(delivery: string): readonly ChildState[]
  status(delivery: string): Promise<readonly DeliveryWorkerStatus[]>
  /** How it runs; undefined when it does not. */
  plan(delivery: string): DeliveryPlan | undefined
  /** Gives every worker its partitions anew, with a new epoch: after an operator's answer to a halted delivery. */
  reassign(delivery: string): Promise<void>
  /** The same, and adopts the table that has the name now. WEIR-5033 when that is not what it asks. */
  adoptAnew(delivery: string): Promise<void>
  /** Commits now what the workers of the delivery accepted. */
  flush(delivery: string): Promise<{ readonly snapshotId: string | null }>
  readonly tailSources: readonly TailSource[]
  readonly watched: readonly WatchedProcess[]
  readonly children: readonly Worker[]
  stop(deadlineMs: number): Promise<void>
  kill(): void
}

interface RunningDelivery {
  readonly plan: DeliveryPlan
  readonly workers: readonly Worker[]
  /** How many of the topic's partitions have a worker. */
  partitions: number
}

/** How often a topic is asked whether it has grown: any Kafka client may add partitions. */
const growthMs = 5_000

export function runDeliveryWorkers(options: DeliveryWorkersOptions): DeliveryWorkers {
  const running = new Map<string, RunningDelivery>()
  const all = (): RunningDelivery[] => [...running.values()]
  const children = (): Worker[] => all().flatMap(({ workers }) => workers)

  /** Read anew for each process: the topic may have grown, and an epoch is never used twice. */
  async function assign(channel: Channel<DeliveryWorkerMethods>, plan: DeliveryPlan, index: number): Promise<void> {
    const found = await options.partitionsOf(plan.config.topic)
    const delivery = running.get(plan.config.delivery)
    if (delivery?.plan === plan) delivery.partitions = found.length
    const partitions = assignPartitions(found, plan.workers)[index]!
    const epoch = await options.nextEpoch(plan.config.delivery)
    await channel.call('assign', { epoch, partitions }, { timeoutMs: 60_000 })
  }

  function start(plan: DeliveryPlan): RunningDelivery {
    const { config } = plan
    const workers = Array.from({ length: plan.workers }, (_, index) => {
      const name = plan.workers === 1 ? `delivery-${config.delivery}` : `delivery-${config.delivery}-${index}`
      return keepChild<DeliveryWorkerMethods>({
        name,
        program: 'delivery',
        local: options.memory,
        onLine: options.logs.collect(name),
        logger: options.logger,
        begin: async (channel) => {
          await channel.call('start', config)
          await assign(channel, plan, index)
        },
      })
    })
    return { plan, workers, partitions: 0 }
  }

  function statusOf(delivery: string): Promise<DeliveryWorkerStatus[]> {
    const { workers = [] } = running.get(delivery) ?? {}
    return Promise.all(workers.flatMap(({ channel }) => (channel ? [channel.call('status', null)] : [])))
  }

  async function reassign(delivery: string): Promise<void> {
    const { plan, workers } = running.get(delivery)!
    await Promise.all(workers.map(async (worker, index) => assign(await worker.ready(), plan, index)))
  }

  async function lookForGrowth(): Promise<void> {
    for (const { plan, partitions, workers } of all()) {
      const { topic, delivery } = plan.config
      if (partitions === 0 || workers.some(({ channel }) => !channel)) continue
      try {
        const found = await options.partitionsOf(topic)
        if (found.length <= partitions || running.get(delivery)?.plan !== plan) continue
        options.logger.info(
          { delivery, topic, partitions: found.length },
          'the topic has grown; its workers share it anew',
        )
        await reassign(delivery)
      } catch (error) {
        options.logger.warn({ err: error, delivery }, 'whether the topic has grown is not known; it is asked again')
      }
    }
  }

  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void lookForGrowth().finally(() => (looking = false))
  }, growthMs)
  timer.unref()

  return {
    async ensure(plan) {
      const { delivery } = plan.config
      const current = running.get(delivery)
      if (current && JSON.stringify(current.plan) === JSON.stringify(plan)) return
      await current?.workers.reduce(
        (before, worker) => before.then(() => worker.stop(stopDeadlineMs)),
        Promise.resolve(),
      )
      const started = start(plan)
      running.set(delivery, started)
      await Promise.all(started.workers.map((worker) => worker.ready()))
    },
    async remove(delivery) {
      const current = running.get(delivery)
      running.delete(delivery)
      await Promise.all(current?.workers.map((worker) => worker.stop(stopDeadlineMs)) ?? [])
      await options.forget(delivery)
    },
    names: () => [...running.keys()],
    states: (delivery) => running.get(delivery)?.workers.map(({ state }) => state) ?? [],
    status: statusOf,
    plan: (delivery) => running.get(delivery)?.plan,
    reassign,
    async adoptAnew(delivery) {
      if (!(await statusOf(delivery)).some(isOtherTable))
        throw new WeirError('WEIR-5033', `delivery "${delivery}" does not ask whether to adopt another table`)
      await options.forget(delivery)
      await reassign(delivery)
    },
    async flush(delivery) {
      const workers = running.get(delivery)?.workers ?? []
      const flushed = await Promise.all(
        workers.map(async (worker) => (await worker.ready()).call('flush', null, { timeoutMs: flushTimeoutMs })),
      )
      return { snapshotId: flushed.at(-1)?.snapshotId ?? null }
    },
    get tailSources() {
      return all().flatMap(({ plan, workers }) =>
        workers.map((worker) => ({
          delivery: plan.config.delivery,
          table: plan.config.table,
          tails: (metadataLocation: string) => tailsOf(worker, metadataLocation),
        })),
      )
    },
    get watched() {
      return children().flatMap((worker) => {
        const { name, pid } = worker
        return pid === undefined
          ? []
          : [{ name, pid, end: (reason: string) => worker.end(reason), bytesMax: options.memoryBytesMax }]
      })
    },
    get children() {
      return children()
    },
    async stop(deadlineMs) {
      clearInterval(timer)
      await Promise.all(children().map((worker) => worker.stop(deadlineMs)))
    },
    kill() {
      clearInterval(timer)
      children().forEach((worker) => worker.kill())
    },
  }
}

function isOtherTable({ halted }: DeliveryWorkerStatus): boolean {
  return (halted as { code: string } | null)?.code === 'WEIR-5014'
}

const stopDeadlineMs = 30_000
const flushTimeoutMs = 120_000

async function tailsOf(worker: Worker, metadataLocation: string): Promise<TailReport> {
  if (worker.state.kind === 'failed') throw new Error(worker.state.reason)
  const channel = worker.channel ?? (await worker.ready(2000))
  return channel.call('tails', { metadataLocation }, { timeoutMs: 2000 })
}
