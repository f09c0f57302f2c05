import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { readBatchHeader, type BatchHeader } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import type { CheckedBatch } from '../storage/check-batches.ts'
import { changeOf, storedChange, type GroupChange } from './group-change.ts'

const batchBytesMax = 1024 * 1024

/** The changes of one call lie in one batch, so that they are there together or not at all. */
export function batchOfChanges(changes: readonly GroupChange[]): CheckedBatch {
  const builder = new BatchBuilder(1_000_000_000)
  for (const change of changes) builder.append(storedChange(change), null, change.at)
  return checked(builder)
}

/** A copy of the whole state, in batches of a size that is quickly read. */
export function* batchesOfState(changes: Iterable<GroupChange>): Generator<CheckedBatch> {
  const builder = new BatchBuilder(batchBytesMax)
  for (const change of changes) {
    const stored = storedChange(change)
    if (builder.append(stored, null, change.at)) continue
    yield checked(builder)
    builder.append(stored, null, change.at)
  }
  if (builder.recordCount > 0) yield checked(builder)
}

/** The changes in what was read of the log, batch by batch. */
export function* changesIn(
  buffer: Buffer,
): Generator<{ readonly header: BatchHeader; readonly changes: readonly GroupChange[] }> {
  for (const { at, header } of batchesIn(buffer)) {
    const records = openRecords(buffer, at, header)
    const changes: GroupChange[] = []
    while (records.next())
      changes.push(changeOf(records.buffer.toString('utf8', records.valueStart, records.valueEnd), records.timestamp))
    yield { header, changes }
  }
}

function checked(builder: BatchBuilder): CheckedBatch {
  const bytes = builder.finish()
  return { bytes, header: readBatchHeader(bytes)! }
}
