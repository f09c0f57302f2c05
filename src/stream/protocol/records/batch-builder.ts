import { assert } from '../../../kernel/assert.ts'
import { newBuffers, type BatchBuffers } from './batch-buffers.ts'
import {
  attributesOf,
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  checksumOf,
  writeLong,
  type Compression,
} from './batch-header.ts'
import { compress } from './compression.ts'
import { encodeLines } from './encode-lines.ts'
import type { RecordHeader } from './headers.ts'
import { varintBytes, writeVarint } from './varint.ts'

/** Who wrote a batch, for brokers that take each batch of a producer once; all -1 without. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

export const noProducer: ProducerIdentity = { producerId: -1, producerEpoch: -1, baseSequence: -1 }

/** A builder grows to `bytesMax` as it is used: many are open at once, and most stay small. */
const firstBufferBytes = 16_384
/** The most that a record has besides key, value and headers. */
const recordOverheadMax = 40

/**
 * Puts records into one large buffer as they come, and makes a batch of them. `append*` returns false, and takes nothing,
 * when the record would make the batch larger than `bytesMax`: then `finish` and append again. A first record is always taken.
 * `bytesMax` is before compression.
 */
export class BatchBuilder {
  readonly bytesMax: number
  readonly #buffers: BatchBuffers
  #buffer: Buffer
  #position = batchHeaderBytes
  #count = 0
  #firstTimestamp = 0
  #maxTimestamp = 0

  constructor(bytesMax = 900_000, buffers = newBuffers) {
    this.bytesMax = bytesMax
    this.#buffers = buffers
    this.#buffer = buffers.take(Math.min(bytesMax, firstBufferBytes))
  }

  get recordCount(): number {
    return this.#count
  }

  /** Of the batch, were it finished now without compression. */
  get byteLength(): number {
    return this.#position
  }

  append(
    value: Buffer | null,
    key: Buffer | null,
    timestamp: number,
    headers: readonly RecordHeader[] = noHeaders,
  ): boolean {
    const headersBytes = headers.length === 0 ? 1 : headersLength(headers)
    const size = (value?.length ?? 0) + (key?.length ?? 0) + headersBytes
    if (!this.#makeRoom(size + recordOverheadMax)) return false
    const timestampDelta = this.#deltaOf(timestamp)
    this.#noteTimestamp(timestamp)
    const body =
      1 +
      varintBytes(timestampDelta) +
      varintBytes(this.#count) +
      varintBytes(key === null ? -1 : key.length) +
      varintBytes(value === null ? -1 : value.length) +
      size
    const buffer = this.#buffer
    let at = writeVarint(buffer, this.#position, body)
    buffer[at++] = 0
    at = writeVarint(buffer, at, timestampDelta)
    at = writeVarint(buffer, at, this.#count)
    at = writeBytes(buffer, at, key)
    at = writeBytes(buffer, at, value)
    at = writeHeaders(buffer, at, headers)
    this.#position = at
    this.#count++
    return true
  }

  /** The lines at the start of `lines`, as `encodeLines` takes them, as long as there is room; gives what was read of them. */
  appendLines(lines: Buffer, timestamp: number): { readonly bytesRead: number; readonly linesRead: number } {
    const { records, recordCount, bytesRead, linesRead } = encodeLines(lines, {
      offsetDelta: this.#count,
      timestampDelta: this.#deltaOf(timestamp),
      bytesMax: this.bytesMax - this.#position,
    })
    if (recordCount > 0) {
      this.#noteTimestamp(timestamp)
      this.#makeRoom(records.length)
      this.#buffer.set(records, this.#position)
      this.#position += records.length
      this.#count += recordCount
    }
    return { bytesRead, linesRead }
  }

  /** The batch, with base offset 0; the builder is empty again. At least one record must have been appended. */
  finish(compression: Compression = 'none', producer: ProducerIdentity = noProducer): Buffer {
    assert(this.#count > 0, 'a batch has records')
    const batch = this.#take(compression)
    writeLong(batch, batchField.baseOffset, 0)
    batch.writeInt32BE(batch.length - batchLengthOverhead, batchField.length)
    batch.writeInt32BE(-1, batchField.leaderEpoch)
    batch[batchField.magic] = 2
    batch.writeInt16BE(attributesOf(compression), batchField.attributes)
    batch.writeInt32BE(this.#count - 1, batchField.lastOffsetDelta)
    writeLong(batch, batchField.firstTimestamp, this.#firstTimestamp)
    writeLong(batch, batchField.maxTimestamp, this.#maxTimestamp)
    batch.writeInt32BE(this.#count, batchField.recordCount)
    setProducer(batch, producer)
    this.#position = batchHeaderBytes
    this.#count = 0
    return batch
  }

  #take(compression: Compression): Buffer {
    const used = this.#buffer.subarray(0, this.#position)
    if (compression !== 'none')
      return Buffer.concat([used.subarray(0, batchHeaderBytes), compress(compression, used.subarray(batchHeaderBytes))])
    if (used.length < this.#buffer.length / 2) return Buffer.from(used)
    // A copy of a full buffer costs more than a new one.
    this.#buffer = this.#buffers.take(Math.min(this.bytesMax, this.#buffer.length))
    return used
  }

  #makeRoom(length: number): boolean {
    const needed = this.#position + length
    if (this.#count > 0 && needed > this.bytesMax) return false
    if (needed > this.#buffer.length) this.#grow(needed)
    return true
  }

  #grow(needed: number): void {
    const smaller = this.#buffer
    const larger = this.#buffers.take(Math.max(needed, Math.min(this.bytesMax, smaller.length * 2)))
    smaller.copy(larger, 0, 0, this.#position)
    this.#buffer = larger
    this.#buffers.giveBack(smaller)
  }

  #deltaOf(timestamp: number): number {
    return this.#count === 0 ? 0 : timestamp - this.#firstTimestamp
  }

  #noteTimestamp(timestamp: number): void {
    if (this.#count === 0) this.#firstTimestamp = this.#maxTimestamp = timestamp
    else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }
}

/** Writes who sends the batch, and the checksum, which covers it. */
export function setProducer(batch: Buffer, producer: ProducerIdentity): void {
  writeLong(batch, batchField.producerId, producer.producerId)
  batch.writeInt16BE(producer.producerEpoch, batchField.producerEpoch)
  batch.writeInt32BE(producer.baseSequence, batchField.baseSequence)
  batch.writeUInt32BE(checksumOf(batch, 0, batch.length), batchField.crc)
}

const noHeaders: readonly RecordHeader[] = []

function writeBytes(buffer: Buffer, at: number, bytes: Buffer | null): number {
  if (bytes === null) return writeVarint(buffer, at, -1)
  const start = writeVarint(buffer, at, bytes.length)
  return start + bytes.copy(buffer, start)
}

function headersLength(headers: readonly RecordHeader[]): number {
  let total = varintBytes(headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    total += varintBytes(keyLength) + keyLength + (value ? varintBytes(value.length) + value.length : 1)
  }
  return total
}

function writeHeaders(buffer: Buffer, start: number, headers: readonly RecordHeader[]): number {
  let at = writeVarint(buffer, start, headers.length)
  for (const { key, value } of headers) {
    at = writeBytes(buffer, at, Buffer.from(key))
    at = writeBytes(buffer, at, value)
  }
  return at
}
