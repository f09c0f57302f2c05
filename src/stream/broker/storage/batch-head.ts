import type { OpenFile } from '../../../kernel/files/files.ts'
import { batchField, batchHeaderBytes, batchLengthOverhead, readLong } from '../../protocol/records/batch-header.ts'
import { readFully } from './scan-stretch.ts'
import type { Segment } from './segment.ts'

/** What is needed of a batch to walk over it. */
export interface BatchHead {
  readonly baseOffset: number
  readonly byteLength: number
  readonly lastOffset: number
  readonly maxTimestamp: number
}

/** A file that was whole when it was opened holds something else now. */
export class GarbledError extends Error {
  readonly segment: Segment
  readonly position: number

  constructor(segment: Segment, position: number) {
    super(`${segment.path} holds no batch at byte ${position}`)
    this.segment = segment
    this.position = position
  }
}

/**
 * The head of the batch at `position`, which lies at `at` in the buffer. Lengths are looked at before they lead anywhere. In a file
 * each batch begins where the one before it ends (compaction.md): who knows where that was, says so, for the offset lies outside the
 * checksum.
 */
export function batchHeadIn(
  segment: Segment,
  buffer: Buffer,
  at: number,
  position: number,
  expectedOffset?: number,
): BatchHead {
  const byteLength = buffer.readInt32BE(at + batchField.length) + batchLengthOverhead
  const baseOffset = readLong(buffer, at)
  const lastOffset = baseOffset + buffer.readInt32BE(at + batchField.lastOffsetDelta)
  const isOne =
    buffer[at + batchField.magic] === 2 &&
    byteLength >= batchHeaderBytes &&
    position + byteLength <= segment.size &&
    baseOffset === (expectedOffset ?? baseOffset) &&
    lastOffset >= Math.max(baseOffset, segment.baseOffset) &&
    lastOffset < segment.endOffset
  if (!isOne) throw new GarbledError(segment, position)
  return { baseOffset, byteLength, lastOffset, maxTimestamp: readLong(buffer, at + batchField.maxTimestamp) }
}

export async function readBatchHead(
  file: OpenFile,
  segment: Segment,
  position: number,
  expectedOffset?: number,
): Promise<BatchHead> {
  const bytes = await readExactly(file, segment, position, batchHeaderBytes)
  return batchHeadIn(segment, bytes, 0, position, expectedOffset)
}

export async function readExactly(
  file: OpenFile,
  segment: Segment,
  position: number,
  byteLength: number,
  bytes: Buffer = Buffer.allocUnsafeSlow(byteLength),
): Promise<Buffer> {
  if ((await readFully(file, bytes, position)) < byteLength) throw new GarbledError(segment, position)
  return bytes
}
