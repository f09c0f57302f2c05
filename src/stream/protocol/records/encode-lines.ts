import { encodeLinesModule } from './encode-lines-module.ts'

/** What is used of it: the types of Node leave it out. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What encode-lines.wat exports. */
interface EncodeLines {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly encodeLines: (
    from: number,
    end: number,
    to: number,
    limit: number,
    count: number,
    timestamp: bigint,
  ) => [from: number, to: number, count: number, lines: number]
}

/** Lines that were made records. */
export interface EncodedLines {
  /** Memory that the next call uses again. */
  readonly records: Uint8Array
  readonly recordCount: number
  /** Of the lines with their newlines. */
  readonly bytesRead: number
  /** Empty ones too. */
  readonly linesRead: number
}

/** What is read at once stays in the cache of the processor between its copies. */
export const linesBytesMax = 16_384
/** What is read and written lies between sixteen bytes: these are taken at a time. */
const marginBytes = 16

const { memory, encodeLines: encode } = new WebAssembly.Instance(
  new WebAssembly.Module(Buffer.from(encodeLinesModule, 'base64')),
).exports as EncodeLines
const bytes = new Uint8Array(memory.buffer)
const recordsStart = linesBytesMax + marginBytes

/**
 * The whole lines at the start of `lines` as records, of which at most the first `linesBytesMax` bytes are looked at: up to the first line
 * that ends after these, or whose record would make the records longer than `bytesMax`. Empty lines are left out; a carriage
 * return before the newline too. `offsetDelta` is of the first record, `timestampDelta` of all.
 */
export function encodeLines(
  lines: Buffer,
  { offsetDelta, timestampDelta, bytesMax }: { offsetDelta: number; timestampDelta: number; bytesMax: number },
): EncodedLines {
  const length = Math.min(lines.length, linesBytesMax)
  bytes.set(lines.subarray(0, length))
  const limit = Math.min(recordsStart + bytesMax, bytes.length - marginBytes)
  const [from, to, count, linesRead] = encode(0, length, recordsStart, limit, offsetDelta, zigzag(timestampDelta))
  return {
    records: bytes.subarray(recordsStart, to),
    recordCount: count - offsetDelta,
    bytesRead: from,
    linesRead,
  }
}

function zigzag(number: number): bigint {
  return BigInt(number >= 0 ? number * 2 : number * -2 - 1)
}
