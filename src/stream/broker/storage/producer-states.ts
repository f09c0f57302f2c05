import { isControlBatch, isTransactional, type BatchHeader } from '../../protocol/records/batch-header.ts'
import { readMarker, type TransactionMarker } from '../../protocol/records/transaction-marker.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { OpenTransactions, type AbortedTransaction } from './open-transactions.ts'
import {
  checkNewBatch,
  repeatedBatch,
  withBatch,
  withMarker,
  type KnownBatch,
  type ProducerState,
} from './producer-state.ts'

export interface ProducerSnapshot {
  /** All batches below this offset are in it. */
  readonly offset: number
  /** Whether a transaction ever ended below it. */
  readonly hasMarkers?: boolean
  readonly producers: readonly ({ readonly id: number } & Partial<ProducerState> &
    Pick<ProducerState, 'epoch' | 'batches'>)[]
}

/** A change that is not on the disk yet: what was before it. */
interface Undo {
  readonly offset: number
  readonly producerId: number
  readonly before: ProducerState | undefined
  readonly aborted?: AbortedTransaction
}

/** Beyond this, producers that are idle for long enough are forgotten before their time. */
const producersUsual = 10_000
/** Beyond this, no new one is taken. */
const producersMax = 50_000
/** No client sends a batch again after so long: librdkafka's and Java's delivery timeouts are 5 and 2 minutes. */
const retryMsMax = 15 * 60_000

/**
 * What the producers of one partition wrote last (KIP-98): a batch that comes again is answered with its first place, one that
 * leaves a gap is refused, and open transactions bound what readers of committed records see. Batches count from the moment
 * they are placed; `durable` says what is on the disk, `forget` takes back all that is not.
 */
export class ProducerStates {
  readonly #producers = new Map<number, ProducerState>()
  readonly #open = new OpenTransactions()
  #undo: Undo[] = []
  #hasMarkers = false
  #holeFrom = 0

  /** Whether a transaction ever ended in the partition. */
  get hasMarkers(): boolean {
    return this.#hasMarkers
  }

  /** The first offset that may still become aborted; undefined when none may. */
  get firstUnstable(): number | undefined {
    return this.#open.first
  }

  get(producerId: number): ProducerState | undefined {
    return this.#producers.get(producerId)
  }

  all(): Iterable<readonly [producerId: number, state: ProducerState]> {
    return this.#producers
  }

  /**
   * The log was restored, and goes on behind a hole that begins here. A producer may have sent more since the backup, which is
   * gone: behind the hole it goes on with whatever sequence is its next.
   */
  passHole(from: number): void {
    this.#holeFrom = from
  }

  /** The batch that this one repeats; undefined for a new one that may follow. Throws KafkaRefusal for one that may not. */
  repeated(header: BatchHeader): KnownBatch | undefined {
    if (header.producerId < 0) return undefined
    const state = this.#producers.get(header.producerId)
    if (!state) {
      if (this.#producers.size >= producersMax) this.#refuseOneMore(header.producerId)
      return undefined
    }
    const first = repeatedBatch(state, header)
    if (first) return first
    const isBeforeHole = (state.batches.at(-1)?.lastOffset ?? Infinity) < this.#holeFrom
    checkNewBatch(state, header, isTransactional(header.attributes), isBeforeHole)
    return undefined
  }

  /** A batch has its place. `bytes` are its own, for what a control batch says. */
  placed(header: BatchHeader, baseOffset: number, bytes: () => Buffer, now: number): void {
    const { producerId } = header
    if (producerId < 0) return
    if (!isControlBatch(header.attributes)) return this.#placedRecords(header, baseOffset, now)
    const marker = header.recordCount === 0 ? this.#emptiedMarker(producerId) : readMarker(bytes())
    if (marker) this.#placedMarker(header, marker, baseOffset, now)
  }

  /**
   * Compaction took the marker, because nothing of its transaction is left (Kafka keeps such a batch for its epoch too): whatever
   * was open ended here, and which way concerns no record.
   */
  #emptiedMarker(producerId: number): TransactionMarker {
    return { isCommit: true, coordinatorEpoch: this.#producers.get(producerId)?.coordinatorEpoch ?? -1 }
  }

  #placedRecords(header: BatchHeader, baseOffset: number, now: number): void {
    const { producerId } = header
    const before = this.#producers.get(producerId)
    const state = withBatch(before, header, baseOffset, isTransactional(header.attributes), now)
    if (before?.transactionStart === undefined && state.transactionStart !== undefined)
      this.#open.begin(producerId, baseOffset)
    this.#set(producerId, state)
    this.#undo.push({ offset: baseOffset, producerId, before })
    if (this.#producers.size > producersUsual) this.#forgetIdle(now - retryMsMax)
  }

  #placedMarker(header: BatchHeader, marker: TransactionMarker, offset: number, now: number): void {
    const { producerId, producerEpoch, maxTimestamp } = header
    const before = this.#producers.get(producerId)
    const firstOffset = before?.transactionStart
    const stableAfter = this.#open.firstOfOthers(producerId) ?? offset + 1
    this.#hasMarkers = true
    this.#open.end(producerId, offset)
    this.#set(producerId, withMarker(before, producerEpoch, marker.coordinatorEpoch, maxTimestamp, now))
    const aborted =
      firstOffset === undefined || marker.isCommit
        ? {}
        : { aborted: { producerId, firstOffset, lastOffset: offset, stableAfter } }
    this.#undo.push({ offset, producerId, before, ...aborted })
  }

