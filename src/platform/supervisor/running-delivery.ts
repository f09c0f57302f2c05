import type { Channel } from '../../kernel/channel.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import type { DeliveryChildConfig, WorkerMethods } from '../children/child-methods.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import { assignPartitions } from './assign-partitions.ts'
import type { TailSource } from './gather-tails.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import type { ProcessLogs } from './process-logs.ts'

/** What the supervisor needs to know of a delivery to run it. */
export interface DeliveryPlan {
  readonly config: DeliveryChildConfig
  readonly workers: number
}

export interface RunningDeliveryOptions {
  /** A number greater than any before it, durable when it resolves (processes.md, "Epochs"). */
  readonly nextEpoch: (delivery: string) => Promise<number>
  /** Numbers of the topic's partitions now. */
  readonly partitionsOf: (topic: string) => Promise<readonly number[]>
  /** What the workers may ask and tell of their deliveries. */
  readonly memory: MemoryHost
  /** Told before a worker's tail becomes another's, and when a worker has gone. */
  readonly onChange: () => void
  readonly logs: ProcessLogs
  readonly logger: Logger
}

export type DeliveryWorkerStatus = Readonly<Record<string, unknown>>
export type Worker = KeptChild<DeliveryWorkerMethods>
type DeliveryWorkerMethods = WorkerMethods<DeliveryChildConfig, null, DeliveryWorkerStatus>

/** One delivery and the workers that share the partitions of its topic. */
export interface RunningDelivery {
  readonly plan: DeliveryPlan
  readonly workers: readonly Worker[]
  /** How many of the topic's partitions have a worker; 0 before the first is assigned. */
  readonly partitions: number
  /** Gives every worker its partitions anew, each with a new epoch. */
  reassign(): Promise<void>
  readonly tailSources: readonly TailSource[]
}

export function startDelivery(plan: DeliveryPlan, options: RunningDeliveryOptions): RunningDelivery {
  const { config } = plan
  let partitions = 0

  /** Read anew for each process: the topic may have grown, and an epoch is never used twice. */
  async function assign(channel: Channel<DeliveryWorkerMethods>, index: number): Promise<void> {
    const found = await options.partitionsOf(config.topic)
    partitions = found.length
    const assigned = assignPartitions(found, plan.workers)[index]!
    const epoch = await options.nextEpoch(config.delivery)
    options.onChange()
    await channel.call('assign', { epoch, partitions: assigned }, { timeoutMs: 60_000 })
  }

  const workers = Array.from({ length: plan.workers }, (_, index) => {
    const name = plan.workers === 1 ? `delivery-${config.delivery}` : `delivery-${config.delivery}-${index}`
    return keepChild<DeliveryWorkerMethods>({
      name,
      program: 'delivery',
      local: options.memory,
      onLine: options.logs.collect(name),
      logger: options.logger,
      onEnd: () => options.onChange(),
      begin: async (channel) => {
        await channel.call('start', config)
        await assign(channel, index)
      },
    })
  })

  return {
    plan,
    workers,
    get partitions() {
      return partitions
    },
    async reassign() {
      await Promise.all(workers.map(async (worker, index) => assign(await worker.ready(), index)))
    },
    tailSources: workers.map((worker) => ({
      delivery: config.delivery,
      table: config.table,
      tails: (metadataLocation: string) => tailsOf(worker, metadataLocation),
    })),
  }
}

async function tailsOf(worker: Worker, metadataLocation: string): Promise<TailReport> {
  if (worker.state.kind === 'failed') throw new Error(worker.state.reason)
  const channel = worker.channel ?? (await worker.ready(2000))
  return channel.call('tails', { metadataLocation }, { timeoutMs: 2000 })
}
