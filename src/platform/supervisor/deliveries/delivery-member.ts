import type { TailReport } from '../../../sql/engine-host.ts'
import type { DeliveryChildConfig, WorkerMethods } from '../../children/child-methods.ts'
import type { KeptChild } from '../kept-child.ts'
import type { JoinedWorker } from '../joined/joined-worker.ts'

export type DeliveryWorkerStatus = Readonly<Record<string, unknown>>
export type DeliveryWorkerMethods = WorkerMethods<DeliveryChildConfig, null, DeliveryWorkerStatus>
export type Worker = KeptChild<DeliveryWorkerMethods>

/** One of those that share the partitions of a delivery. */
export interface DeliveryMember {
  readonly worker: Worker
  /** The process that joined and runs it; undefined for the supervisor's own. */
  readonly joined: JoinedWorker | undefined
  /** What it is to read, whether it was told yet or not. */
  share: readonly number[]
  /** Of its process, each with a folder of its tail; a process that is asked removes the one before, one that is killed does not. */
  readonly epochs: Set<number>
  /** Its process did not take its share: it is told again. */
  isUntold: boolean
  /** It goes, or does not get ready: others take its share. */
  isOut: boolean
  /** It goes: it is out, and stays so. */
  isLeaving: boolean
  /** By the monotonic clock; undefined while it is ready. */
  unreadySinceMs: number | undefined
}

export function newMember(worker: Worker, joined: JoinedWorker | undefined): DeliveryMember {
  const epochs = new Set<number>()
  return {
    worker,
    joined,
    share: [],
    epochs,
    isUntold: false,
    isOut: false,
    isLeaving: false,
    unreadySinceMs: undefined,
  }
}

/** Of a member that has a share. Rejects while its process is not running. */
export async function tailsOf({ worker, joined }: DeliveryMember, metadataLocation: string): Promise<TailReport> {
  if (worker.state.kind === 'failed') throw new Error(worker.state.reason)
  const channel = worker.channel ?? (await worker.ready(2000))
  const { hold, ...report } = await channel.call('tails', { metadataLocation }, { timeoutMs: 2000 })
  // It counts in a file of that machine; over a network it may be read late.
  return hold === undefined || joined?.isElsewhere === true ? report : { ...report, hold }
}
