import assert from 'node:assert/strict'
import { checkBatches } from '../../src/stream/broker/storage/check-batches.ts'
import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import type { PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'
import { BatchBuilder, noProducer, type ProducerIdentity } from '../../src/stream/protocol/records/batch-builder.ts'
import {
  batchField,
  hasValidChecksum,
  isControlBatch,
  readBatchHeader,
  withChecksum,
  type BatchHeader,
  type Compression,
} from '../../src/stream/protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'
import { readHeaders } from '../../src/stream/protocol/records/headers.ts'

export interface KeyedRecord {
  readonly key: string | null
  /** Null is a tombstone. */
  readonly value: string | null
  readonly timestamp: number
}

export interface PlacedRecord extends KeyedRecord {
  readonly offset: number
  readonly headers: string
}

const transactionalFlag = 16

/** A batch as a producer sends it. */
export function keyedBatch(
  records: readonly KeyedRecord[],
  { producer = noProducer, compression = 'none' }: { producer?: ProducerIdentity; compression?: Compression } = {},
): CheckedBatch {
  const builder = new BatchBuilder(1e8)
  for (const { key, value, timestamp } of records) {
    const headers = [{ key: 'h', value: Buffer.from(key ?? '') }]
    builder.append(
      value === null ? null : Buffer.from(value),
      key === null ? null : Buffer.from(key),
      timestamp,
      headers,
    )
  }
  return checkBatches(builder.finish(compression, producer), { batchBytesMax: 1e9 })[0]!
}

/** The same within a transaction. */
export function transactionalBatch(records: readonly KeyedRecord[], producer: ProducerIdentity): CheckedBatch {
  const { bytes } = keyedBatch(records, { producer })
  bytes.writeInt16BE(transactionalFlag, batchField.attributes)
  return { bytes: withChecksum(bytes), header: readBatchHeader(bytes)! }
}

/** All batches from the start to the end; each offset lies in exactly one (INV-C3), and each checksum holds. */
export async function headersOf(log: PartitionLog): Promise<readonly BatchHeader[]> {
  return (await walk(log)).map(({ header }) => header)
}

/** What a consumer gets that reads all. */
export async function recordsOf(log: PartitionLog): Promise<readonly PlacedRecord[]> {
  const found = (await walk(log)).flatMap(({ records }) => records)
  return found.filter(({ offset }) => offset >= log.startOffset)
}

async function walk(log: PartitionLog) {
  const found: { header: BatchHeader; records: PlacedRecord[] }[] = []
  let next: number | undefined
  for (let offset = log.startOffset; offset < log.endOffset; offset = next!) {
    const bytes = await log.read(offset, 100_000, true)
    for (const { at, header } of batchesIn(bytes)) {
      assert.ok(hasValidChecksum(bytes, at, header.byteLength))
      if (next !== undefined) assert.equal(header.baseOffset, next, 'each offset lies in one batch')
      next = header.baseOffset + header.lastOffsetDelta + 1
      found.push({ header, records: isControlBatch(header.attributes) ? [] : recordsIn(bytes, at, header) })
    }
  }
  assert.ok(next === undefined || next === log.endOffset, 'the last offset is covered')
  return found
}

function recordsIn(bytes: Buffer, at: number, header: BatchHeader): PlacedRecord[] {
  const cursor = openRecords(bytes, at, header)
  const records: PlacedRecord[] = []
  const text = (start: number, end: number): string | null =>
    start < 0 ? null : cursor.buffer.toString('utf8', start, end)
  while (cursor.next())
    records.push({
      offset: cursor.offset,
      timestamp: cursor.timestamp,
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
      headers: JSON.stringify(readHeaders(cursor).map(({ key, value }) => [key, String(value)])),
    })
  return records
}
