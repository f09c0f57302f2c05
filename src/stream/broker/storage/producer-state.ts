import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'

export interface KnownBatch {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
}

/** What one producer wrote last in one partition. Each change makes a new one. */
export interface ProducerState {
  readonly epoch: number
  /** The last few, oldest first; none after a marker of a newer epoch. */
  readonly batches: readonly KnownBatch[]
  /** Of the coordinator that ended its last transaction; -1 before one. */
  readonly coordinatorEpoch: number
  /** The first offset of its open transaction. */
  readonly transactionStart?: number | undefined
  /** As its last batch says. */
  readonly lastTimestamp: number
  /** When it last wrote, by the clock of the log. */
  readonly seenAt: number
}

/** As many as Kafka's clients have in flight at most. */
const batchesKept = 5

/** The batch that this one repeats, if it is known. */
export function repeatedBatch(state: ProducerState, header: BatchHeader): KnownBatch | undefined {
  if (header.producerEpoch !== state.epoch) return undefined
  const lastSequence = lastSequenceOf(header)
  return state.batches.find(
    (batch) => batch.baseSequence === header.baseSequence && batch.lastSequence === lastSequence,
  )
}

/**
 * Throws KafkaRefusal for a new batch of an old epoch, one outside a transaction that is open, and one that leaves a gap.
 * `isBeforeHole`: the log was restored, and what the producer sent since the backup is gone: it goes on with its next sequence.
 */
export function checkNewBatch(
  state: ProducerState,
  header: BatchHeader,
  isTransactional: boolean,
  isBeforeHole: boolean,
): void {
  const { producerId, producerEpoch, baseSequence } = header
  if (producerEpoch < state.epoch) throw fencedEpoch(producerId, producerEpoch, state.epoch)
  if (state.transactionStart !== undefined && !isTransactional)
    throw new KafkaRefusal(
      'INVALID_TXN_STATE',
      `producer ${producerId} has a transaction open since offset ${state.transactionStart}, and sent a batch outside of it`,
    )
  if (isBeforeHole && producerEpoch > state.epoch) return
  const due = producerEpoch === state.epoch ? dueSequence(state) : 0
  if (baseSequence !== due && !(isBeforeHole && isLater(baseSequence, due)))
    throw new KafkaRefusal(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `producer ${producerId} sent sequence ${baseSequence} where ${due} is due`,
    )
}

export function fencedEpoch(producerId: number, epoch: number, current: number): KafkaRefusal {
  return new KafkaRefusal(
    'INVALID_PRODUCER_EPOCH',
    `epoch ${epoch} of producer ${producerId} was followed by ${current}`,
  )
}

/** The state with one batch more. */
export function withBatch(
  state: ProducerState | undefined,
  header: BatchHeader,
  baseOffset: number,
  isTransactional: boolean,
  seenAt: number,
): ProducerState {
  const { producerEpoch: epoch, baseSequence, lastOffsetDelta, maxTimestamp } = header
  const lastSequence = lastSequenceOf(header)
  const batch = { baseSequence, lastSequence, baseOffset, lastOffset: baseOffset + lastOffsetDelta }
  const known = state?.epoch === epoch ? state.batches : []
  return {
    epoch,
    batches: [...known.slice(1 - batchesKept), batch],
    coordinatorEpoch: state?.coordinatorEpoch ?? -1,
    transactionStart: state?.transactionStart ?? (isTransactional ? baseOffset : undefined),
    lastTimestamp: maxTimestamp,
    seenAt,
  }
}

/** The state after its transaction ended. */
export function withMarker(
  state: ProducerState | undefined,
  epoch: number,
  coordinatorEpoch: number,
  timestamp: number,
  seenAt: number,
): ProducerState {
  const batches = state?.epoch === epoch ? state.batches : []
  return { epoch, batches, coordinatorEpoch, lastTimestamp: timestamp, seenAt }
}

/** Behind a marker that raised the epoch, sequences begin anew. */
function dueSequence({ batches }: ProducerState): number {
  const last = batches.at(-1)
  return last ? advance(last.lastSequence, 1) : 0
}

function lastSequenceOf({ baseSequence, lastOffsetDelta }: BatchHeader): number {
  return advance(baseSequence, lastOffsetDelta)
}

/** Sequences follow 2^31 - 1 with 0. */
function advance(sequence: number, by: number): number {
  return (sequence + by) % 2 ** 31
}

/** Sequences go round: what is less than half of them ahead is later. */
function isLater(sequence: number, than: number): boolean {
  return (sequence - than + 2 ** 31) % 2 ** 31 < 2 ** 30
}
