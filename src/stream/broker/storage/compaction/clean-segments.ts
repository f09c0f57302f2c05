import type { OpenFile } from '../../../../kernel/files/files.ts'
import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import {
  hasDeleteHorizon,
  isControlBatch,
  readBatchHeader,
  type BatchHeader,
} from '../../../protocol/records/batch-header.ts'
import type { RecordCursor } from '../../../protocol/records/record-cursor.ts'
import { readSegment } from '../partition-reader.ts'
import type { PartitionState } from '../partition-state.ts'
import type { Segment } from '../segment.ts'
import type { StorageServices } from '../storage-services.ts'
import { cleanBatch, emptied } from './clean-batch.ts'
import { createCleanedFile, type CleanedFile } from './cleaned-file.ts'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import { OffsetCover, type CoveringBatch, type StayingBatch } from './cover-offsets.ts'
import type { KeyOffsets } from './key-offsets.ts'
import type { Pace } from './pace.ts'
import { wholeBatches, type WholeBatch } from './whole-batches.ts'

/** One pass over a partition. */
export interface Pass {
  readonly state: PartitionState
  readonly services: StorageServices
  readonly pace: Pace
  readonly now: number
  readonly deleteRetentionMs: number
  readonly counts: PassCounts
}

export interface PassCounts {
  bytesRead: number
  bytesWritten: number
  recordsGone: number
  /** Without a key: only a topic that was not compacted before can have them. */
  keylessGone: number
  unreadableBatches: number
}

/**
 * Writes neighbouring segments anew as one, without what goes. Gives the new one, durable under its name; undefined when nothing
 * goes from a single one, which then stays.
 */
export async function cleanSegments(
  pass: Pass,
  sources: readonly Segment[],
  keys: KeyOffsets,
  transactions: CleanedTransactions,
): Promise<Segment | undefined> {
  const { state, services, pace, counts } = pass
  const [first] = sources as [Segment]
  const cover = new OffsetCover(first.baseOffset, state.epochs)
  const file = await createCleanedFile(state, services, first, pace)
  let hasChanged = sources.length > 1

  async function copyFrom(segment: Segment, opened: OpenFile): Promise<void> {
    for await (const batches of wholeBatches(opened, segment, segment.start)) {
      for (const batch of batches) {
        const staying = stays(pass, batch, keys, transactions)
        // A batch without records goes and comes as the gaps do.
        hasChanged ||= batch.header.recordCount > 0 && staying?.bytes !== batch.bytes
        if (staying) await writeAll(file, cover.add(staying), counts)
        await pace.breathe()
      }
      const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
      counts.bytesRead += bytes
      await pace.spend(bytes)
    }
    // A start between the removal of two sources goes on with the next one here.
    await writeAll(file, cover.coverTo(segment.endOffset), counts)
  }

  try {
    for (const segment of sources) await readSegment(state, services, segment, (opened) => copyFrom(segment, opened))
    const kept = transactions.takeKept()
    if (hasChanged) return await file.finish(sources.at(-1)!.endOffset, kept)
    await file.discard()
    return undefined
  } catch (error) {
    await file.discard()
    throw error
  }
}

async function writeAll(file: CleanedFile, batches: Iterable<CoveringBatch>, counts: PassCounts): Promise<void> {
  for (const batch of batches) {
    counts.bytesWritten += batch.bytes.length
    await file.write(batch)
  }
}

/** What stays of a batch; undefined when nothing does. */
function stays(
  pass: Pass,
  { bytes, header }: WholeBatch,
  keys: KeyOffsets,
  transactions: CleanedTransactions,
): StayingBatch | undefined {
  const isLastOfProducer = isLast(pass.state, header)
  const cleaned = isControlBatch(header.attributes)
    ? cleanedMarker(pass, bytes, header, transactions)
    : cleanedRecords(pass, bytes, header, keys, transactions)
  if (cleaned) return stayingBatch(cleaned, isLastOfProducer)
  return isLastOfProducer ? stayingBatch(header.recordCount === 0 ? bytes : emptied(bytes), true) : undefined
}

function stayingBatch(bytes: Buffer, isLastOfProducer: boolean): StayingBatch {
  return { bytes, header: readBatchHeader(bytes)!, isLastOfProducer }
}

function cleanedMarker(
  pass: Pass,
  bytes: Buffer,
  header: BatchHeader,
  transactions: CleanedTransactions,
): Buffer | undefined {
  const isOfNothing = transactions.isMarkerOfNothing(bytes, header)
  if (header.recordCount === 0) return undefined
  if (isOfNothing && horizonHasPassed(pass, bytes, header)) return undefined
  return cleanBatch(bytes, header, { keeps: () => true, deleteHorizon: horizonOf(pass), hasMarkerToGo: isOfNothing })
    .bytes
}

function cleanedRecords(
  pass: Pass,
  bytes: Buffer,
  header: BatchHeader,
  keys: KeyOffsets,
  transactions: CleanedTransactions,
): Buffer | undefined {
  if (transactions.wereAborted(header)) {
    pass.counts.recordsGone += header.recordCount
    return undefined
  }
  if (header.recordCount === 0) return undefined
  const tombstonesGo = horizonHasPassed(pass, bytes, header)
  const keeps = (record: RecordCursor): boolean => keepsRecord(record, keys, tombstonesGo, pass.counts)
  try {
    const cleaned = cleanBatch(bytes, header, { keeps, deleteHorizon: horizonOf(pass) })
    pass.counts.recordsGone += cleaned.recordsGone
    return cleaned.bytes
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    pass.counts.unreadableBatches++
    return bytes
  }
}

function keepsRecord(record: RecordCursor, keys: KeyOffsets, tombstonesGo: boolean, counts: PassCounts): boolean {
  if (record.offset >= keys.end) return true
  if (record.keyStart < 0) {
    counts.keylessGone++
    return false
  }
  if (tombstonesGo && record.valueStart < 0) return false
  return record.offset >= keys.lastOf(record.buffer, record.keyStart, record.keyEnd)
}

function horizonOf({ now, deleteRetentionMs }: Pass): number {
  return Math.min(now + deleteRetentionMs, Number.MAX_SAFE_INTEGER)
}

function horizonHasPassed({ now }: Pass, bytes: Buffer, { attributes, firstTimestamp }: BatchHeader): boolean {
  return hasDeleteHorizon(attributes) && now > firstTimestamp
}

/** Its producer is known by this batch: the sequence of its next one, or its epoch. */
function isLast(
  { producers }: PartitionState,
  { producerId, producerEpoch, baseOffset, lastOffsetDelta, attributes }: BatchHeader,
): boolean {
  const known = producerId < 0 ? undefined : producers.get(producerId)
  if (!known) return false
  const last = known.batches.at(-1)
  return last
    ? last.lastOffset === baseOffset + lastOffsetDelta
    : isControlBatch(attributes) && producerEpoch === known.epoch
}
