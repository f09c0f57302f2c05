import { isUtf8 } from 'node:buffer'
import { LinePrefix } from './line-prefix.ts'
import { rejectionOf, type Rejection } from './rejection.ts'
import type { ObjectPlan } from './scan-plan.ts'
import { ScanState, skipSpace, type Failure } from './scan-state.ts'
import { scanObject } from './scan-value.ts'

export type Appended = 'accepted' | 'rejected' | 'full'

/** A value as it lies in a fetched batch, and where it comes from. */
export interface RawValue {
  readonly buffer: Uint8Array
  /** -1 for null. */
  readonly start: number
  readonly end: number
  readonly offset: number
  readonly timestamp: number
  readonly partition: number
  /** Its value is a key alone, whose row is deleted. */
  readonly deletes?: boolean
}

/** Besides the value a line has its prefix, a newline and the words that are read beyond the end. */
const overhead = 128
const loopCopyBytesMax = 200

/**
 * A block of lines for DuckDB's `read_json`: each an accepted record as it came, with a prefix that says where it came from.
 * A record is checked where it lies in the block, byte by byte, against its columns (`docs/spec/values.md`), so that
 * nothing DuckDB does with it can change it. No object is made for a record.
 *
 * Bytes beyond ASCII are not looked at: `isUtf8` over many lines at once is cheaper. Call it for what was appended, and
 * when it is false `cutBack` and append again with `isCareful`.
 */
export class JsonLines {
  readonly #scan: ScanState
  readonly #plan: ObjectPlan
  readonly #keyPlan: ObjectPlan
  readonly #prefix = new LinePrefix()
  #length = 0
  #rows = 0
  #longest = 0
  #valueStart = 0

  /** `keyPlan` is what a value that deletes is checked by. */
  constructor(plan: ObjectPlan, bytes: number, ignoreUnknown: boolean, keyPlan: ObjectPlan = plan) {
    this.#plan = plan
    this.#keyPlan = keyPlan
    this.#scan = new ScanState(bytes)
    this.#scan.ignoreUnknown = ignoreUnknown
  }

  get rows(): number {
    return this.#rows
  }

  get length(): number {
    return this.#length
  }

  get capacity(): number {
    return this.#scan.buffer.length
  }

  /** Bytes of the longest line that there was. */
  get longest(): number {
    return this.#longest
  }

  /** A view; valid until the next append. */
  get bytes(): Uint8Array {
    return this.#scan.buffer.subarray(0, this.#length)
  }

  /** `full`: nothing was taken. Quoted decimals and defaults make a line longer. */
  append(value: RawValue, isCareful: boolean): Appended {
    const size = value.end - value.start
    if (value.start < 0) return this.#refuse('tombstone')
    if (size === 0) return this.#refuse('empty')
    if (this.#length + size * 2 + overhead > this.#scan.buffer.length && !this.#fits(size)) return 'full'
    const { buffer } = this.#scan
    this.#prefix.moveTo(value.offset, value.timestamp, value.partition, value.deletes)
    const { bytes: prefix } = this.#prefix
    const prefixEnd = this.#length + prefix.length
    for (let at = 0; at < prefix.length; at++) buffer[this.#length + at] = prefix[at]!
    copyBytes(value, buffer, prefixEnd)
    // No text holds this byte, so every loop of the scan ends here.
    buffer[prefixEnd + size] = 0
    this.#valueStart = prefixEnd
    if (isCareful && !isUtf8(buffer.subarray(prefixEnd, prefixEnd + size))) return this.#refuse('utf-8')
    const scanned = this.#scanRecord(prefixEnd, prefixEnd + size, value.deletes === true ? this.#keyPlan : this.#plan)
    if (scanned < 0) return 'rejected'
    const needed = scanned + this.#scan.insertions.bytes + overhead
    if (needed > buffer.length) {
      if (this.#length > 0) return 'full'
      this.#scan.allocate(needed)
      return this.append(value, isCareful)
    }
    const end = this.#scan.insertions.apply(buffer, scanned)
    buffer[end] = 10
    if (end + 1 - this.#length > this.#longest) this.#longest = end + 1 - this.#length
    this.#length = end + 1
    this.#rows++
    return 'accepted'
  }

  /** Why the last append answered `rejected`. */
  rejection(): Rejection {
    return rejectionOf(this.#scan, this.#valueStart)
  }

  /** The name of the field that the last record was rejected for because the table has no such column. */
  get unknownField(): string | undefined {
    return this.#scan.failure === 'unknown' ? this.#scan.failedKey : undefined
  }

  isUtf8From(length: number): boolean {
    return isUtf8(this.#scan.buffer.subarray(length, this.#length))
  }

  /** Makes room for more than there was, behind what is there. */
  grow(): void {
    const { bytes } = this
    this.#scan.allocate(this.capacity * 2)
    this.#scan.buffer.set(bytes)
  }

  /** Empty again, for the next block. */
  clear(): void {
    this.cutBack(0, 0)
    this.#longest = 0
  }

  /** Takes back what was appended since the block had this length and these rows. */
  cutBack(length: number, rows: number): void {
    this.#length = length
    this.#rows = rows
  }

  /** Where the record ends, before anything is inserted; -1 when it was rejected. */
  #scanRecord(start: number, end: number, plan: ObjectPlan): number {
    const scan = this.#scan
    const { buffer } = scan
    scan.at = start
    if (skipSpace(scan) !== 123) return this.#refuseStart(start)
    // The prefix has the brace already.
    buffer[scan.at++] = 32
    const isEmpty = skipSpace(scan) === 125
    scan.insertions.clear()
    if (!scanObject(scan, plan, 1)) return -1
    const after = scan.at
    skipSpace(scan)
    if (scan.at !== end) return (scan.fail('trailing'), -1)
    if (isEmpty && scan.insertions.isEmpty) buffer[start - 1] = 32
    return after
  }

  #refuseStart(start: number): -1 {
    const { buffer, at } = this.#scan
    const hasMark = buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf
    this.#scan.fail(hasMark ? 'bom' : buffer[at] === 0 ? 'empty' : 'not an object')
    return -1
  }

  #refuse(failure: Failure): 'rejected' {
    this.#valueStart = this.#length
    this.#scan.fail(failure, undefined, this.#length, this.#length)
    return 'rejected'
  }

  /** The doubled size is for quotes; without decimals there are none. An empty block grows to what one record needs. */
  #fits(size: number): boolean {
    const needed = size * 2 + overhead
    if (this.#length > 0 || needed <= this.#scan.buffer.length) return false
    this.#scan.allocate(needed)
    return true
  }
}

function copyBytes({ buffer: source, start, end }: RawValue, target: Uint8Array, to: number): void {
  if (end - start > loopCopyBytesMax) target.set(source.subarray(start, end), to)
  else for (let at = start, place = to; at < end; at++, place++) target[place] = source[at]!
}
