import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ChildState } from '../child-state.ts'
import type { TailSource } from '../gather-tails.ts'
import type { JoinedWorkers } from '../joined/joined-workers.ts'
import { watchedAs, type WatchedProcess } from '../memory-watch.ts'
import type { DeliveryMember, DeliveryWorkerStatus, Worker } from './delivery-member.ts'
import type { DeliveryPlan, RunningDeliveryOptions } from './delivery-plan.ts'
import { startDelivery, type RunningDelivery } from './running-delivery.ts'
import { watchDeliveries } from './watch-deliveries.ts'

export interface DeliveryWorkersOptions extends RunningDeliveryOptions {
  /** The delivery has adopted nothing from now on. Durable when it resolves. */
  readonly forget: (delivery: string) => Promise<void>
  readonly memoryBytesMax: number
  readonly joined: JoinedWorkers
}

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

const stopDeadlineMs = 30_000
const flushTimeoutMs = 120_000

export function runDeliveryWorkers(options: DeliveryWorkersOptions): DeliveryWorkers {
  const running = new Map<string, RunningDelivery>()
  const workersOf = (delivery: string): readonly Worker[] => allWorkers(running.get(delivery))
  const children = (): Worker[] => [...running.values()].flatMap(allWorkers)
  const endWatch = watchDeliveries(running, options.logger)
  options.joined.onChange({
    joined: (worker) => running.forEach((delivery) => delivery.join(worker)),
    lost: (worker) => running.forEach((delivery) => delivery.lose(worker)),
    leaving: async (worker) =>
      void (await Promise.all([...running.values()].map((delivery) => delivery.letGo(worker)))),
  })

  return {
    async ensure(plan) {
      const { delivery } = plan.config
      const current = running.get(delivery)
      if (current && JSON.stringify(current.plan) === JSON.stringify(plan)) return
      await Promise.all(allWorkers(current).map((worker) => worker.stop(stopDeadlineMs)))
      const started = startDelivery(plan, options)
      running.set(delivery, started)
      for (const worker of options.joined.all) started.join(worker)
      options.onChange()
      await Promise.all(started.workers.map((worker) => worker.ready()))
    },
    async remove(delivery) {
      const workers = workersOf(delivery)
      running.delete(delivery)
      options.onChange()
      await Promise.all(workers.map((worker) => worker.stop(stopDeadlineMs)))
      await options.forget(delivery)
    },
    names: () => [...running.keys()],
    states: (delivery) => (running.get(delivery)?.members ?? []).filter(isIn).map(({ worker }) => worker.state),
    status: (delivery) => statusOf(workersOf(delivery)),
    plan: (delivery) => running.get(delivery)?.plan,
    reassign: async (delivery) => running.get(delivery)!.reassign(),
    async adoptAnew(delivery) {
      if (!(await statusOf(workersOf(delivery))).some(isOtherTable))
        throw new WeirError('WEIR-5033', `delivery "${delivery}" does not ask whether to adopt another table`)
      await options.forget(delivery)
      await running.get(delivery)!.reassign()
    },
    flush: (delivery) => flush(workersOf(delivery)),
    get tailSources() {
      return [...running.values()].flatMap(({ tailSources }) => tailSources)
    },
    get watched() {
      const own = [...running.values()].flatMap(({ workers }) => workers)
      return own.flatMap((worker) => watchedAs(worker, options.memoryBytesMax))
    },
    get children() {
      return children()
    },
    async stop(deadlineMs) {
      endWatch()
      await Promise.all(children().map((worker) => worker.stop(deadlineMs)))
    },
    kill() {
      endWatch()
      children().forEach((worker) => worker.kill())
    },
  }
}

function allWorkers(delivery: RunningDelivery | undefined): readonly Worker[] {
  return delivery?.members.map(({ worker }) => worker) ?? []
}

/** Those whose state is the delivery's: one that joined and has nothing to read is not, nor one that others stand in for. */
function isIn({ joined, share, isOut }: DeliveryMember): boolean {
  return joined === undefined || (share.length > 0 && !isOut)
}

function statusOf(workers: readonly Worker[]): Promise<DeliveryWorkerStatus[]> {
  return Promise.all(workers.flatMap(({ channel }) => (channel ? [channel.call('status', null)] : [])))
}

function isOtherTable({ halted }: DeliveryWorkerStatus): boolean {
  return (halted as { code: string } | null)?.code === 'WEIR-5014'
}

async function flush(workers: readonly Worker[]): Promise<{ readonly snapshotId: string | null }> {
  const flushed = await Promise.all(
    workers
      // One of somebody else's that has nothing to read has no process.
      .filter(({ state }) => state.kind !== 'idle')
      .map(async (worker) => (await worker.ready()).call('flush', null, { timeoutMs: flushTimeoutMs })),
  )
  return { snapshotId: flushed.at(-1)?.snapshotId ?? null }
}
