import { corrupt } from '../corrupt.ts'
import { BatchBuilder, setProducer } from './batch-builder.ts'
import { batchField, readBatchHeader, type BatchHeader } from './batch-header.ts'
import { openRecords } from './record-cursor.ts'

/** The end of a producer's transaction in one partition, as a control batch says it. */
export interface TransactionMarker {
  readonly isCommit: boolean
  readonly coordinatorEpoch: number
}

const transactionalControl = 16 | 32
const commit = 1
const abort = 0

/** A control batch with one record: key `version, type`, value `version, coordinator epoch`. */
export function markerBatch(
  marker: TransactionMarker,
  producerId: number,
  producerEpoch: number,
  timestamp: number,
): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(marker.isCommit ? commit : abort, 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(marker.coordinatorEpoch, 2)
  const builder = new BatchBuilder()
  builder.append(value, key, timestamp)
  const batch = builder.finish()
  batch.writeInt16BE(transactionalControl, batchField.attributes)
  setProducer(batch, { producerId, producerEpoch, baseSequence: -1 })
  return batch
}

/** What the control batch at `at` says; undefined when it ends no transaction. Throws WEIR-3001 for one that cannot be read. */
export function readMarker(buffer: Buffer, at = 0, header?: BatchHeader): TransactionMarker | undefined {
  const records = openRecords(buffer, at, header ?? readBatchHeader(buffer, at)!)
  if (!records.next()) return undefined
  if (records.keyEnd - records.keyStart < 4) throw corrupt('a control record without a type')
  const type = records.buffer.readInt16BE(records.keyStart + 2)
  if (type !== commit && type !== abort) return undefined
  if (records.valueEnd - records.valueStart < 6) throw corrupt('a transaction marker without a coordinator epoch')
  return { isCommit: type === commit, coordinatorEpoch: records.buffer.readInt32BE(records.valueStart + 2) }
}
