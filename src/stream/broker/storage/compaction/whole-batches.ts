import type { OpenFile } from '../../../../kernel/files/files.ts'
import {
  batchHeaderBytes,
  hasValidChecksum,
  readBatchHeader,
  type BatchHeader,
} from '../../../protocol/records/batch-header.ts'
import { batchHeadIn, GarbledError, readBatchHead, readExactly } from '../batch-head.ts'
import type { Segment } from '../segment.ts'

export interface WholeBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
}

const chunkBytes = 1024 * 1024

/**
 * The batches of a segment from a position on, a megabyte at a time: each is whole, and follows the one before. Throws
 * GarbledError where that is not so: what is not right is not written anew.
 */
export async function* wholeBatches(
  file: OpenFile,
  segment: Segment,
  position: number,
): AsyncGenerator<readonly WholeBatch[]> {
  let at = position
  let next: number | undefined
  while (at < segment.size) {
    const { byteLength } = await readBatchHead(file, segment, at)
    const chunk = await readExactly(file, segment, at, Math.min(segment.size - at, Math.max(byteLength, chunkBytes)))
    const batches: WholeBatch[] = []
    let taken = 0
    while (taken + batchHeaderBytes <= chunk.length) {
      const head = batchHeadIn(segment, chunk, taken, at + taken)
      if (taken + head.byteLength > chunk.length) break
      const batch = wholeBatch(chunk.subarray(taken, taken + head.byteLength))
      if (!batch || (next !== undefined && batch.header.baseOffset !== next))
        throw new GarbledError(segment, at + taken)
      batches.push(batch)
      next = head.lastOffset + 1
      taken += head.byteLength
    }
    at += taken
    yield batches
  }
}

function wholeBatch(bytes: Buffer): WholeBatch | undefined {
  return hasValidChecksum(bytes, 0, bytes.length) ? { bytes, header: readBatchHeader(bytes)! } : undefined
}
