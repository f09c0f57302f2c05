import { readBatchHeader } from '../../protocol/records/batch-header.ts'
import { markerBatch } from '../../protocol/records/transaction-marker.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { abortedBetween } from './aborted-transactions.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import type { PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'
import type { PartitionWriter } from './partition-writer.ts'
import { fencedEpoch, type ProducerState } from './producer-state.ts'

/** How a transaction ends in a partition. */
export interface TransactionEnd {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  readonly coordinatorEpoch: number
  /** With 2 the marker's epoch is newer than that of the records (KIP-890). */
  readonly version: number
}

/** The transactions of one partition, and the producers that it knows. */
export interface PartitionTransactions {
  /** Nothing at or beyond it is read as committed: a transaction is open there, or it is not on the disk. */
  readonly lastStableOffset: number
  readonly hasOpen: boolean
  /** Those with offsets in `[from, to)`. */
  abortedBetween(from: number, to: number): readonly AbortedTransaction[]
  /** Whether the producer has one open under this epoch: then the partition is in it for sure. */
  isOpen(producerId: number, producerEpoch: number): boolean
  knows(producerId: number): boolean
  producers(): readonly (readonly [producerId: number, state: ProducerState])[]
  /**
   * Writes the marker, unless it is there already; resolves when it is durable. Throws KafkaRefusal INVALID_PRODUCER_EPOCH or
   * TRANSACTION_COORDINATOR_FENCED when the producer or a coordinator has gone on since.
   */
  end(ending: TransactionEnd): Promise<void>
  /** Forgets producers that wrote nothing since then. */
  expireProducers(before: number): void
}

export function createPartitionTransactions(
  state: PartitionState,
  writer: PartitionWriter,
  { clock }: StorageServices,
): PartitionTransactions {
  const { producers } = state
  return {
    get lastStableOffset() {
      return Math.max(state.startOffset, Math.min(producers.firstUnstable ?? Infinity, state.endOffset))
    },
    get hasOpen() {
      return producers.firstUnstable !== undefined
    },
    abortedBetween: (from, to) => abortedBetween(state.segments, from, to),
    isOpen(producerId, producerEpoch) {
      const known = producers.get(producerId)
      return known?.transactionStart !== undefined && known.epoch === producerEpoch
    },
    knows: (producerId) => producers.get(producerId) !== undefined,
    producers: () => [...producers.all()],
    async end(ending) {
      const { producerId, producerEpoch, isCommit, coordinatorEpoch } = ending
      if (isThere(producers.get(producerId), ending)) return
      const bytes = markerBatch({ isCommit, coordinatorEpoch }, producerId, producerEpoch, clock.now())
      await writer.append({ bytes, header: readBatchHeader(bytes)! })
    },
    expireProducers: (before) => producers.expire(before),
  }
}

/** Whether the marker was written before: a coordinator that was killed does not know. */
function isThere(known: ProducerState | undefined, ending: TransactionEnd): boolean {
  if (!known) return false
  const { producerId, producerEpoch, coordinatorEpoch, version } = ending
  const isOpen = known.transactionStart !== undefined
  if (producerEpoch === known.epoch && !isOpen) return true
  const isLate = version >= 2 ? producerEpoch <= known.epoch : producerEpoch < known.epoch
  if (isLate) throw fencedEpoch(producerId, producerEpoch, known.epoch)
  if (coordinatorEpoch < known.coordinatorEpoch)
    throw new KafkaRefusal(
      'TRANSACTION_COORDINATOR_FENCED',
      `coordinator epoch ${coordinatorEpoch} of producer ${producerId} was followed by ${known.coordinatorEpoch}`,
    )
  return false
}
