import type { OpenFile } from '../../../kernel/files/files.ts'
import {
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  hasValidChecksum,
  readBatchHeader,
  type BatchHeader,
} from '../../protocol/records/batch-header.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import { SparseIndex } from './sparse-index.ts'

/** Where a batch begins: its place in the file, and its offset. */
export interface BatchPlace {
  readonly position: number
  readonly baseOffset: number
}

/** Whole batches in order, without a gap. */
export interface Stretch extends BatchPlace {
  readonly index: SparseIndex
  /** Those whose markers are in it. */
  readonly aborted: readonly AbortedTransaction[]
  readonly endOffset: number
  /** It ends here in the file. */
  readonly size: number
  /** Why it ends there, when the file goes on. */
  readonly stoppedBy?: string
  /** Where whole batches may be again. Behind a whole batch of another offset: the checksum does not cover that, it alone is wrong. */
  readonly searchFrom: number
  /** What follows in the file was never acknowledged. */
  readonly reachedLimit?: boolean
}

/** Told of each batch in turn, whose bytes are there during the call; gives the transaction that it says is aborted. */
export type OnBatch = (header: BatchHeader, bytes: () => Buffer) => AbortedTransaction | undefined

const chunkBytes = 4 * 1024 * 1024

/**
 * Reads batch after batch, checking length, checksum and order, up to the first that is not right or that begins at
 * `offsetLimit` or later (those were never acknowledged: the next segment begins there).
 */
export async function scanStretch(
  file: OpenFile,
  fileBytes: number,
  from: BatchPlace,
  { offsetLimit, indexIntervalBytes }: { readonly offsetLimit: number; readonly indexIntervalBytes: number },
  onBatch: OnBatch,
): Promise<Stretch> {
  const index = new SparseIndex(indexIntervalBytes)
  const found: AbortedTransaction[] = []
  let endOffset = from.baseOffset
  let { position } = from
  let buffer: Buffer = Buffer.alloc(0)
  let bufferAt = 0

  const load = async (length: number): Promise<boolean> => {
    if (position + length > fileBytes) return false
    if (position >= bufferAt && position + length <= bufferAt + buffer.length) return true
    const target = Buffer.allocUnsafeSlow(Math.min(fileBytes - position, Math.max(length, chunkBytes)))
    const got = await readFully(file, target, position)
    buffer = target.subarray(0, got)
    bufferAt = position
    return got >= length
  }
  const ended = (stoppedBy?: string, searchFrom = position): Stretch => ({
    ...from,
    index,
    aborted: found,
    endOffset,
    size: position,
    searchFrom,
    ...(stoppedBy ? { stoppedBy } : {}),
  })

  while (position < fileBytes) {
    if (!(await load(batchHeaderBytes))) return ended('a batch that is cut off')
    const length = buffer.readInt32BE(position - bufferAt + batchField.length) + batchLengthOverhead
    if (length < batchHeaderBytes) return ended(`a batch of ${length} bytes`)
    if (!(await load(length))) return ended('a batch that is cut off')
    const at = position - bufferAt
    if (buffer[at + batchField.magic] !== 2) return ended(`a batch of format ${buffer[at + batchField.magic]}`)
    if (!hasValidChecksum(buffer, at, length)) return ended('a batch whose checksum is wrong')
    const header = readBatchHeader(buffer, at)!
    if (header.baseOffset !== endOffset)
      return ended(`a batch at offset ${header.baseOffset} where ${endOffset} is due`, position + length)
    if (header.baseOffset >= offsetLimit)
      return { ...ended('records that were never acknowledged'), reachedLimit: true }
    index.add(header.baseOffset, position, header.maxTimestamp)
    const aborted = onBatch(header, () => buffer.subarray(at, at + length))
    if (aborted) found.push(aborted)
    endOffset = header.baseOffset + header.lastOffsetDelta + 1
    position += length
  }
  return ended()
}

/** From so many bytes on a second core helps: what is in the page cache is copied, and who waits for it does nothing meanwhile. */
const halvedBytesMin = 1024 * 1024

/** As much as there is; what is large in two halves at once. */
export async function readFully(file: OpenFile, target: Buffer, position: number): Promise<number> {
  if (target.length < halvedBytesMin) return readInOrder(file, target, position)
  const half = target.length >>> 1
  const [first, second] = await Promise.all([
    readInOrder(file, target.subarray(0, half), position),
    readInOrder(file, target.subarray(half), position + half),
  ])
  return first < half ? first : first + second
}

async function readInOrder(file: OpenFile, target: Buffer, position: number): Promise<number> {
  let done = 0
  while (done < target.length) {
    const got = await file.read(target.subarray(done), position + done)
    if (got === 0) break
    done += got
  }
  return done
}
