import {
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  compressionOf,
  deleteHorizonFlag,
  hasDeleteHorizon,
  withChecksum,
  writeLong,
  type BatchHeader,
} from '../../../protocol/records/batch-header.ts'
import { compress } from '../../../protocol/records/compression.ts'
import { openRecords, type RecordCursor } from '../../../protocol/records/record-cursor.ts'
import { readVarint, varintBytes, writeVarint } from '../../../protocol/records/varint.ts'

/** What stays of a batch. */
export interface CleanedBatch {
  /** The batch as it is, the batch anew, or undefined when no record stays. */
  readonly bytes: Buffer | undefined
  readonly recordsGone: number
}

export interface BatchRules {
  /** Whether the record stays that the cursor is at. */
  keeps(record: RecordCursor): boolean
  /** Written into a batch with a tombstone, or `hasMarkerToGo`, when it has none yet (KIP-534). */
  readonly deleteHorizon: number
  readonly hasMarkerToGo?: boolean
}

/** A record that stays: where it lies in the records, unpacked. */
interface KeptRecord {
  readonly start: number
  readonly end: number
  readonly timestamp: number
}

/**
 * Takes records out of a batch. What stays has its offset, its timestamp and its bytes; the batch its first and last offset,
 * its producer and its compression. Throws WEIR-3001 for records that cannot be unpacked.
 */
export function cleanBatch(bytes: Buffer, header: BatchHeader, rules: BatchRules): CleanedBatch {
  const cursor = openRecords(bytes, 0, header)
  const kept: KeptRecord[] = []
  let hasTombstone = false
  let start = cursor.buffer === bytes ? batchHeaderBytes : 0
  while (cursor.next()) {
    if (rules.keeps(cursor)) {
      kept.push({ start, end: cursor.headersEnd, timestamp: cursor.timestamp })
      hasTombstone ||= cursor.valueStart < 0
    }
    start = cursor.headersEnd
  }
  const recordsGone = header.recordCount - kept.length
  if (kept.length === 0) return { bytes: undefined, recordsGone }
  const needsHorizon = (hasTombstone || rules.hasMarkerToGo === true) && !hasDeleteHorizon(header.attributes)
  if (recordsGone === 0 && !needsHorizon) return { bytes, recordsGone }
  const records = kept.map(({ start: from, end }) => cursor.buffer.subarray(from, end))
  if (!needsHorizon) return { bytes: rebuilt(bytes, header, kept, Buffer.concat(records)), recordsGone }
  const shifted = records.map((record, at) => withDelta(record, kept[at]!.timestamp - rules.deleteHorizon))
  const anew = rebuilt(bytes, header, kept, Buffer.concat(shifted))
  anew.writeInt16BE(header.attributes | deleteHorizonFlag, batchField.attributes)
  writeLong(anew, batchField.firstTimestamp, rules.deleteHorizon)
  return { bytes: withChecksum(anew), recordsGone }
}

/** The batch without records: it covers its offsets, and keeps its producer's sequence. */
export function emptied(bytes: Buffer): Buffer {
  const empty = Buffer.from(bytes.subarray(0, batchHeaderBytes))
  empty.writeInt32BE(batchHeaderBytes - batchLengthOverhead, batchField.length)
  // No records, so none that are packed and none that have a time to go.
  empty.writeInt16BE(empty.readInt16BE(batchField.attributes) & ~(7 | deleteHorizonFlag), batchField.attributes)
  writeLong(empty, batchField.firstTimestamp, -1)
  writeLong(empty, batchField.maxTimestamp, -1)
  empty.writeInt32BE(0, batchField.recordCount)
  return withChecksum(empty)
}

function rebuilt(old: Buffer, header: BatchHeader, kept: readonly KeptRecord[], records: Buffer): Buffer {
  const batch = Buffer.concat([old.subarray(0, batchHeaderBytes), compress(compressionOf(header.attributes), records)])
  batch.writeInt32BE(batch.length - batchLengthOverhead, batchField.length)
  batch.writeInt32BE(kept.length, batchField.recordCount)
  writeLong(
    batch,
    batchField.maxTimestamp,
    kept.reduce((latest, { timestamp }) => Math.max(latest, timestamp), -1),
  )
  return withChecksum(batch)
}

/** The record with another distance from the batch's first timestamp. */
function withDelta(record: Buffer, timestampDelta: number): Buffer {
  const length = readVarint(record, 0, record.length)
  const attributesAt = length.next
  const old = readVarint(record, attributesAt + 1, record.length)
  const body = 1 + varintBytes(timestampDelta) + record.length - old.next
  const anew = Buffer.allocUnsafe(varintBytes(body) + body)
  let at = writeVarint(anew, 0, body)
  anew[at++] = record[attributesAt]!
  at = writeVarint(anew, at, timestampDelta)
  record.copy(anew, at, old.next)
  return anew
}
