import type { PartitionBounds, RecordSource } from '../../src/delivery/record-source.ts'
import type { OffsetHole } from '../../src/stream/offset-holes.ts'
import { placeBatch } from '../../src/stream/protocol/records/batch-header.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import type { Compression } from '../../src/stream/protocol/records/batch-header.ts'

interface StoredBatch {
  readonly base: number
  readonly next: number
  readonly bytes: Buffer
}

export interface KeyedRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp?: number
}

/** A topic in memory with real record batches, for tests that must take offsets away or make holes. */
export class RecordLog implements RecordSource {
  readonly id: string
  readonly stream = 'events'
  isGone = false
  readonly #partitions: StoredBatch[][]
  readonly #starts: number[]
  readonly #ends: number[]
  readonly #holes: OffsetHole[][]
  #wake: (() => void)[] = []

  constructor(id = 'c0ffee00-0000-4000-8000-000000000001', partitions = 1) {
    this.id = id
    this.#partitions = Array.from({ length: partitions }, () => [])
    this.#starts = Array.from({ length: partitions }, () => 0)
    this.#ends = Array.from({ length: partitions }, () => 0)
    this.#holes = Array.from({ length: partitions }, () => [])
  }

  /** One batch; null is a tombstone. */
  append(partition: number, values: readonly (string | Buffer | null)[], compression: Compression = 'none'): void {
    const builder = new BatchBuilder(100_000_000)
    for (const value of values)
      builder.append(value === null ? null : Buffer.from(value), Buffer.from('k'), 1_700_000_000_000, [])
    this.appendBatch(partition, builder.finish(compression), values.length)
  }

  /** One batch of records with keys; a value that is null is a tombstone. */
  appendKeyed(partition: number, records: readonly KeyedRecord[]): void {
    const builder = new BatchBuilder(100_000_000)
    for (const { key, value, timestamp = 1_700_000_000_000 } of records)
      builder.append(value === null ? null : Buffer.from(value), key === null ? null : Buffer.from(key), timestamp, [])
    this.appendBatch(partition, builder.finish('none'), records.length)
  }

  appendBatch(partition: number, bytes: Buffer, count: number): void {
    const base = this.#ends[partition]!
    placeBatch(bytes, 0, base, 0)
    this.#partitions[partition]!.push({ base, next: base + count, bytes })
    this.#ends[partition] = base + count
    for (const wake of this.#wake.splice(0)) wake()
  }

  /** Offsets that no record has: as compaction or a control batch leaves them. */
  leaveGap(partition: number, offsets: number): void {
    this.#ends[partition]! += offsets
  }

  /** As a restored log goes on. */
  jump(partition: number, offsets: number): void {
    const from = this.#ends[partition]!
    this.#holes[partition]!.push({ from, to: from + offsets })
    this.leaveGap(partition, offsets)
  }

  /** Retention. */
  truncate(partition: number, start: number): void {
    this.#starts[partition] = start
    this.#partitions[partition] = this.#partitions[partition]!.filter(({ next }) => next > start)
  }

  async fetch(request: Parameters<RecordSource['fetch']>[0]) {
    const answers = request.partitions.map(({ partition, offset }) => {
      if (this.isGone) return { kind: 'gone' as const, partition }
      const end = this.#ends[partition]!
      if (offset < this.#starts[partition]! || offset > end) return { kind: 'out of range' as const, partition }
      const records = this.#from(partition, offset, request.bytesMax)
      return { kind: 'records' as const, partition, records, end }
    })
    if (answers.some((answer) => answer.kind !== 'records' || answer.records.length > 0)) return answers
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, request.waitMs)
      const done = () => (clearTimeout(timer), resolve())
      this.#wake.push(done)
      request.signal?.addEventListener('abort', done, { once: true })
    })
    return answers
  }

  #from(partition: number, offset: number, bytesMax: number): Buffer {
    const taken: Buffer[] = []
    let bytes = 0
    for (const batch of this.#partitions[partition]!) {
      if (batch.next <= offset) continue
      if (bytes > 0 && bytes + batch.bytes.length > bytesMax) break
      // Behind a hole another segment begins, and another answer.
      if (bytes > 0 && this.#holes[partition]!.some(({ to }) => offset < to && to <= batch.base)) break
      taken.push(batch.bytes)
      bytes += batch.bytes.length
    }
    return Buffer.concat(taken)
  }

  async openTransaction(): Promise<string | undefined> {
    return undefined
  }

  async bounds(partitions: readonly number[]): Promise<readonly PartitionBounds[]> {
    return partitions.map((partition) => ({
      partition,
      start: this.#starts[partition]!,
      end: this.#ends[partition]!,
      holes: this.#holes[partition]!,
    }))
  }

  async refresh(): Promise<void> {}

  async close(): Promise<void> {}
}
