import type { OpenFile } from '../../../../kernel/files/files.ts'
import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import { isControlBatch } from '../../../protocol/records/batch-header.ts'
import { openRecords } from '../../../protocol/records/record-cursor.ts'
import { readSegment } from '../partition-reader.ts'
import type { PartitionState } from '../partition-state.ts'
import type { Segment } from '../segment.ts'
import type { StorageServices } from '../storage-services.ts'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import type { KeyOffsets } from './key-offsets.ts'
import type { Pace } from './pace.ts'
import { wholeBatches, type WholeBatch } from './whole-batches.ts'

/** Puts the keys of the segments from `keys.end` on, until there is room for no more. What was aborted counts for nothing. */
export async function rememberKeys(
  { state, services, pace }: { state: PartitionState; services: StorageServices; pace: Pace },
  segments: readonly Segment[],
  keys: KeyOffsets,
  transactions: CleanedTransactions,
): Promise<void> {
  for (const segment of segments) {
    const remember = async (file: OpenFile): Promise<boolean> => {
      const index = await services.segmentIndexes.of(segment)
      for await (const batches of wholeBatches(file, segment, index.positionOf(keys.end))) {
        for (const batch of batches) {
          if (!rememberBatch(batch, keys, transactions)) return false
          await pace.breathe()
        }
        await pace.spend(batches.reduce((sum, { bytes }) => sum + bytes.length, 0))
      }
      return true
    }
    if (!(await readSegment(state, services, segment, remember))) return
    keys.passTo(segment.endOffset)
  }
}

/** False when there is no room. */
function rememberBatch({ bytes, header }: WholeBatch, keys: KeyOffsets, transactions: CleanedTransactions): boolean {
  if (isControlBatch(header.attributes)) transactions.isMarkerOfNothing(bytes, header)
  else if (!transactions.wereAborted(header) && !putKeys(bytes, header, keys)) return false
  keys.passTo(header.baseOffset + header.lastOffsetDelta + 1)
  return true
}

function putKeys(bytes: Buffer, header: WholeBatch['header'], keys: KeyOffsets): boolean {
  try {
    const records = openRecords(bytes, 0, header)
    while (records.next())
      if (records.keyStart >= 0 && records.offset >= keys.end)
        if (!keys.put(records.buffer, records.keyStart, records.keyEnd, records.offset)) return false
  } catch (error) {
    // The producer's garbage: it has no keys that anybody could read.
    if (!(error instanceof WeirError)) throw error
  }
  return true
}
