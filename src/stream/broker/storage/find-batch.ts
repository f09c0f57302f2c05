import type { OpenFile } from '../../../kernel/files/files.ts'
import {
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  hasValidChecksum,
  readLong,
} from '../../protocol/records/batch-header.ts'
import { readFully, type BatchPlace } from './scan-stretch.ts'

/** What can be told of a batch before its checksum is. */
export interface BatchTrace {
  readonly baseOffset: number
  readonly leaderEpoch: number
}

const chunkBytes = 4 * 1024 * 1024

/** The first whole batch at or after `from` that `accepts` takes: where a log goes on behind damage. */
export async function findBatch(
  file: OpenFile,
  fileBytes: number,
  from: number,
  accepts: (trace: BatchTrace) => boolean,
): Promise<BatchPlace | undefined> {
  const chunk = Buffer.allocUnsafeSlow(Math.max(batchHeaderBytes, Math.min(chunkBytes, fileBytes - from)))
  // Chunks overlap, so that a header lies in one of them as a whole.
  for (let at = from; at + batchHeaderBytes <= fileBytes; at += chunk.length - batchHeaderBytes + 1) {
    const window = chunk.subarray(0, await readFully(file, chunk, at))
    for (
      let magicAt = window.indexOf(2, batchField.magic);
      magicAt >= 0 && magicAt - batchField.magic + batchHeaderBytes <= window.length;
      magicAt = window.indexOf(2, magicAt + 1)
    ) {
      const start = magicAt - batchField.magic
      const position = at + start
      const byteLength = plausibleLength(window, start, fileBytes - position)
      if (byteLength === undefined) continue
      const baseOffset = readLong(window, start)
      const trace = { baseOffset, leaderEpoch: window.readInt32BE(start + batchField.leaderEpoch) }
      if (accepts(trace) && (await isWhole(file, position, byteLength))) return { position, baseOffset }
    }
  }
  return undefined
}

/** The length of what looks like a batch; that is asked first, because a checksum costs a read. */
function plausibleLength(buffer: Buffer, at: number, bytesLeft: number): number | undefined {
  const byteLength = buffer.readInt32BE(at + batchField.length) + batchLengthOverhead
  const recordCount = buffer.readInt32BE(at + batchField.recordCount)
  const isPlausible =
    byteLength >= batchHeaderBytes &&
    byteLength <= bytesLeft &&
    recordCount >= 0 &&
    buffer.readInt32BE(at + batchField.lastOffsetDelta) >= Math.max(0, recordCount - 1)
  return isPlausible ? byteLength : undefined
}

async function isWhole(file: OpenFile, position: number, byteLength: number): Promise<boolean> {
  const batch = Buffer.allocUnsafeSlow(byteLength)
  return (await readFully(file, batch, position)) === byteLength && hasValidChecksum(batch, 0, byteLength)
}
