import { formatDuration, formatSize } from '../kernel/units.ts'
import type { WorkerStatus } from '../delivery/worker/delivery-worker.ts'
import type { DeliveryStatus } from '../platform/kinds/reconcile-services.ts'
import { formatCount } from './output.ts'
import { tableText } from './table-text.ts'

/** What `weir delivery status` prints of a delivery: its state, and how far each worker is. */
export function deliveryText(name: string, { state, reason, workers }: DeliveryStatus): string {
  const lines = [`${name} is ${state}${reason === null ? '' : `: ${reason}`}`]
  const several = workers.length > 1
  for (const [at, worker] of (workers as unknown as readonly WorkerStatus[]).entries())
    lines.push('', ...workerLines(worker, several ? `worker ${at + 1} is` : 'its worker is'))
  return lines.join('\n')
}

function workerLines(worker: WorkerStatus, begin: string): readonly string[] {
  const { state, recordsRead, recordsRejected, commits, lastCommit, pendingRecords, pendingBytes } = worker
  const waits = [worker.held, worker.failing, worker.halted?.reason].filter((text) => text != null)
  const age = lastCommit === null ? '' : `, the last ${formatDuration(Math.max(0, Date.now() - lastCommit.atMs))} ago`
  return [
    `${begin} ${state}${waits.length > 0 ? `: ${waits.join('; ')}` : ''}`,
    `since it began: ${formatCount(recordsRead)} records read, ${formatCount(recordsRejected)} rejected, ${commits} commits${age}`,
    `not committed yet: ${formatCount(pendingRecords)} records, ${formatSize(pendingBytes)}`,
    ...(worker.partitions.length === 0 ? [] : ['', partitionTable(worker)]),
  ]
}

function partitionTable({ partitions }: WorkerStatus): string {
  const columns = (['PARTITION', 'COMMITTED TO', 'READ TO', 'STREAM ENDS', 'BEHIND'] as const).map((title) => ({
    title,
    align: 'right' as const,
  }))
  const rows = partitions.map(({ partition, committed, position, end }) => {
    const behind = BigInt(end) - BigInt(position)
    return [String(partition), committed, position, end, formatCount(behind < 0n ? 0n : behind)]
  })
  return tableText(columns, rows)
}
