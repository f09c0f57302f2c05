import { silentLogger } from '../../src/kernel/logger.ts'
import { createCommittedOffsets, type CommittedOffsets } from '../../src/stream/broker/groups/committed-offsets.ts'
import type { GroupChange } from '../../src/stream/broker/groups/group-change.ts'
import { createOffsetTable } from '../../src/stream/broker/groups/offset-table.ts'
import { createPendingOffsets } from '../../src/stream/broker/groups/pending-offsets.ts'
import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import { createAdmission, type Admission } from '../../src/stream/broker/transactions/admission.ts'
import { createCoordinator, type Coordinator } from '../../src/stream/broker/transactions/coordinator.ts'
import {
  createTransactionTable,
  type TransactionChange,
} from '../../src/stream/broker/transactions/transaction-table.ts'
import { writeMarkers } from '../../src/stream/broker/transactions/write-markers.ts'
import { createDisk, type Disk } from './disk.ts'
import { openPartition, type SimulatedLog } from './partition.ts'

/** What outlives a crash. */
export interface Disks {
  readonly transactions: Disk<readonly TransactionChange[]>
  readonly groups: Disk<readonly GroupChange[]>
  readonly partitions: readonly Disk<CheckedBatch>[]
}

/** One life of the log: the real coordinator, admission, markers and pending offsets. */
export interface SimulatedBroker {
  readonly coordinator: Coordinator
  readonly admission: Admission
  readonly offsets: CommittedOffsets
  readonly logs: readonly SimulatedLog[]
}

/** What a rule of the design is good for shows when it is left out. */
export type Carelessness = 'answers before the disk' | 'verifies nothing' | 'writes markers before the decision' | null

export interface BrokerPorts {
  readonly disks: Disks
  readonly careless: Carelessness
  readonly now: () => number
  readonly freshProducerId: () => number
  readonly pause: () => Promise<void>
}

export const topicId = 'topic'

export function createDisks(partitions: number): Disks {
  return {
    transactions: createDisk(),
    groups: createDisk(),
    partitions: Array.from({ length: partitions }, () => createDisk<CheckedBatch>()),
  }
}

export function startBroker({ disks, careless, now, freshProducerId, pause }: BrokerPorts): SimulatedBroker {
  const append = disks.transactions.open()
  const table = createTransactionTable()
  for (const change of disks.transactions.durable.flat()) table.apply(change)
  const logs = disks.partitions.map((disk) => openPartition(disk, now))
  const offsets = openOffsets(disks.groups, now)
  const topics = { byId: () => ({ partitions: logs.map((log) => ({ log: async () => log })) }) }
  const stopped = new AbortController().signal
  const markers = { topics, groups: { offsets }, logger: silentLogger, stopped, pause } as unknown as Parameters<
    typeof writeMarkers
  >[1]
  const idle = { checkpoint: () => Promise.resolve(), settled: async () => {}, close: async () => {} }
  const coordinator = createCoordinator({
    table,
    log: {
      ...idle,
      async append(changes, applied) {
        const isEnd = changes.some(({ transaction }) => transaction?.state.startsWith('Prepare'))
        if (careless === 'writes markers before the decision' && isEnd)
          await writeMarkers(changes[0]!.transaction!, markers)
        if (careless !== 'answers before the disk') return append(changes, applied)
        void append(changes)
        applied?.()
      },
    },
    clock: { now },
    logger: silentLogger,
    freshProducerId: async () => freshProducerId(),
    writeMarkers: (transaction) => writeMarkers(transaction, markers),
    pause,
  })
  coordinator.recover()
  const asked = careless === 'verifies nothing' ? { ...coordinator, verify: () => undefined } : coordinator
  return { coordinator, admission: createAdmission(asked), offsets, logs }
}

function openOffsets(disk: Disk<readonly GroupChange[]>, now: () => number): CommittedOffsets {
  const append = disk.open()
  const table = createOffsetTable()
  const pending = createPendingOffsets()
  for (const change of disk.durable.flat()) {
    if (change.kind === 'offset') table.apply(change)
    else if (change.kind !== 'classic') pending.apply(change as Parameters<typeof pending.apply>[0])
  }
  const log = {
    append: (changes: readonly GroupChange[], applied?: () => void) => append(changes, applied),
    checkpoint: () => Promise.resolve(),
    settled: async () => {},
    close: async () => {},
  }
  return createCommittedOffsets(log, table, pending, { now, monotonic: now })
}
