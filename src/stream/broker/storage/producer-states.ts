import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'

interface KnownBatch {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
}

interface ProducerState {
  epoch: number
  readonly batches: KnownBatch[]
}

export interface ProducerSnapshot {
  /** All batches below this offset are in it. */
  readonly offset: number
  readonly producers: readonly {
    readonly id: number
    readonly epoch: number
    readonly batches: readonly KnownBatch[]
  }[]
}

const batchesKept = 5
const producersMax = 10_000

/**
 * What the idempotent producers of one partition wrote last (KIP-98): a batch that comes again is answered with its first
 * place, one that leaves a gap is refused. Batches count from the moment they are placed; `forget` takes those back whose
 * write failed.
 */
export class ProducerStates {
  readonly #producers = new Map<number, ProducerState>()
  #holeFrom = 0

  /**
   * The log was restored, and goes on behind a hole that begins here. A producer may have sent more since the backup, which is
   * gone: behind the hole it goes on with whatever sequence is its next.
   */
  passHole(from: number): void {
    this.#holeFrom = from
  }

  /** The batch that this one repeats; undefined for a new one. Throws KafkaRefusal for a gap or an old epoch. */
  repeated(header: BatchHeader): { readonly baseOffset: number; readonly lastOffset: number } | undefined {
    const state = this.#producers.get(header.producerId)
    if (header.producerId < 0 || !state) return undefined
    if (header.producerEpoch < state.epoch)
      throw new KafkaRefusal(
        'INVALID_PRODUCER_EPOCH',
        `epoch ${header.producerEpoch} of producer ${header.producerId} was followed by ${state.epoch}`,
      )
    const isBeforeHole = (state.batches.at(-1)?.lastOffset ?? Infinity) < this.#holeFrom
    if (header.producerEpoch > state.epoch) {
      if (header.baseSequence === 0 || isBeforeHole) return undefined
      throw outOfOrder(header, 0)
    }
    const lastSequence = advance(header.baseSequence, header.lastOffsetDelta)
    const same = state.batches.find(
      (batch) => batch.baseSequence === header.baseSequence && batch.lastSequence === lastSequence,
    )
    if (same) return same
    const last = state.batches.at(-1)
    const due = last ? advance(last.lastSequence, 1) : header.baseSequence
    if (header.baseSequence !== due && !(isBeforeHole && isLater(header.baseSequence, due)))
      throw outOfOrder(header, due)
    return undefined
  }

  /** `durableEnd` bounds what may be dropped: at least one durable batch of a producer is always known. */
  placed(header: BatchHeader, baseOffset: number, durableEnd: number): void {
    if (header.producerId < 0) return
    let state = this.#producers.get(header.producerId)
    if (!state || state.epoch !== header.producerEpoch) state = { epoch: header.producerEpoch, batches: [] }
    // Set anew, so that the map is in the order of last use.
    this.#producers.delete(header.producerId)
    this.#producers.set(header.producerId, state)
    state.batches.push({
      baseSequence: header.baseSequence,
      lastSequence: advance(header.baseSequence, header.lastOffsetDelta),
      baseOffset,
      lastOffset: baseOffset + header.lastOffsetDelta,
    })
    while (state.batches.length > batchesKept && state.batches[1]!.lastOffset < durableEnd) state.batches.shift()
    if (this.#producers.size > producersMax) this.#producers.delete(this.#producers.keys().next().value!)
  }

  /** Takes back what was placed at `offset` and beyond. */
  forget(offset: number): void {
    for (const [id, state] of this.#producers) {
      while ((state.batches.at(-1)?.lastOffset ?? -1) >= offset) state.batches.pop()
      if (state.batches.length === 0) this.#producers.delete(id)
    }
  }

  snapshot(offset: number): ProducerSnapshot {
    const producers = [...this.#producers].map(([id, { epoch, batches }]) => ({
      id,
      epoch,
      batches: batches.filter((batch) => batch.lastOffset < offset),
    }))
    return { offset, producers: producers.filter(({ batches }) => batches.length > 0) }
  }

  restore(snapshot: ProducerSnapshot): void {
    for (const { id, epoch, batches } of snapshot.producers) this.#producers.set(id, { epoch, batches: [...batches] })
  }
}

/** Sequences follow 2^31 - 1 with 0. */
function advance(sequence: number, by: number): number {
  return (sequence + by) % 2 ** 31
}

/** Sequences go round: what is less than half of them ahead is later. */
function isLater(sequence: number, than: number): boolean {
  return (sequence - than + 2 ** 31) % 2 ** 31 < 2 ** 30
}

function outOfOrder(header: BatchHeader, due: number): KafkaRefusal {
  return new KafkaRefusal(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `producer ${header.producerId} sent sequence ${header.baseSequence} where ${due} is due`,
  )
}
