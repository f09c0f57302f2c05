import { crc32c } from '@node-rs/crc32'
import { corrupt } from '../corrupt.ts'

/** Where the fields of a record batch (format v2) lie, from its first byte. */
export const batchField = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  /** The checksum covers all from here on, so base offset and leader epoch may be changed in place. */
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** The header is this long; records follow. */
export const batchHeaderBytes = 61
/** A batch's length field counts what follows it: 12 bytes less than the batch has. */
export const batchLengthOverhead = 12

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export interface BatchHeader {
  readonly baseOffset: number
  /** The whole batch, from its base offset to the next one's. */
  readonly byteLength: number
  readonly leaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  /** Milliseconds since the epoch, as are all timestamps. */
  readonly firstTimestamp: number
  readonly maxTimestamp: number
  /** -1 when the producer is not idempotent; then epoch and sequence are -1 too. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/**
 * Reads the header at `at`. Undefined when the buffer ends before the batch does, as the last one of a fetch may. Throws
 * WEIR-3001 for a length that no batch has and for another magic than 2. The checksum is not looked at.
 */
export function readBatchHeader(buffer: Buffer, at = 0): BatchHeader | undefined {
  if (buffer.length - at < batchHeaderBytes) return undefined
  const byteLength = buffer.readInt32BE(at + batchField.length) + batchLengthOverhead
  if (byteLength < batchHeaderBytes) throw corrupt(`a record batch of ${byteLength} bytes`)
  const magic = buffer.readInt8(at + batchField.magic)
  if (magic !== 2) throw corrupt(`a record batch of format ${magic}, where only 2 is read`)
  if (at + byteLength > buffer.length) return undefined
  return {
    baseOffset: readLong(buffer, at + batchField.baseOffset),
    byteLength,
    leaderEpoch: buffer.readInt32BE(at + batchField.leaderEpoch),
    magic,
    crc: buffer.readUInt32BE(at + batchField.crc),
    attributes: buffer.readInt16BE(at + batchField.attributes),
    lastOffsetDelta: buffer.readInt32BE(at + batchField.lastOffsetDelta),
    firstTimestamp: readLong(buffer, at + batchField.firstTimestamp),
    maxTimestamp: readLong(buffer, at + batchField.maxTimestamp),
    producerId: readLong(buffer, at + batchField.producerId),
    producerEpoch: buffer.readInt16BE(at + batchField.producerEpoch),
    baseSequence: buffer.readInt32BE(at + batchField.baseSequence),
    recordCount: buffer.readInt32BE(at + batchField.recordCount),
  }
}

/** One beyond the last offset of whole batches; undefined when there are none. */
export function endOfBatches(batches: Buffer): number | undefined {
  let last = -1
  for (let at = 0; at + batchHeaderBytes <= batches.length;) {
    last = at
    at += batches.readInt32BE(at + batchField.length) + batchLengthOverhead
  }
  if (last < 0) return undefined
  return readLong(batches, last) + batches.readInt32BE(last + batchField.lastOffsetDelta) + 1
}

/** How many records whole batches have. */
export function recordsOf(batches: Buffer): number {
  let records = 0
  for (let at = 0; at + batchHeaderBytes <= batches.length;) {
    records += batches.readInt32BE(at + batchField.recordCount)
    // A head that is no batch's would be walked over for ever.
    at += Math.max(batchHeaderBytes, batches.readInt32BE(at + batchField.length) + batchLengthOverhead)
  }
  return records
}

export function compressionOf(attributes: number): Compression {
  const compression = compressions[attributes & 7]
  if (!compression) throw corrupt(`a record batch with compression ${attributes & 7}`)
  return compression
}

export function attributesOf(compression: Compression): number {
  return compressions.indexOf(compression)
}

/** Records' timestamps are then the batch's `maxTimestamp`. */
export function usesLogAppendTime(attributes: number): boolean {
  return (attributes & 8) !== 0
}

export function isTransactional(attributes: number): boolean {
  return (attributes & 16) !== 0
}

/** Commit and abort markers; no record of a user is in it. */
export function isControlBatch(attributes: number): boolean {
  return (attributes & 32) !== 0
}

/** Set by compaction: `firstTimestamp` is then the time after which tombstones of the batch, or the marker, may go (KIP-534). */
export const deleteHorizonFlag = 64

export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & deleteHorizonFlag) !== 0
}

/** Whether the whole batch at `at` has the checksum that it says. */
export function hasValidChecksum(buffer: Buffer, at: number, byteLength: number): boolean {
  return checksumOf(buffer, at, byteLength) === buffer.readUInt32BE(at + batchField.crc)
}

/** CRC32C from the attributes to the end. */
export function checksumOf(buffer: Buffer, at: number, byteLength: number): number {
  return crc32c(buffer.subarray(at + batchField.attributes, at + byteLength)) >>> 0
}

/** Writes the checksum of a batch that was changed; gives the batch. */
export function withChecksum(batch: Buffer): Buffer {
  batch.writeUInt32BE(checksumOf(batch, 0, batch.length), batchField.crc)
  return batch
}

/** Gives a batch its place in a log. These fields lie outside the checksum. */
export function placeBatch(buffer: Buffer, at: number, baseOffset: number, leaderEpoch: number): void {
  writeLong(buffer, at + batchField.baseOffset, baseOffset)
  buffer.writeInt32BE(leaderEpoch, at + batchField.leaderEpoch)
}

export function readLong(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 4294967296 + buffer.readUInt32BE(at + 4)
}

export function writeLong(buffer: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 4294967296)
  buffer.writeInt32BE(high, at)
  buffer.writeUInt32BE(value - high * 4294967296, at + 4)
}