  /** All below this offset is on the disk: nothing of it is taken back. Gives the transactions that are aborted thereby. */
  durable(endOffset: number): AbortedTransaction[] {
    this.#open.durable(endOffset)
    const left = this.#undo.findIndex(({ offset }) => offset >= endOffset)
    const done = this.#undo.splice(0, left < 0 ? this.#undo.length : left)
    return done.flatMap(({ aborted }) => aborted ?? [])
  }

  /** A batch that was found on the disk; gives the transaction that it says is aborted. */
  replayed(header: BatchHeader, bytes: () => Buffer, now: number): AbortedTransaction | undefined {
    this.placed(header, header.baseOffset, bytes, now)
    return this.durable(header.baseOffset + header.lastOffsetDelta + 1)[0]
  }

  /** Takes back all that is not on the disk. */
  forget(): void {
    for (const { producerId, before } of this.#undo.toReversed()) {
      if (before) this.#producers.set(producerId, before)
      else this.#producers.delete(producerId)
    }
    this.#undo = []
    this.#open.reset(startsOf(this.#producers))
  }

  /** Forgets producers that wrote nothing since `before` and have no transaction open: Kafka's producer.id.expiration.ms. */
  expire(before: number): void {
    for (const [producerId, state] of this.#producers) {
      if (state.seenAt < before && this.#mayForget(producerId, state)) this.#producers.delete(producerId)
    }
  }

  /** What is on the disk, which ends at `offset`. */
  snapshot(offset: number): ProducerSnapshot {
    const durable = new Map(this.#producers)
    for (const { producerId, before } of this.#undo.toReversed()) {
      if (before) durable.set(producerId, before)
      else durable.delete(producerId)
    }
    return { offset, hasMarkers: this.#hasMarkers, producers: [...durable].map(([id, state]) => ({ id, ...state })) }
  }

  restore(snapshot: ProducerSnapshot, now: number): void {
    this.#hasMarkers = snapshot.hasMarkers ?? false
    for (const { id, ...state } of snapshot.producers)
      this.#producers.set(id, { coordinatorEpoch: -1, lastTimestamp: -1, seenAt: now, ...state })
    this.#open.reset(startsOf(this.#producers))
  }

  /** Set anew, so that the map is in the order of last use. */
  #set(producerId: number, state: ProducerState): void {
    this.#producers.delete(producerId)
    this.#producers.set(producerId, state)
  }

  #forgetIdle(before: number): void {
    for (const [producerId, state] of this.#producers) {
      if (this.#producers.size <= producersUsual || state.seenAt >= before) return
      if (this.#mayForget(producerId, state)) this.#producers.delete(producerId)
    }
  }

  #mayForget(producerId: number, { transactionStart }: ProducerState): boolean {
    return transactionStart === undefined && !this.#undo.some((undo) => undo.producerId === producerId)
  }

  #refuseOneMore(producerId: number): never {
    throw new KafkaRefusal(
      'THROTTLING_QUOTA_EXCEEDED',
      `producer ${producerId} is one too many: the partition knows ${producersMax} that wrote within ${retryMsMax / 60_000} minutes or have a transaction open. Use producers for longer`,
    )
  }
}

function* startsOf(producers: ReadonlyMap<number, ProducerState>): Generator<readonly [number, number]> {
  for (const [id, { transactionStart }] of producers) if (transactionStart !== undefined) yield [id, transactionStart]
}
