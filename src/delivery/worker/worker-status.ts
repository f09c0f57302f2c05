import type { DeliveryWorkerConfig, WorkerStatus } from './delivery-worker.ts'
import type { Session } from './session.ts'

/** What a worker counts; changed by it alone. */
export interface WorkerFigures {
  read: number
  rejected: number
  bytes: number
  commits: number
  lastCommit: { readonly snapshotId: string; readonly atMs: number } | null
  failing: string | null
  halted: { readonly code: string; readonly reason: string } | null
}

export function workerStatus(
  config: DeliveryWorkerConfig,
  epoch: number | null,
  session: Session | undefined,
  figures: WorkerFigures,
  isStopped: boolean,
): WorkerStatus {
  const isFull = session !== undefined && session.pendingBytes >= config.flushBytes * 4
  const running = session ? (isFull ? 'full' : 'reading') : 'waiting'
  return {
    delivery: config.delivery,
    epoch,
    state: isStopped ? 'stopped' : figures.halted ? 'halted' : running,
    partitions: [...(session?.positions.values() ?? [])].map(({ partition, committed, next, end }) => ({
      partition,
      committed: String(session?.baseOf(partition) ?? committed),
      position: String(next),
      end: String(end),
    })),
    recordsRead: figures.read,
    recordsRejected: figures.rejected,
    bytesRead: figures.bytes,
    pendingRecords: session?.pendingRecords ?? 0,
    pendingBytes: session?.pendingBytes ?? 0,
    segments: session?.segments ?? 0,
    commits: figures.commits,
    lastCommit: figures.lastCommit,
    failing: figures.failing,
    halted: figures.halted,
  }
}
