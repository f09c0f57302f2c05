import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { readBatchHeader, type BatchHeader } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import type { CheckedBatch } from './checked-batch.ts'

/** How a change lies in a record: its value, and its timestamp for the time. */
export interface ChangeForm<Change extends { readonly at: number }> {
  stored(change: Change): Buffer
  read(text: string, at: number): Change
}

const batchBytesMax = 1024 * 1024

/** The changes of one call lie in one batch, so that they are there together or not at all. */
export function batchOfChanges<Change extends { readonly at: number }>(
  form: ChangeForm<Change>,
  changes: readonly Change[],
): CheckedBatch {
  const builder = new BatchBuilder(1_000_000_000)
  for (const change of changes) builder.append(form.stored(change), null, change.at)
  return checked(builder)
}

/** A copy of the whole state, in batches of a size that is quickly read. */
export function* batchesOfState<Change extends { readonly at: number }>(
  form: ChangeForm<Change>,
  changes: Iterable<Change>,
): Generator<CheckedBatch> {
  const builder = new BatchBuilder(batchBytesMax)
  for (const change of changes) {
    const stored = form.stored(change)
    if (builder.append(stored, null, change.at)) continue
    yield checked(builder)
    builder.append(stored, null, change.at)
  }
  if (builder.recordCount > 0) yield checked(builder)
}

/** The changes in what was read of the log, batch by batch. */
export function* changesIn<Change extends { readonly at: number }>(
  form: ChangeForm<Change>,
  buffer: Buffer,
): Generator<{ readonly header: BatchHeader; readonly changes: readonly Change[] }> {
  for (const { at, header } of batchesIn(buffer)) {
    const records = openRecords(buffer, at, header)
    const changes: Change[] = []
    while (records.next())
      changes.push(form.read(records.buffer.toString('utf8', records.valueStart, records.valueEnd), records.timestamp))
    yield { header, changes }
  }
}

function checked(builder: BatchBuilder): CheckedBatch {
  const bytes = builder.finish()
  return { bytes, header: readBatchHeader(bytes)! }
}
