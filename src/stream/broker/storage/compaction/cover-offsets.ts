import {
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  isControlBatch,
  isTransactional,
  withChecksum,
  writeLong,
  type BatchHeader,
} from '../../../protocol/records/batch-header.ts'
import { epochOf, type LeaderEpoch } from '../leader-epochs.ts'

/** A batch as it goes into a cleaned file. */
export interface CoveringBatch {
  readonly bytes: Buffer
  readonly baseOffset: number
  readonly endOffset: number
  readonly maxTimestamp: number
}

/** A whole batch that stays. */
export interface StayingBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
  /** Its last offset tells the last sequence of its producer. */
  readonly isLastOfProducer: boolean
}

/** The most that the last offset of a batch may be behind its first. */
const offsetDeltaMax = 2 ** 31 - 1

/**
 * Makes each offset from `start` on lie in exactly one batch (INV-C3), whichever batches stay: the one before a gap reaches over
 * it, or a batch without records does where it may not. Gives the batches to write, in order.
 */
export class OffsetCover {
  readonly #epochs: readonly LeaderEpoch[]
  #last: StayingBatch | undefined
  #next: number

  constructor(start: number, epochs: readonly LeaderEpoch[]) {
    this.#epochs = epochs
    this.#next = start
  }

  /** What can be written now that this batch follows. */
  *add(batch: StayingBatch): Generator<CoveringBatch> {
    yield* this.coverTo(batch.header.baseOffset)
    this.#last = batch
    this.#next = batch.header.baseOffset + batch.header.lastOffsetDelta + 1
  }

  /** Covers all offsets in front of this one; a batch begins there. */
  *coverTo(offset: number): Generator<CoveringBatch> {
    const last = this.#last
    this.#last = undefined
    if (last) {
      const reach = mayReach(last) ? this.#reachOf(last.header.baseOffset, offset) : this.#next
      this.#next = Math.max(this.#next, reach)
      yield reaching(last, this.#next)
    }
    while (this.#next < offset) {
      const end = this.#reachOf(this.#next, offset)
      yield filler(this.#next, end, epochOf(this.#epochs, this.#next))
      this.#next = end
    }
  }

  /** How far a batch from `base` on may reach, at most to `offset`: its epoch is that of all its offsets. */
  #reachOf(base: number, offset: number): number {
    const epochEnd = this.#epochs.find(({ startOffset }) => startOffset > base)?.startOffset ?? Infinity
    return Math.min(offset, epochEnd, base + offsetDeltaMax + 1)
  }
}

/** Readers look for aborted transactions as far as a transactional batch reaches; they would take this one for a part of them. */
function mayReach({ header, isLastOfProducer }: StayingBatch): boolean {
  return !isLastOfProducer && !isTransactional(header.attributes) && !isControlBatch(header.attributes)
}

function reaching({ bytes, header }: StayingBatch, endOffset: number): CoveringBatch {
  const { baseOffset, lastOffsetDelta, maxTimestamp } = header
  const placed = { baseOffset, endOffset, maxTimestamp }
  if (endOffset === baseOffset + lastOffsetDelta + 1) return { ...placed, bytes }
  const longer = Buffer.from(bytes)
  longer.writeInt32BE(endOffset - 1 - baseOffset, batchField.lastOffsetDelta)
  return { ...placed, bytes: withChecksum(longer) }
}

/** No record, no producer, no time. */
function filler(baseOffset: number, endOffset: number, leaderEpoch: number): CoveringBatch {
  const bytes = Buffer.alloc(batchHeaderBytes)
  writeLong(bytes, batchField.baseOffset, baseOffset)
  bytes.writeInt32BE(batchHeaderBytes - batchLengthOverhead, batchField.length)
  bytes.writeInt32BE(leaderEpoch, batchField.leaderEpoch)
  bytes[batchField.magic] = 2
  bytes.writeInt32BE(endOffset - 1 - baseOffset, batchField.lastOffsetDelta)
  for (const field of ['firstTimestamp', 'maxTimestamp', 'producerId'] as const) writeLong(bytes, batchField[field], -1)
  bytes.writeInt16BE(-1, batchField.producerEpoch)
  bytes.writeInt32BE(-1, batchField.baseSequence)
  return { bytes: withChecksum(bytes), baseOffset, endOffset, maxTimestamp: -1 }
}
