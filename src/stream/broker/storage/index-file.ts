import { crc32c } from '@node-rs/crc32'
import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import { readFully } from './scan-stretch.ts'
import type { Segment, SegmentTimes } from './segment.ts'
import { removeIfThere } from './small-file.ts'
import { entryNumbers, SparseIndex } from './sparse-index.ts'

/** What an index's file says of its segment, as it was when it was saved. */
export interface SavedIndex {
  readonly size: number
  readonly endOffset: number
  readonly times: SegmentTimes
  readonly aborted: readonly AbortedTransaction[]
}

interface Head extends SavedIndex {
  /** Where the entries begin in the file. */
  readonly byteLength: number
  readonly entriesBytes: number
  readonly entriesChecksum: number
}

/**
 * The head, of numbers of eight bytes: its checksum; format, size of the segment, end offset, first and largest timestamp, how many
 * entries there are and their checksum, how many aborted transactions; these. Then the entries, which are read when they are needed.
 */
const numbersBefore = 9
const numbersOfAborted = 4
const format = 3

/**
 * Saves a sealed segment's index beside it. One that is torn is found by its checksums and made again; it is synced only when that
 * would mean to read all files, because of the transactions that it knows.
 */
export async function saveIndex(files: Files, segment: Segment): Promise<void> {
  const { index, garbledAt, aborted, path: segmentPath } = segment
  // What is not whole any more has to be read at the next start.
  if (garbledAt !== undefined || !index) return
  const entries = bytesOf(index.numbers)
  const path = indexPath(segmentPath)
  await removeIfThere(files, path)
  const file = await files.open(path, 'write')
  try {
    await file.write([headOf(segment, index, entries), entries], 0)
    if (aborted.length > 0) await file.sync()
  } finally {
    await file.close()
  }
}

/** What was saved of the segment at `path`, which may have grown since; undefined when it is absent or torn. */
export async function loadSavedIndex(files: Files, path: string): Promise<SavedIndex | undefined> {
  const where = indexPath(path)
  const fileBytes = await files.size(where)
  if (fileBytes === undefined) return undefined
  const file = await files.open(where, 'read')
  try {
    const bytes = await readUpTo(file, Math.min(fileBytes, numbersBefore * 8))
    const headBytes = headBytesIn(bytes)
    const head = headBytes > fileBytes ? undefined : headIn(await readUpTo(file, headBytes))
    return head && head.byteLength + head.entriesBytes === fileBytes ? head : undefined
  } finally {
    await file.close()
  }
}

/** The whole index of a segment, if its file has it. */
export async function loadIndex(
  files: Files,
  segment: Segment,
  intervalBytes: number,
): Promise<SparseIndex | undefined> {
  const where = indexPath(segment.path)
  if ((await files.size(where)) === undefined) return undefined
  const bytes = await files.read(where)
  const headBytes = headBytesIn(bytes)
  const head = headBytes > bytes.length ? undefined : headIn(bytes.subarray(0, headBytes))
  const entries = Buffer.from(bytes.subarray(headBytes)) // a copy begins at a multiple of eight
  const isWhole = head?.entriesChecksum === crc32c(entries) >>> 0 && head.endOffset === segment.endOffset
  if (!isWhole) return undefined
  return new SparseIndex(intervalBytes, numbersIn(entries), head.times)
}

export function indexPath(segment: string): string {
  return segment.replace(/\.log$/, '.index')
}

/**
 * A segment's file, with its index. With a delay it only loses its name at once: it stays for those who look for what they should
 * not have lost, at most until the next start.
 */
export async function removeFile(files: Files, segmentPath: string, delayMs: number): Promise<void> {
  await removeIfThere(files, indexPath(segmentPath))
  // Of damage there may be none.
  if ((await files.size(segmentPath)) === undefined) return
  if (delayMs === 0) return files.remove(segmentPath)
  const deleted = `${segmentPath}${deletedSuffix}`
  await files.rename(segmentPath, deleted)
  // The topic may go meanwhile.
  setTimeout(() => void files.remove(deleted).catch(() => undefined), Math.min(delayMs, 2 ** 31 - 1)).unref()
}

/** Behind the name of a file that is no segment any more. */
export const deletedSuffix = '.deleted'

function headOf({ size, endOffset, aborted }: Segment, index: SparseIndex, entries: Buffer): Buffer {
  const { firstTimestamp, maxTimestamp, numbers } = index
  const count = numbers.length / entryNumbers
  const fields = [format, size, endOffset, firstTimestamp, maxTimestamp, count, crc32c(entries) >>> 0, aborted.length]
  const ends = aborted.flatMap((one) => [one.producerId, one.firstOffset, one.lastOffset, one.stableAfter])
  const checked = bytesOf(Float64Array.from([...fields, ...ends]))
  return Buffer.concat([bytesOf(Float64Array.of(crc32c(checked) >>> 0)), checked])
}

/** How long the head is, if this is one; Infinity for what is none. */
function headBytesIn(bytes: Buffer): number {
  if (bytes.length < numbersBefore * 8 || bytes.readDoubleLE(8) !== format) return Infinity
  const aborted = bytes.readDoubleLE((numbersBefore - 1) * 8)
  return aborted >= 0 ? (numbersBefore + aborted * numbersOfAborted) * 8 : Infinity
}

function headIn(bytes: Buffer): Head | undefined {
  if (crc32c(bytes.subarray(8)) >>> 0 !== bytes.readDoubleLE(0)) return undefined
  const numbers = numbersIn(Buffer.from(bytes))
  const [, , size, endOffset, firstTimestamp, maxTimestamp, count, entriesChecksum] = [...numbers] as number[]
  return {
    size: size!,
    endOffset: endOffset!,
    times: { firstTimestamp: firstTimestamp!, maxTimestamp: maxTimestamp! },
    aborted: abortedIn(numbers.subarray(numbersBefore)),
    byteLength: bytes.length,
    entriesBytes: count! * entryNumbers * 8,
    entriesChecksum: entriesChecksum!,
  }
}

function abortedIn(numbers: Float64Array): AbortedTransaction[] {
  return Array.from({ length: numbers.length / numbersOfAborted }, (_, at) => {
    const [producerId, firstOffset, lastOffset, stableAfter] = numbers.subarray(at * numbersOfAborted)
    return { producerId: producerId!, firstOffset: firstOffset!, lastOffset: lastOffset!, stableAfter: stableAfter! }
  })
}

async function readUpTo(file: OpenFile, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, await readFully(file, bytes, 0))
}

function bytesOf(numbers: Float64Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

/** The bytes begin at a multiple of eight. */
function numbersIn(bytes: Buffer): Float64Array<ArrayBuffer> {
  return new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / 8)
}
