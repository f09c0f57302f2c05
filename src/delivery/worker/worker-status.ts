import { pendingFlushes } from './commit-session.ts'
import type { WorkerStatus } from './delivery-worker.ts'
import { describeHolders } from './open-transactions.ts'
import { placeOf } from './restored-log.ts'
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
    partitions: [...(session?.positions.values() ?? [])].map((position) => ({
      partition: position.partition,
      committed: String(session?.baseOf(position.partition) ?? position.committed),
      // A hole that ends where the log does is nothing to be behind of.
      position: String(placeOf(position, position.next)),
      end: String(position.end),
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
    indexing: figures.indexing,
    halted: figures.halted,
  }
}
