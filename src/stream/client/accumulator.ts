import type { BatchBuffers } from '../protocol/records/batch-buffers.ts'
import { BatchBuilder, noProducer } from '../protocol/records/batch-builder.ts'
import type { Compression } from '../protocol/records/batch-header.ts'
import { appendLines } from '../protocol/records/lines.ts'
import type { OutgoingRecord, ProducerId } from './producer.ts'

export interface CutBatch {
  readonly batch: Buffer
  readonly records: number
  /** Before compression. */
  readonly bytes: number
}

/** The open batch of one partition; gives each batch its sequence number when it is cut. */
export interface Accumulator {
  readonly partition: number
  readonly empty: boolean
  /** Of the open batch, were it cut now without compression. */
  readonly byteLength: number
  /** False when the batch is full: cut, then append again. */
  append(record: OutgoingRecord, key: Buffer | null): boolean
  /** As `appendLines` of the batch. */
  appendLines(chunk: Buffer, start: number): { readonly next: number; readonly full: boolean; readonly lines: number }
  cut(): CutBatch
}

/** Sequence numbers begin again at 0 after 2^31 - 1. */
const sequences = 2 ** 31

export function createAccumulator(
  partition: number,
  options: {
    readonly batchBytesMax: number
    readonly buffers: BatchBuffers
    readonly compression: Compression
    readonly producer: ProducerId | undefined
    readonly nextSequence: number
  },
): Accumulator {
  const builder = new BatchBuilder(options.batchBytesMax, options.buffers)
  let { nextSequence } = options
  return {
    partition,
    get empty() {
      return builder.recordCount === 0
    },
    get byteLength() {
      return builder.byteLength
    },
    append: ({ value, timestampMs, headers }, key) =>
      builder.append(bytesOf(value), key, timestampMs ?? Date.now(), headers),
    appendLines: (chunk, start) => appendLines(builder, chunk, start, Date.now()),
    cut() {
      const records = builder.recordCount
      const bytes = builder.byteLength
      const identity = options.producer ? { ...options.producer, baseSequence: nextSequence } : noProducer
      nextSequence = (nextSequence + records) % sequences
      return { batch: builder.finish(options.compression, identity), records, bytes }
    },
  }
}

export function bytesOf(value: Buffer | string | null | undefined): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : (value ?? null)
}
