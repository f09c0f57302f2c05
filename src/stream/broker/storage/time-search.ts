import type { OpenFile } from '../../../kernel/files/files.ts'
import { readBatchHeader, type BatchHeader } from '../../protocol/records/batch-header.ts'
import { openRecords } from '../../protocol/records/record-cursor.ts'
import { readBatchHead, readExactly } from './batch-head.ts'
import { readSegment, wasReplaced } from './partition-reader.ts'
import type { PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'
import type { Segment } from './segment.ts'
import type { SparseIndex } from './sparse-index.ts'

export interface TimedOffset {
  readonly offset: number
  readonly timestamp: number
}

/**
 * The first record that is as late as `timestamp`; undefined when there is none. When it is the first one behind damage, the
 * damage is answered instead: the record may lie in it, and whoever begins there is told so.
 */
export async function findByTime(
  state: PartitionState,
  services: StorageServices,
  timestamp: number,
): Promise<TimedOffset | undefined> {
  const { startOffset } = state
  const holds = (record: TimedOffset): boolean => record.timestamp >= timestamp && record.offset >= startOffset
  // Segments come and go meanwhile: the next one is looked for anew.
  for (let segment = state.segments[0], next = 0; segment; segment = segmentFrom(state, next)) {
    if (segment.times.maxTimestamp >= timestamp && segment.endOffset > startOffset) {
      const found = await findInSegment(state, services, segment, timestamp, holds)
      if (found === 'replaced') continue
      if (found) return found
    }
    next = Math.max(segment.endOffset, segment.baseOffset + 1)
  }
  return undefined
}

function segmentFrom({ segments }: PartitionState, offset: number): Segment | undefined {
  return segments.find(({ baseOffset, endOffset }) => Math.max(endOffset, baseOffset + 1) > offset)
}

async function findInSegment(
  state: PartitionState,
  services: StorageServices,
  segment: Segment,
  timestamp: number,
  holds: (record: TimedOffset) => boolean,
): Promise<TimedOffset | undefined | 'replaced'> {
  const damage = state.segments[state.segments.indexOf(segment) - 1]?.damagedFrom
  const search = async (file: OpenFile): Promise<TimedOffset | undefined> =>
    findInFile(file, segment, await services.segmentIndexes.of(segment), timestamp, holds)
  try {
    const found = await readSegment(state, services, segment, search)
    const isBehindDamage = found !== undefined && damage !== undefined && found.offset === segment.baseOffset
    return isBehindDamage ? { ...found, offset: Math.max(damage, state.startOffset) } : found
  } catch (error) {
    if (wasReplaced(state, segment, error)) return 'replaced'
    throw error
  }
}

/** The first record of the latest timestamp; undefined in an empty log. Kafka may answer one that was deleted. */
export async function findLatestTime(
  state: PartitionState,
  services: StorageServices,
): Promise<TimedOffset | undefined> {
  const { segments, startOffset } = state
  const whole = segments.filter(({ baseOffset }) => baseOffset >= startOffset)
  let latest = Math.max(-1, ...whole.map(({ times }) => times.maxTimestamp))
  const cut = segments.find(({ baseOffset, endOffset }) => baseOffset < startOffset && endOffset > startOffset)
  if (cut && cut.times.maxTimestamp > latest) {
    try {
      const search = async (file: OpenFile): Promise<number> =>
        latestBehind(file, cut, await services.segmentIndexes.of(cut), startOffset)
      latest = Math.max(latest, await readSegment(state, services, cut, search))
    } catch (error) {
      if (wasReplaced(state, cut, error)) return findLatestTime(state, services)
      throw error
    }
  }
  return latest < 0 ? undefined : findByTime(state, services, latest)
}

/** The latest timestamp in a segment from an offset on. */
async function latestBehind(file: OpenFile, segment: Segment, index: SparseIndex, offset: number): Promise<number> {
  let latest = -1
  for (let at = index.positionOf(offset); at < segment.size;) {
    const { baseOffset, lastOffset, byteLength, maxTimestamp } = await readBatchHead(file, segment, at)
    if (baseOffset >= offset) latest = Math.max(latest, maxTimestamp)
    else if (lastOffset >= offset) {
      const batch = await readExactly(file, segment, at, byteLength)
      latest = Math.max(latest, latestInBatch(batch, readBatchHeader(batch)!, offset))
    }
    at += byteLength
  }
  return latest
}

function latestInBatch(batch: Buffer, header: BatchHeader, offset: number): number {
  let latest = -1
  try {
    const records = openRecords(batch, 0, header)
    while (records.next()) if (records.offset >= offset) latest = Math.max(latest, records.timestamp)
    return latest
  } catch {
    return header.maxTimestamp
  }
}

async function findInFile(
  file: OpenFile,
  segment: Segment,
  index: SparseIndex,
  timestamp: number,
  holds: (record: TimedOffset) => boolean,
): Promise<TimedOffset | undefined> {
  for (let at = index.positionOfTime(timestamp); at < segment.size;) {
    const { byteLength, maxTimestamp } = await readBatchHead(file, segment, at)
    if (maxTimestamp >= timestamp) {
      const batch = await readExactly(file, segment, at, byteLength)
      const found = findInBatch(batch, readBatchHeader(batch)!, holds)
      if (found) return found
    }
    at += byteLength
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
    // The records within are the producer's and may be garbage: the batch then stands for them, here and below.
    const whole = { offset: header.baseOffset, timestamp: header.maxTimestamp }
    if (holds(whole)) return whole
  }
  return undefined
}
