import {
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  readBatchHeader,
  readLong,
  type BatchHeader,
} from '../../protocol/records/batch-header.ts'
import { openRecords } from '../../protocol/records/record-cursor.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionState } from './partition-state.ts'
import { readFully } from './scan-segment.ts'
import type { Segment } from './segment.ts'

const noBytes = Buffer.alloc(0)
/** What is read beside the wanted bytes, to find the batch: the distance of index entries. */
const searchBytes = 16_384

/**
 * Whole batches from the one that holds `offset`, up to `bytesMax`, or the first one alone when it is larger and
 * `firstWhole` is set (KIP-74). Empty at the end of the log. Throws KafkaRefusal for an offset outside, and for a place
 * where the file is damaged.
 */
export async function readBatches(
  state: PartitionState,
  offset: number,
  bytesMax: number,
  firstWhole: boolean,
): Promise<Buffer> {
  if (offset < state.startOffset || offset > state.nextOffset)
    throw new KafkaRefusal(
      'OFFSET_OUT_OF_RANGE',
      `${state.name} holds offsets ${state.startOffset} to ${state.endOffset}, not ${offset}`,
    )
  if (offset >= state.endOffset) return noBytes
  const segment = segmentOf(state, offset)
  const durableBytes = segment.size
  const from = segment.index.positionOf(offset)
  let target = Buffer.allocUnsafeSlow(Math.min(durableBytes - from, Math.max(bytesMax, batchHeaderBytes) + searchBytes))
  target = target.subarray(0, await readFully(segment.file, target, from))
  const start = await skipTo(segment, from, durableBytes, target, offset)
  const first = await batchLengthAt(segment, from, target, start)
  if (first > bytesMax && !firstWhole) return noBytes
  if (first > bytesMax || start + first > target.length) {
    const alone = Buffer.allocUnsafeSlow(first)
    await readFully(segment.file, alone, from + start)
    return alone
  }
  return target.subarray(start, wholeUpTo(target, start, bytesMax))
}

/** How far after `from` the batch that holds `offset` begins. */
async function skipTo(segment: Segment, from: number, end: number, target: Buffer, offset: number): Promise<number> {
  const header = Buffer.allocUnsafe(batchHeaderBytes)
  for (let at = 0; from + at < end;) {
    let buffer = target
    let inside = at
    if (at + batchHeaderBytes > target.length) {
      await readFully(segment.file, header, from + at)
      buffer = header
      inside = 0
    }
    if (readLong(buffer, inside) + buffer.readInt32BE(inside + batchField.lastOffsetDelta) >= offset) return at
    at += buffer.readInt32BE(inside + batchField.length) + batchLengthOverhead
  }
  throw new KafkaRefusal('KAFKA_STORAGE_ERROR', `${segment.path} does not hold offset ${offset}, though it should`)
}

async function batchLengthAt(segment: Segment, from: number, target: Buffer, start: number): Promise<number> {
  if (start + batchHeaderBytes <= target.length)
    return target.readInt32BE(start + batchField.length) + batchLengthOverhead
  const header = Buffer.allocUnsafe(batchHeaderBytes)
  await readFully(segment.file, header, from + start)
  return header.readInt32BE(batchField.length) + batchLengthOverhead
}

function wholeUpTo(target: Buffer, start: number, bytesMax: number): number {
  const end = Math.min(target.length, start + bytesMax)
  let at = start
  while (at + batchHeaderBytes <= end) {
    const next = at + target.readInt32BE(at + batchField.length) + batchLengthOverhead
    if (next > end) break
    at = next
  }
  return at
}

function segmentOf(state: PartitionState, offset: number): Segment {
  const segment = state.segments.findLast(({ baseOffset }) => baseOffset <= offset)
  if (segment && offset < segment.endOffset) return segment
  throw new KafkaRefusal(
    'KAFKA_STORAGE_ERROR',
    `${state.name} is damaged from offset ${segment?.endOffset} to ${nextBase(state, offset)}: records there cannot be read; seek beyond`,
  )
}

function nextBase(state: PartitionState, offset: number): number {
  return state.segments.find(({ baseOffset }) => baseOffset > offset)?.baseOffset ?? state.endOffset
}

export interface TimedOffset {
  readonly offset: number
  readonly timestamp: number
}

/** The first record that is as late as `timestamp`; undefined when there is none. */
export async function findByTime(state: PartitionState, timestamp: number): Promise<TimedOffset | undefined> {
  for (const segment of [...state.segments]) {
    if (segment.index.maxTimestamp < timestamp || segment.endOffset <= state.startOffset) continue
    const found = await findInSegment(
      segment,
      segment.index.positionOfTime(timestamp),
      (record) => record.timestamp >= timestamp && record.offset >= state.startOffset,
      timestamp,
    )
    if (found) return found
  }
  return undefined
}

/** The first record of the latest timestamp; undefined in an empty log. */
export async function findLatestTime(state: PartitionState): Promise<TimedOffset | undefined> {
  const latest = Math.max(...state.segments.map(({ index }) => index.maxTimestamp))
  return latest < 0 ? undefined : findByTime(state, latest)
}

async function findInSegment(
  segment: Segment,
  from: number,
  holds: (record: TimedOffset) => boolean,
  timestampMin: number,
): Promise<TimedOffset | undefined> {
  for (let at = from; at < segment.size;) {
    const bytes = Buffer.allocUnsafe(batchHeaderBytes)
    await readFully(segment.file, bytes, at)
    const length = bytes.readInt32BE(batchField.length) + batchLengthOverhead
    if (readLong(bytes, batchField.maxTimestamp) >= timestampMin) {
      const batch = Buffer.allocUnsafeSlow(length)
      await readFully(segment.file, batch, at)
      const found = findInBatch(batch, readBatchHeader(batch)!, holds)
      if (found) return found
    }
    at += length
  }
  return undefined
}

function findInBatch(
  batch: Buffer,
  header: BatchHeader,
  holds: (record: TimedOffset) => boolean,
): TimedOffset | undefined {
  try {
    const records = openRecords(batch, 0, header)
    while (records.next()) if (holds(records)) return { offset: records.offset, timestamp: records.timestamp }
  } catch {
    // The records within are the producer's and may be garbage: the batch then stands for them.
    const whole = { offset: header.baseOffset, timestamp: header.maxTimestamp }
    if (holds(whole)) return whole
  }
  return undefined
}
