import { crc32c } from '@node-rs/crc32'
import type { Files } from '../../../kernel/files/files.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import type { Segment } from './segment.ts'
import { SparseIndex, type IndexEntry } from './sparse-index.ts'

const numbersBefore = 5 // format, size of the segment, end offset, largest timestamp, number of entries
const numbersOfEntry = 3
const numbersOfAborted = 4
const format = 2

/** What an index file says of its segment, as it was when it was saved. */
export interface SavedIndex {
  readonly size: number
  readonly endOffset: number
  readonly index: SparseIndex
}

/**
 * Saves a sealed segment's index beside it. One that is torn is found by its checksum and made again; it is synced only when that
 * would mean to read all files, because of the transactions that it knows.
 */
export async function saveIndex(files: Files, segment: Segment): Promise<void> {
  // What is not whole any more has to be read at the next start.
  if (segment.garbledAt !== undefined) return
  const bytes = Buffer.from(numbersOf(segment).buffer)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32c(bytes) >>> 0)
  const path = indexPath(segment.path)
  if ((await files.size(path)) !== undefined) await files.remove(path)
  const file = await files.open(path, 'write')
  try {
    await file.write([checksum, bytes], 0)
    if (segment.index.aborted.length > 0) await file.sync()
  } finally {
    await file.close()
  }
}

/** The last saved index of the segment at `path`, which may have grown since; undefined when it is absent or torn. */
export async function loadIndex(files: Files, path: string): Promise<SavedIndex | undefined> {
  const where = indexPath(path)
  const byteLength = await files.size(where)
  if (byteLength === undefined || byteLength < 4 + numbersBefore * 8 || (byteLength - 4) % 8 !== 0) return undefined
  const bytes = await files.read(where)
  const body = Buffer.from(bytes.subarray(4)) // a copy begins at a multiple of eight
  if (crc32c(body) >>> 0 !== bytes.readUInt32BE(0)) return undefined
  const numbers = new Float64Array(body.buffer, body.byteOffset, body.byteLength / 8)
  return numbers[0] === format ? savedIn(numbers) : undefined
}

function numbersOf({ size, endOffset, index }: Segment): Float64Array<ArrayBuffer> {
  const { entries, maxTimestamp, aborted } = index
  const abortedAt = numbersBefore + entries.length * numbersOfEntry
  const numbers = new Float64Array(abortedAt + aborted.length * numbersOfAborted)
  numbers.set([format, size, endOffset, maxTimestamp, entries.length])
  entries.forEach((entry, at) =>
    numbers.set([entry.offset, entry.position, entry.timestampBefore], numbersBefore + at * numbersOfEntry),
  )
  aborted.forEach(({ producerId, firstOffset, lastOffset, stableAfter }, at) =>
    numbers.set([producerId, firstOffset, lastOffset, stableAfter], abortedAt + at * numbersOfAborted),
  )
  return numbers
}

function savedIn(numbers: Float64Array): SavedIndex {
  const [, size, endOffset, maxTimestamp, count] = numbers as unknown as [number, number, number, number, number]
  const abortedAt = numbersBefore + count * numbersOfEntry
  const entries: IndexEntry[] = []
  for (let at = numbersBefore; at < abortedAt; at += numbersOfEntry)
    entries.push({ offset: numbers[at]!, position: numbers[at + 1]!, timestampBefore: numbers[at + 2]! })
  const aborted: AbortedTransaction[] = []
  for (let at = abortedAt; at < numbers.length; at += numbersOfAborted) {
    const [producerId, firstOffset, lastOffset, stableAfter] = numbers.subarray(at, at + numbersOfAborted)
    aborted.push({
      producerId: producerId!,
      firstOffset: firstOffset!,
      lastOffset: lastOffset!,
      stableAfter: stableAfter!,
    })
  }
  return { size, endOffset, index: new SparseIndex(entries, maxTimestamp, aborted) }
}

export function indexPath(segment: string): string {
  return segment.replace(/\.log$/, '.index')
}
