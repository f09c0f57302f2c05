import type { OpenFile } from '../../../kernel/files/files.ts'
import { batchField, batchHeaderBytes, batchLengthOverhead, readLong } from '../../protocol/records/batch-header.ts'
import { behindHoles } from '../../offset-holes.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { batchHeadIn, GarbledError, readBatchHead, readExactly, type BatchHead } from './batch-head.ts'
import { damageRefusal, garbledRefusal } from './damage.ts'
import { indexPath } from './index-file.ts'
import { epochOf, sharedSyncEpoch } from './leader-epochs.ts'
import type { PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'
import { readFully } from './scan-stretch.ts'
import type { Segment } from './segment.ts'
import type { SparseIndex } from './sparse-index.ts'

const noBytes = Buffer.alloc(0)
const newMemory: ReadMemory = {
  take: (bytes) => Buffer.allocUnsafeSlow(bytes),
  giveBack: () => undefined,
  takeWhole: (bytes) => Promise.resolve(Buffer.allocUnsafeSlow(bytes)),
}
/** What is read beside the wanted bytes, to find the batch: the distance of index entries. */
const searchBytes = 16_384

/** What is read into. */
export interface ReadMemory {
  take(bytes: number): Buffer
  /** What `take` gave is not answered. */
  giveBack(buffer: Buffer): void
  /** For a batch that is larger than what was to be read, and all that is; undefined when there is no room for it. */
  takeWhole(bytes: number): Promise<Buffer | undefined>
}

export interface ReadRequest {
  readonly offset: number
  readonly bytesMax: number
  readonly firstWhole: boolean
  /** Nothing from this offset on is read; the end when left out. */
  readonly before?: number
  readonly memory?: ReadMemory
}

/**
 * Whole batches from the one that holds `offset`, up to `bytesMax`, or the first one alone when it is larger and
 * `firstWhole` is set (KIP-74). Empty at the end of the log. Throws KafkaRefusal for an offset outside, and for a place
 * where the file is damaged. The checksum is the consumer's to check: it covers the way to it as well.
 */
export async function readBatches(
  state: PartitionState,
  services: StorageServices,
  request: ReadRequest,
): Promise<Buffer> {
  const { offset, before = Infinity } = request
  if (offset < state.startOffset || offset > state.nextOffset)
    throw new KafkaRefusal(
      'OFFSET_OUT_OF_RANGE',
      `${state.name} holds offsets ${state.startOffset} to ${state.endOffset}, not ${offset}`,
    )
  // As over compacted offsets: what comes next is the answer.
  const readable = behindHoles(state.holes, offset)
  if (readable >= Math.min(state.endOffset, before)) return noBytes
  const segment = segmentOf(state, readable)
  try {
    const bytes = await readSegment(state, services, segment, async (file) =>
      readFrom(file, segment, await services.segmentIndexes.of(segment), { ...request, offset: readable }),
    )
    return withEpochs(state, bytes)
  } catch (error) {
    if (wasReplaced(state, segment, error)) return readBatches(state, services, request)
    throw error
  }
}

/** Compaction wrote the segment anew, or retention removed it, before its file was opened: it is to be looked for again. */
export function wasReplaced(state: PartitionState, segment: Segment, error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' && !state.segments.includes(segment)
}

/** Runs `work` with the segment's file; what it finds garbled is noted, logged once, and refused. */
export async function readSegment<T>(
  state: PartitionState,
  { files, segmentFiles, logger }: StorageServices,
  segment: Segment,
  work: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    return await segmentFiles.use(segment.path, work)
  } catch (error) {
    if (!(error instanceof GarbledError)) throw error
    const refusal = garbledRefusal(state, error)
    if (segment.garbledAt === undefined) {
      segment.garbledAt = error.position
      logger.error({ code: 'WEIR-3007', partition: state.name, file: segment.path }, refusal.message)
      // Without an index the next start reads the file, and finds where it is whole.
      await files.remove(indexPath(segment.path)).catch(() => undefined)
    }
    throw refusal
  }
}

async function readFrom(
  file: OpenFile,
  segment: Segment,
  index: SparseIndex,
  { offset, bytesMax, firstWhole, before = Infinity, memory = newMemory }: ReadRequest,
): Promise<Buffer> {
  const durableBytes = segment.size
  const { offset: firstOffset, position: from } = index.placeOf(offset) ?? { offset: segment.baseOffset, position: 0 }
  const taken = memory.take(Math.min(durableBytes - from, Math.max(bytesMax, batchHeaderBytes) + searchBytes))
  const target = taken.subarray(0, await readFully(file, taken, from))

  const headAt = async (at: number, expectedOffset: number): Promise<BatchHead> =>
    at + batchHeaderBytes <= target.length
      ? batchHeadIn(segment, target, at, from + at, expectedOffset)
      : readBatchHead(file, segment, from + at, expectedOffset)

  let start = 0
  let head = await headAt(start, firstOffset)
  while (head.lastOffset < offset) head = await headAt((start += head.byteLength), head.lastOffset + 1)
  const { byteLength } = head
  const isTooLarge = byteLength > bytesMax
  const isWanted = head.lastOffset < before && (!isTooLarge || firstWhole)
  if (!isWanted || isTooLarge || start + byteLength > target.length) {
    memory.giveBack(taken)
    if (!isWanted) return noBytes
    const whole = isTooLarge ? await memory.takeWhole(byteLength) : memory.take(byteLength)
    return whole ? readExactly(file, segment, from + start, byteLength, whole) : noBytes
  }
  const bounds = { end: Math.min(target.length, start + bytesMax), before }
  return withoutWaste(memory, taken, target.subarray(start, wholeUpTo(segment, target, from, start, bounds)))
}

/** A copy where less than half of what was taken is answered. */
function withoutWaste(memory: ReadMemory, taken: Buffer, used: Buffer): Buffer {
  if (used.length > taken.length / 2) return used
  const copy = memory.take(used.length)
  used.copy(copy)
  memory.giveBack(taken)
  return copy
}

/** Where the last batch ends that lies in front of `end` as a whole, with all its offsets before `before`. */
function wholeUpTo(
  segment: Segment,
  target: Buffer,
  from: number,
  start: number,
  { end, before }: { readonly end: number; readonly before: number },
): number {
  let at = start
  let expectedOffset: number | undefined
  try {
    while (at + batchHeaderBytes <= end) {
      const { byteLength, lastOffset } = batchHeadIn(segment, target, at, from + at, expectedOffset)
      if (at + byteLength > end || lastOffset >= before) break
      at += byteLength
      expectedOffset = lastOffset + 1
    }
  } catch (error) {
    // What is whole before it is answered; the next read begins there, and is refused.
    if (!(error instanceof GarbledError) || at === start) throw error
  }
  return at
}

/** Clients are given the epoch of each batch; on the disk one that shared a sync says none. */
function withEpochs({ epochs }: PartitionState, bytes: Buffer): Buffer {
  for (let at = 0; at < bytes.length; at += bytes.readInt32BE(at + batchField.length) + batchLengthOverhead) {
    const place = at + batchField.leaderEpoch
    if (bytes.readInt32BE(place) === sharedSyncEpoch) bytes.writeInt32BE(epochOf(epochs, readLong(bytes, at)), place)
  }
  return bytes
}

function segmentOf(state: PartitionState, offset: number): Segment {
  const segment = state.segments.findLast(({ baseOffset }) => baseOffset <= offset)!
  if (offset < segment.endOffset) return segment
  throw damageRefusal(state, segment)
}
