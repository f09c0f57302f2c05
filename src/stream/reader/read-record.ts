import { hiddenBatches, type AbortedTransaction } from '../client/aborted-records.ts'
import { usesLogAppendTime, type BatchHeader } from '../protocol/records/batch-header.ts'
import { readHeaders, type RecordHeader } from '../protocol/records/headers.ts'
import { batchesIn, openRecords, type RecordCursor } from '../protocol/records/record-cursor.ts'

/** One record for people to look at. What moves data walks a cursor instead and makes no object for any. */
export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  /** Views of what was fetched. */
  readonly key: Buffer | null
  /** null for a tombstone. */
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
  /** Of the batch that it came in. */
  readonly batch: BatchHeader
}

/** Whether the record that the cursor is at is wanted. */
export type RecordTest = (cursor: RecordCursor) => boolean

export interface OffsetRange {
  /** Was asked for. A broker answers with whole batches: the first may begin before it. */
  readonly from: number
  readonly until: number
  /** Records before `from` are given too, from here on. Default `from`. */
  readonly keepFrom?: number | undefined
}

interface Fetched {
  readonly partition: number
  readonly records: Buffer
  readonly abortedTransactions: readonly AbortedTransaction[]
}

/** The records that a Fetch answered, within the range, and where to read on. */
export function recordsIn(
  fetched: Fetched,
  range: OffsetRange,
  isWanted?: RecordTest,
): { readonly records: ReadRecord[]; readonly next: number; readonly bytes: number } {
  const records: ReadRecord[] = []
  const keepFrom = range.keepFrom ?? range.from
  const isHidden = hiddenBatches(fetched.abortedTransactions)
  let next = range.from
  let bytes = 0
  for (const { at, header } of batchesIn(fetched.records)) {
    if (header.baseOffset >= range.until) {
      next = range.until
      break
    }
    bytes += header.byteLength
    if (!isHidden(header)) {
      const cursor = openRecords(fetched.records, at, header)
      while (cursor.next()) {
        if (cursor.offset < keepFrom || cursor.offset >= range.until) continue
        if (!isWanted || isWanted(cursor)) records.push(recordAt(cursor, fetched.partition, header))
      }
    }
    next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
  }
  return { records, next: Math.min(next, range.until), bytes }
}

function recordAt(cursor: RecordCursor, partition: number, batch: BatchHeader): ReadRecord {
  const part = (start: number, end: number): Buffer | null => (start < 0 ? null : cursor.buffer.subarray(start, end))
  return {
    partition,
    offset: cursor.offset,
    timestampMs: cursor.timestamp,
    timestampType: usesLogAppendTime(batch.attributes) ? 'LogAppendTime' : 'CreateTime',
    key: part(cursor.keyStart, cursor.keyEnd),
    value: part(cursor.valueStart, cursor.valueEnd),
    headers: readHeaders(cursor),
    batch,
  }
}

/** Of key, value and headers. */
export function bytesOf({ key, value, headers }: Pick<ReadRecord, 'key' | 'value' | 'headers'>): number {
  const ofHeaders = headers.reduce((sum, header) => sum + header.key.length + (header.value?.length ?? 0), 0)
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders
}
