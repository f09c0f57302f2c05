import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Appended, JsonLines, RawValue } from '../../record/json/json-lines.ts'
import { hiddenBatches, type AbortedTransaction } from '../../stream/client/aborted-records.ts'
import { hasValidChecksum, readBatchHeader, type BatchHeader } from '../../stream/protocol/records/batch-header.ts'
import { openRecords, type RecordCursor } from '../../stream/protocol/records/record-cursor.ts'
import type { Rejection } from '../../record/json/rejection.ts'
import type { DeleteReader } from '../keys/read-delete.ts'
import { letterLine } from './letter-lines.ts'
import type { LineBlock } from './line-block.ts'

/** Enough to be worth a turn of the event loop, and little enough (some 5 ms) to answer others in between. */
const sliceBytesMax = 4 * 1024 * 1024
/** After bytes that are not UTF-8, so many slices are checked record by record: bad producers seldom send one. */
const carefulSlices = 64

export type Fed =
  | { readonly kind: 'more' | 'full' | 'done' }
  /** A record has a field that the table lacks: give the feed a block of a wider table, or `rejectNext`. */
  | { readonly kind: 'new field'; readonly value: Buffer; readonly offset: number }

/** From a record's bytes to those that are scanned: CSV becomes JSON; or why that is not possible. */
export type Decode = (value: Buffer) => Buffer | Rejection

export interface FeedOptions {
  readonly decode?: Decode | undefined
  readonly aborted?: readonly AbortedTransaction[] | undefined
  /** Of a table with a key: which records delete, and what. */
  readonly deletes?: DeleteReader | undefined
}

/** What was fetched of one partition, on its way into blocks, a slice at a time. */
export class BatchFeed {
  readonly partition: number
  readonly #records: Buffer
  readonly #source: string
  readonly #decode: Decode | undefined
  readonly #deletes: DeleteReader | undefined
  #batchAt = 0
  #header: BatchHeader | undefined
  #cursor: RecordCursor | undefined
  /** Records of the open batch that were taken. */
  #taken = 0
  /** The cursor is at a record that is not taken yet. */
  #held = false
  #position: number
  #careful = 0
  #rejectNext: Rejection | undefined
  readonly #isHidden: (header: BatchHeader) => boolean

  constructor(
    partition: number,
    records: Buffer,
    position: number,
    source: string,
    { decode, aborted = [], deletes }: FeedOptions = {},
  ) {
    this.#isHidden = hiddenBatches(aborted)
    this.partition = partition
    this.#records = records
    this.#position = position
    this.#source = source
    this.#decode = decode
    this.#deletes = deletes
  }

  /** The offset after the last that was taken. */
  get position(): number {
    return this.#position
  }

  /** The record that the last `new field` was about becomes a letter. */
  rejectNext(rejection: Rejection): void {
    this.#rejectNext = rejection
  }

