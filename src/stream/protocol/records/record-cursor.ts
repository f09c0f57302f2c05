import { corrupt } from '../corrupt.ts'
import {
  batchHeaderBytes,
  compressionOf,
  readBatchHeader,
  usesLogAppendTime,
  type BatchHeader,
} from './batch-header.ts'
import { decompress } from './compression.ts'

/**
 * Walks over the records of one batch without making an object for any: after each `next()` the fields say where the
 * record's parts lie in `buffer`. Whatever the bytes are, it ends or throws WEIR-3001; records before the broken one were right.
 *
 *   const cursor = openRecords(buffer, at, header)
 *   while (cursor.next()) use(cursor.buffer, cursor.valueStart, cursor.valueEnd)
 */
export class RecordCursor {
  /** What the positions refer to: the batch, or what it unpacked to. */
  readonly buffer: Buffer
  offset = -1
  /** Milliseconds since the epoch. */
  timestamp = -1
  /** Start and end are -1 for null. */
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  /** From the count of headers to the end of the record: see `readHeaders`. */
  headersStart = 0
  headersEnd = 0
  #position: number
  #left: number
  readonly #end: number
  readonly #baseOffset: number
  readonly #firstTimestamp: number
  readonly #appendTimestamp: number | undefined

  constructor(buffer: Buffer, start: number, end: number, header: BatchHeader) {
    this.buffer = buffer
    this.#position = start
    this.#end = end
    this.#left = header.recordCount
    this.#baseOffset = header.baseOffset
    this.#firstTimestamp = header.firstTimestamp
    this.#appendTimestamp = usesLogAppendTime(header.attributes) ? header.maxTimestamp : undefined
  }

  /** Moves to the next record; false after the last. */
  next(): boolean {
    if (this.#left <= 0) {
      if (this.#position !== this.#end || this.#left < 0) throw corrupt('a record batch whose records do not fill it')
      return false
    }
    this.#left--
    const length = this.#varint()
    const start = this.#position
    const end = start + length
    if (length < 0 || end > this.#end) throw corrupt(`a record of ${length} bytes, where ${this.#end - start} are left`)
    this.#position = start + 1 // attributes: none is defined
    const timestampDelta = this.#varint()
    this.timestamp = this.#appendTimestamp ?? this.#firstTimestamp + timestampDelta
    this.offset = this.#baseOffset + this.#varint()
    const keyLength = this.#varint()
    this.keyStart = keyLength < 0 ? -1 : this.#position
    this.keyEnd = keyLength < 0 ? -1 : (this.#position += keyLength)
    if (this.#position > end) throw corrupt(`a key of ${keyLength} bytes in a record of ${length}`)
    const valueLength = this.#varint()
    this.valueStart = valueLength < 0 ? -1 : this.#position
    this.valueEnd = valueLength < 0 ? -1 : (this.#position += valueLength)
    // The count of headers takes a byte at least.
    if (this.#position >= end) throw corrupt(`a value of ${valueLength} bytes in a record of ${length}`)
    this.headersStart = this.#position
    this.headersEnd = end
    this.#position = end
    return true
  }

  /** Zigzag, exact to 2^53; most are one or two bytes. */
  #varint(): number {
    const buffer = this.buffer
    let at = this.#position
    let byte = buffer[at++]!
    if (byte < 0x80) {
      this.#position = at
      if (at > this.#end) throw corrupt('a record that is cut off')
      return (byte >>> 1) ^ -(byte & 1)
    }
    let value = byte & 0x7f
    let scale = 128
    do {
      byte = buffer[at++]!
      value += (byte & 0x7f) * scale
      scale *= 128
      if (at > this.#end || scale > 2 ** 70) throw corrupt('a record with a number that has no end')
    } while (byte >= 0x80)
    this.#position = at
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

/**
 * The records of the batch at `at`, unpacked if need be. Throws WEIR-3001 when it does not unpack, or to more than
 * `decompressedBytesMax` (default 512 MiB). The checksum is the caller's to check.
 */
export function openRecords(
  buffer: Buffer,
  at: number,
  header: BatchHeader,
  decompressedBytesMax?: number,
): RecordCursor {
  const start = at + batchHeaderBytes
  const end = at + header.byteLength
  const compression = compressionOf(header.attributes)
  if (compression === 'none') return new RecordCursor(buffer, start, end, header)
  const records = decompress(compression, buffer.subarray(start, end), decompressedBytesMax)
  return new RecordCursor(records, 0, records.length, header)
}

/** The whole batches in a fetched buffer, in order; a last one that is cut off is left out. */
export function* batchesIn(buffer: Buffer): Generator<{ readonly at: number; readonly header: BatchHeader }> {
  for (let at = 0; ;) {
    const header = readBatchHeader(buffer, at)
    if (!header) return
    yield { at, header }
    at += header.byteLength
  }
}
