import { pendingFlushes } from './commit-session.ts'
import type { WorkerStatus } from './delivery-worker.ts'
import { describeHolders } from './open-transactions.ts'
import type { Session } from './session.ts'
import type { WorkerContext } from './worker-context.ts'

export function workerStatus(
  { config, figures }: WorkerContext,
  epoch: number | null,
  session: Session | null,
  isStopped: boolean,
): WorkerStatus {
  const isFull = session !== null && session.pendingBytes >= config.flushBytes * pendingFlushes
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
    held: describeHolders(session?.positions.values() ?? []),
    failing: figures.failing,
    halted: figures.halted,
  }
}
