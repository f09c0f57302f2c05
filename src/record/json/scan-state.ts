import { Insertions } from './insertions.ts'
import type { FieldPlan } from './scan-plan.ts'

/** Why a record was not accepted; `rejection.ts` has the words. */
export type Failure =
  | 'syntax'
  | 'end'
  | 'trailing'
  | 'not an object'
  | 'depth'
  | 'control'
  | 'escape'
  | 'surrogate'
  | 'utf-8'
  | 'bom'
  | 'type'
  | 'not an integer'
  | 'range'
  | 'digits'
  | 'scale'
  | 'text'
  | 'zone'
  | 'empty text'
  | 'no zone'
  | 'null'
  | 'missing'
  | 'duplicate'
  | 'case'
  | 'reserved'
  | 'unknown'
  /** Of a struct. */
  | 'unknown inside'
  | 'empty'
  | 'tombstone'
  | 'csv'
  /** They would make the line too long. */
  | 'defaults'

/** Objects and lists that may lie within each other. */
export const depthMax = 128

/**
 * Where a scan is. It works in place, in a block that it may change: newlines between tokens become spaces, so that a
 * record stays one line. The byte at the end of a record is 0, which no JSON may contain: no loop looks for the end.
 */
export class ScanState {
  buffer!: Uint8Array
  /** The same memory, four bytes at a time. */
  words!: Int32Array
  /** The same, from any place on. */
  view!: DataView
  at = 0
  failure: Failure = 'syntax'
  failedField: FieldPlan | undefined
  /** The name, for failures about a key. */
  failedKey = ''
  /** Start and end of the token that failed. */
  failedAt = 0
  failedEnd = 0
  /** Quotes around numbers of which DuckDB reads all digits from text only, and the defaults of fields that are missing. */
  readonly insertions = new Insertions()
  /** Newlines that were found between tokens. */
  newlines = 0
  /** Whether the last string had an escape. */
  escaped = false
  ignoreUnknown = false

  constructor(bytes: number) {
    this.allocate(bytes)
  }

  /** Other memory, of which nothing is known. */
  allocate(bytes: number): void {
    this.buffer = Buffer.allocUnsafeSlow(bytes)
    this.words = new Int32Array(this.buffer.buffer, 0, bytes >>> 2)
    this.view = new DataView(this.buffer.buffer, 0, bytes)
  }

  /** Always false: `return scan.fail(…)`. */
  fail(failure: Failure, field?: FieldPlan, from = this.at, to = this.at): false {
    this.failure = failure
    this.failedField = field
    this.failedAt = from
    this.failedEnd = to
    return false
  }

  failKey(failure: Failure, key: string, field?: FieldPlan): false {
    this.failedKey = key
    return this.fail(failure, field)
  }

  textOf(from: number, to: number): string {
    return Buffer.from(this.buffer.buffer, this.buffer.byteOffset + from, to - from).toString('latin1')
  }
}

/** Moves to the next byte that is no white space and gives it. */
export function skipSpace(scan: ScanState): number {
  const buffer = scan.buffer
  let at = scan.at
  let byte = buffer[at]!
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
    if (byte === 10) scan.newlines++
    if (byte !== 32) buffer[at] = 32
    byte = buffer[++at]!
  }
  scan.at = at
  return byte
}