  /** Appends at most one slice. Throws WEIR-5019 for a batch that is not what its producer sent. */
  feed(block: LineBlock, stopAtNewField: boolean, now: number): Fed {
    if (!this.#cursor && !this.#openBatch(block, now)) return { kind: 'done' }
    if (!this.#cursor) return { kind: 'more' }
    const { lines } = block
    const begin = { length: lines.length, rows: lines.rows, taken: this.#taken, position: this.#position }
    let slice = this.#feedSlice(block, stopAtNewField, this.#careful > 0)
    if (this.#careful > 0) this.#careful--
    else if (!lines.isUtf8From(begin.length)) {
      lines.cutBack(begin.length, begin.rows)
      this.#careful = carefulSlices
      this.#position = begin.position
      this.#skipTo(begin.taken)
      slice = this.#feedSlice(block, stopAtNewField, true)
    }
    if (slice.fed.kind === 'done') this.#closeBatch()
    if (this.#position > begin.position) {
      const { read, letters } = slice
      const count = { from: begin.position, to: this.#position, read, rejected: letters.length }
      block.add(this.partition, count, letters, now)
    }
    return slice.fed.kind === 'done' ? { kind: 'more' } : slice.fed
  }

  #feedSlice(block: LineBlock, stopAtNewField: boolean, careful: boolean): Slice {
    const { lines } = block
    const cursor = this.#cursor!
    const letters: Buffer[] = []
    const from = lines.length
    let read = 0
    let letterBytes = 0
    while (this.#held || cursor.next()) {
      this.#held = true
      if (cursor.offset >= this.#position) {
        const answer = this.#rejectNext ? 'rejected' : this.#append(lines, cursor, careful)
        if (answer === 'full') return { fed: { kind: 'full' }, read, letters }
        if (answer === 'rejected') {
          if (stopAtNewField && !this.#rejectNext && lines.unknownField !== undefined) {
            const value = Buffer.from(cursor.buffer.subarray(cursor.valueStart, cursor.valueEnd))
            return { fed: { kind: 'new field', value, offset: cursor.offset }, read, letters }
          }
          const letter = letterLine(cursor, this.#source, this.partition, this.#rejectNext ?? lines.rejection())
          this.#rejectNext = undefined
          letters.push(letter)
          letterBytes += letter.length
        }
        read++
        this.#position = cursor.offset + 1
      }
      this.#held = false
      this.#taken++
      if (lines.length - from + letterBytes >= sliceBytesMax) return { fed: { kind: 'more' }, read, letters }
    }
    return { fed: { kind: 'done' }, read, letters }
  }

  #append(lines: JsonLines, cursor: RecordCursor, careful: boolean): Appended {
    const answer = lines.append(this.#value(cursor), careful)
    if (answer !== 'rejected' || !this.#deletes || this.#rejectNext || raw.deletes || raw.end <= raw.start)
      return answer
    // What deletes needs its key only: the rest of it may not fit.
    const key = this.#deletes.ofValue(Buffer.from(raw.buffer.subarray(raw.start, raw.end)))
    if (!key) return answer
    this.#deleteBy(key)
    return lines.append(raw, careful)
  }

  #deleteBy(key: Buffer): void {
    raw.buffer = key
    raw.start = 0
    raw.end = key.length
    raw.deletes = true
  }

  #value(cursor: RecordCursor): RawValue {
    raw.deletes = false
    raw.buffer = cursor.buffer
    raw.start = cursor.valueStart
    raw.end = cursor.valueEnd
    raw.offset = cursor.offset
    raw.timestamp = cursor.timestamp
    raw.partition = this.partition
    if (this.#deletes && raw.start < 0) return this.#tombstone(cursor, this.#deletes)
    if (!this.#decode || raw.end <= raw.start) return raw
    const decoded = this.#decode(cursor.buffer.subarray(raw.start, raw.end))
    if (!Buffer.isBuffer(decoded)) {
      this.#rejectNext = decoded
      // Scanned for nothing: the letter takes the reason just given.
      raw.end = raw.start
      return raw
    }
    raw.buffer = decoded
    raw.start = 0
    raw.end = decoded.length
    return raw
  }

  #tombstone({ buffer, keyStart, keyEnd }: RecordCursor, deletes: DeleteReader): RawValue {
    const key = deletes.ofKey(keyStart < 0 ? undefined : buffer.subarray(keyStart, keyEnd))
    if (Buffer.isBuffer(key)) this.#deleteBy(key)
    else this.#rejectNext = key
    return raw
  }

  /** False when there is no whole batch left. Batches without records for us are passed over. */
  #openBatch(block: LineBlock, now: number): boolean {
    const header = readBatchHeader(this.#records, this.#batchAt)
    if (!header) return false
    const { partition } = this
    if (!hasValidChecksum(this.#records, this.#batchAt, header.byteLength))
      throw stopped(partition, header, 'has a wrong checksum')
    this.#header = header
    // Markers and aborted records are gaps: offsets are not counts (delivery.md, rule 11).
    const isHidden = this.#isHidden(header)
    if (isHidden || header.baseOffset + header.lastOffsetDelta < this.#position) {
      const from = this.#position
      this.#closeBatch()
      if (this.#position > from) block.add(partition, { from, to: this.#position, read: 0, rejected: 0 }, [], now)
      return true
    }
    this.#cursor = openRecords(this.#records, this.#batchAt, header)
    this.#taken = 0
    this.#held = false
    return true
  }

  #closeBatch(): void {
    const { baseOffset, lastOffsetDelta, byteLength } = this.#header!
    this.#position = Math.max(this.#position, baseOffset + lastOffsetDelta + 1)
    this.#batchAt += byteLength
    this.#cursor = undefined
    this.#header = undefined
  }

  #skipTo(taken: number): void {
    this.#cursor = openRecords(this.#records, this.#batchAt, this.#header!)
    this.#held = false
    this.#taken = 0
    while (this.#taken < taken && this.#cursor.next()) this.#taken++
  }
}

interface Slice {
  readonly fed: Fed
  readonly read: number
  readonly letters: readonly Buffer[]
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
/** One for all, filled anew for each record: the scanner is not left before it is done with it. */
const raw: Mutable<RawValue> = {
  buffer: Buffer.alloc(0),
  start: 0,
  end: 0,
  offset: 0,
  timestamp: 0,
  partition: 0,
  deletes: false,
}

function stopped(partition: number, { baseOffset }: BatchHeader, what: string): WeirError {
  return new WeirError('WEIR-5019', `the batch at offset ${baseOffset} of partition ${partition} ${what}`)
}
