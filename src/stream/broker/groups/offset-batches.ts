import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { readBatchHeader, type BatchHeader } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import type { CheckedBatch } from '../storage/check-batches.ts'
import type { OffsetChange } from './offset-table.ts'

/** As a change lies in the log: JSON, with the record's timestamp as its time. A null offset takes the entry away. */
type StoredChange = readonly [
  group: string,
  topic: string,
  partition: number,
  offset: number | null,
  leaderEpoch: number,
  metadata: string | null,
]

const batchBytesMax = 1024 * 1024

/** The changes of one call lie in one batch, so that they are there together or not at all. */
export function batchOfChanges(changes: readonly OffsetChange[]): CheckedBatch {
  const builder = new BatchBuilder(1_000_000_000)
  for (const change of changes) builder.append(stored(change), null, change.at)
  return checked(builder)
}

/** A copy of the whole state, in batches of a size that is quickly read. */
export function* batchesOfState(changes: readonly OffsetChange[]): Generator<CheckedBatch> {
  const builder = new BatchBuilder(batchBytesMax)
  for (const change of changes) {
    if (builder.append(stored(change), null, change.at)) continue
    yield checked(builder)
    builder.append(stored(change), null, change.at)
  }
  if (builder.recordCount > 0) yield checked(builder)
}

/** The changes in what was read of the log, batch by batch. */
export function* changesIn(
  buffer: Buffer,
): Generator<{ readonly header: BatchHeader; readonly changes: readonly OffsetChange[] }> {
  for (const { at, header } of batchesIn(buffer)) {
    const records = openRecords(buffer, at, header)
    const changes: OffsetChange[] = []
    while (records.next()) {
      const text = records.buffer.toString('utf8', records.valueStart, records.valueEnd)
      changes.push(changeOf(JSON.parse(text) as StoredChange, records.timestamp))
    }
    yield { header, changes }
  }
}

function stored({ group, topic, partition, committed }: OffsetChange): Buffer {
  const { offset = null, leaderEpoch = -1, metadata = null } = committed ?? {}
  const change: StoredChange = [group, topic, partition, offset, leaderEpoch, metadata]
  return Buffer.from(JSON.stringify(change))
}

function changeOf([group, topic, partition, offset, leaderEpoch, metadata]: StoredChange, at: number): OffsetChange {
  return { group, topic, partition, committed: offset === null ? null : { offset, leaderEpoch, metadata }, at }
}

function checked(builder: BatchBuilder): CheckedBatch {
  const bytes = builder.finish()
  return { bytes, header: readBatchHeader(bytes)! }
}
