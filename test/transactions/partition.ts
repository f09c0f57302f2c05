import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import type { PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'
import { settingsDefault, type PartitionState } from '../../src/stream/broker/storage/partition-state.ts'
import { createPartitionTransactions } from '../../src/stream/broker/storage/partition-transactions.ts'
import { ProducerStates } from '../../src/stream/broker/storage/producer-states.ts'
import { SparseIndex } from '../../src/stream/broker/storage/sparse-index.ts'
import type { Segment } from '../../src/stream/broker/storage/segment.ts'
import type { StorageServices } from '../../src/stream/broker/storage/storage-services.ts'
import { isControlBatch } from '../../src/stream/protocol/records/batch-header.ts'
import { openRecords } from '../../src/stream/protocol/records/record-cursor.ts'
import type { Disk } from './disk.ts'

/** One life of a partition: the real producers, transactions and index over a disk that is not there. */
export type SimulatedLog = Pick<PartitionLog, 'append' | 'transactions' | 'endOffset'>

export function openPartition(disk: Disk<CheckedBatch>, now: () => number): SimulatedLog {
  const append = disk.open()
  const producers = new ProducerStates()
  const index = new SparseIndex()
  const segment: Segment = {
    baseOffset: 0,
    path: '',
    start: 0,
    times: index,
    index,
    aborted: [],
    endOffset: 0,
    size: 0,
  }
  const state: PartitionState = {
    folder: '',
    name: 'simulated',
    segments: [segment],
    producers,
    holes: [],
    epochs: [],
    settings: { ...settingsDefault, segmentBytes: () => 1e9 },
    cleanedTo: 0,
    producersSavedTo: 0,
    savingProducers: Promise.resolve(),
    startOffset: 0,
    plannedStarts: [],
    endOffset: 0,
    nextOffset: 0,
    broken: undefined,
    closed: false,
  }

  function grow(batch: CheckedBatch): void {
    state.endOffset = segment.endOffset = batch.header.baseOffset + batch.header.lastOffsetDelta + 1
  }

  for (const batch of disk.durable) {
    const aborted = producers.replayed(batch.header, () => batch.bytes, now())
    if (aborted) segment.aborted.push(aborted)
    grow(batch)
  }
  state.nextOffset = state.endOffset

  async function place({ bytes, header }: CheckedBatch): Promise<number> {
    const baseOffset = state.nextOffset
    state.nextOffset += header.lastOffsetDelta + 1
    const batch = { bytes, header: { ...header, baseOffset } }
    producers.placed(batch.header, baseOffset, () => bytes, now())
    await append(batch, () => {
      grow(batch)
      segment.aborted.push(...producers.durable(state.endOffset))
    })
    return baseOffset
  }

  const writer = { append: place, settled: async () => {}, roll: async () => {} }
  return {
    get endOffset() {
      return state.endOffset
    },
    transactions: createPartitionTransactions(state, writer, { clock: { now } } as StorageServices),
    async append(batch) {
      const first = producers.repeated(batch.header)
      // Its first copy may still wait for the disk: then this one is sent once more.
      if (first && first.lastOffset >= state.endOffset) throw new Error('the first copy is on its way')
      return first ? first.baseOffset : place(batch)
    },
  }
}

/** What a consumer of committed records makes of a fetch of the whole partition. */
export function readCommitted({ transactions }: SimulatedLog, disk: Disk<CheckedBatch>): string[] {
  const end = transactions.lastStableOffset
  const upcoming = [...transactions.abortedBetween(0, end)]
  const aborting = new Set<number>()
  const values: string[] = []
  for (const { header, bytes } of disk.durable) {
    if (header.baseOffset >= end) break
    while (upcoming[0] && upcoming[0].firstOffset <= header.baseOffset) aborting.add(upcoming.shift()!.producerId)
    if (isControlBatch(header.attributes)) aborting.delete(header.producerId)
    else if (!aborting.has(header.producerId)) values.push(...valuesIn({ bytes, header }))
  }
  return values
}

function valuesIn({ bytes, header }: CheckedBatch): string[] {
  const records = openRecords(bytes, 0, header)
  const values: string[] = []
  while (records.next()) values.push(records.buffer.toString('utf8', records.valueStart, records.valueEnd))
  return values
}
