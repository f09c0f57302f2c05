import { KafkaRefusal } from '../kafka-refusal.ts'
import type { OffsetHole } from '../../offset-holes.ts'
import type { CheckedBatch } from '../storage/checked-batch.ts'
import type { PartitionCheckpoint } from '../storage/partition-checkpoint.ts'
import type { PartitionLog } from '../storage/partition-log.ts'

/** Where the partitions of a topic lie, and how they are opened. */
export interface PartitionPlaces {
  /** For messages: `orders-3`. */
  name(index: number): string
  /** As it was written down last. */
  written(index: number): PartitionCheckpoint
  isAsWritten(index: number): Promise<boolean>
  open(partition: Partition): Promise<PartitionLog>
  /** It is closed again. */
  closed(partition: Partition): void
}

/** What can be told of a partition whether it is open or not. */
export interface PartitionView {
  readonly startOffset: number
  readonly endOffset: number
  readonly bytes: number
  readonly segmentCount: number
  readonly leaderEpoch: number
  readonly holes: readonly OffsetHole[]
  readonly trouble: string | undefined
}

const noHoles: readonly OffsetHole[] = []

/**
 * A partition of a topic, opened when it is first used: one that nobody uses costs no file and next to no memory. A class,
 * because there are ten thousand of them, and a closure for each method would be most of what they need.
 */
export class Partition {
  readonly index: number
  readonly #places: PartitionPlaces
  readonly #now: () => number
  #log: PartitionLog | undefined
  #opening: Promise<PartitionLog> | undefined
  #closing: Promise<void> | undefined
  #listeners: Set<() => void> | undefined
  #appendsWaiting = 0
  #usedAt = 0
  #closed = false

  constructor(index: number, places: PartitionPlaces, now: () => number) {
    this.index = index
    this.#places = places
    this.#now = now
  }

  get name(): string {
    return this.#places.name(this.index)
  }

  /** What is open; nothing is opened for it. */
  get opened(): PartitionLog | undefined {
    return this.#log
  }

  get written(): PartitionCheckpoint {
    return this.#places.written(this.index)
  }

  get view(): PartitionView {
    return this.#log ?? viewOf(this.written)
  }

  /** By the clock of the log. */
  get usedAt(): number {
    return this.#usedAt
  }

  /** Opens it unless it is. Rejects with KafkaRefusal when it cannot be opened; the next call tries again. */
  log(): Promise<PartitionLog> {
    this.#usedAt = this.#now()
    if (this.#log) return Promise.resolve(this.#log)
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  /** In the order of calls, whether it is open or not. */
  append(batch: CheckedBatch): Promise<number> {
    if (this.#log && this.#appendsWaiting === 0) {
      this.#usedAt = this.#now()
      return this.#log.append(batch)
    }
    this.#appendsWaiting++
    return this.log()
      .finally(() => this.#appendsWaiting--)
      .then((log) => log.append(batch))
  }

  /** Called when there may be more to read, or when the partition is closed; returns how to stop that. */
  onChange(listener: () => void): () => void {
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** What is open has changed. */
  changed(): void {
    for (const listener of this.#listeners ?? []) listener()
  }

  /** At a start: what a predecessor left unfinished is ended now; what is as it was written down stays closed. */
  async recover(): Promise<void> {
    if (!this.#log && !(await this.#places.isAsWritten(this.index))) await this.log()
  }

  /**
   * Closes the log when nothing was asked of it for so long, and nobody waits for what comes. With it the knowledge of a trouble
   * would go, and transactions that hang are looked for in what is open.
   */
  async rest(unusedMs: number): Promise<void> {
    const log = this.#log
    const isWanted = this.#appendsWaiting > 0 || (this.#listeners?.size ?? 0) > 0
    if (!log || isWanted || log.isWorking() || this.#now() - this.#usedAt < unusedMs) return
    if (log.trouble !== undefined || log.transactions.hasOpen) return
    this.#log = undefined
    this.#closing = log.close().finally(() => this.#places.closed(this))
    await this.#closing
  }

  /** For good. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#opening?.catch(() => undefined)
    await this.#closing?.catch(() => undefined)
    await this.#log?.close().finally(() => this.#places.closed(this))
  }

  async #open(): Promise<PartitionLog> {
    await this.#closing?.catch(() => undefined)
    if (this.#closed) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `${this.name} is closed`)
    return (this.#log = await this.#places.open(this))
  }
}

function viewOf({ startOffset, recoveryPoint, outline }: PartitionCheckpoint): PartitionView {
  return {
    startOffset,
    endOffset: recoveryPoint,
    bytes: outline?.bytes ?? 0,
    segmentCount: outline?.segments ?? 0,
    leaderEpoch: outline?.leaderEpoch ?? 0,
    holes: outline?.holes ?? noHoles,
    trouble: undefined,
  }
}
