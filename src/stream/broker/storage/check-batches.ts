import { WeirError } from '../../../kernel/errors/weir-error.ts'
import {
  batchField,
  compressionOf,
  hasValidChecksum,
  isControlBatch,
  isTransactional,
  readBatchHeader,
  withChecksum,
  writeLong,
  type BatchHeader,
} from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { CheckedBatch } from './checked-batch.ts'
import { checkRecords, type RecordRules } from './check-records.ts'
import { repack, type Packing } from './repack-batch.ts'

/** What a topic asks of batches. */
export interface BatchRules {
  readonly batchBytesMax: number
  /** The log's clock stamps records. */
  readonly appendTime?: number | undefined
  readonly records?: RecordRules
  /** Batches that come otherwise are packed anew. */
  readonly packing?: Packing | undefined
  /** What a batch may unpack to, when it has to be. */
  readonly unpackedBytesMax?: number
}

/**
 * The batches of one partition of a Produce request. Throws KafkaRefusal for what must not enter a log. The records within
 * are the producer's: they are unpacked only when the rules ask for it.
 */
export function checkBatches(records: Buffer | null, rules: BatchRules): CheckedBatch[] {
  if (!records || records.length === 0) throw new KafkaRefusal('INVALID_RECORD', 'a produce request without records')
  const batches: CheckedBatch[] = []
  for (let at = 0; at < records.length;) {
    const header = headerAt(records, at)
    checkHeader(header, rules)
    const bytes = records.subarray(at, at + header.byteLength)
    if (!hasValidChecksum(bytes, 0, bytes.length))
      throw new KafkaRefusal('CORRUPT_MESSAGE', 'a batch whose checksum is wrong')
    batches.push({ bytes, header })
    at += header.byteLength
  }
  if (rules.records) checkRecords(batches, rules.records, rules.unpackedBytesMax)
  return batches.map((batch) => stamped(packed(batch, rules), rules.appendTime))
}

function packed(batch: CheckedBatch, { packing, unpackedBytesMax }: BatchRules): CheckedBatch {
  return packing ? repack(batch, packing, unpackedBytesMax) : batch
}

function headerAt(records: Buffer, at: number): BatchHeader {
  try {
    const header = readBatchHeader(records, at)
    if (header) {
      compressionOf(header.attributes)
      return header
    }
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new KafkaRefusal('CORRUPT_MESSAGE', error.message)
  }
  throw new KafkaRefusal('CORRUPT_MESSAGE', 'a batch that is cut off')
}

function checkHeader(header: BatchHeader, { batchBytesMax }: BatchRules): void {
  if (header.byteLength > batchBytesMax)
    throw new KafkaRefusal(
      'MESSAGE_TOO_LARGE',
      `a batch of ${header.byteLength} bytes; max.message.bytes of the topic is ${batchBytesMax}`,
    )
  if (header.recordCount < 1 || header.lastOffsetDelta !== header.recordCount - 1)
    throw new KafkaRefusal(
      'INVALID_RECORD',
      `a batch of ${header.recordCount} records whose last offset delta is ${header.lastOffsetDelta}`,
    )
  if (isControlBatch(header.attributes))
    throw new KafkaRefusal('INVALID_RECORD', 'a control batch, which only a broker may write')
  if (isTransactional(header.attributes) && header.producerId < 0)
    throw new KafkaRefusal('INVALID_RECORD', 'a transactional batch without a producer id')
  if (header.producerId >= 0 && (header.baseSequence < 0 || header.producerEpoch < 0))
    throw new KafkaRefusal('INVALID_RECORD', `producer ${header.producerId} sent no sequence`)
}

/** These bytes lie inside the checksum. */
function stamped({ bytes, header }: CheckedBatch, appendTime: number | undefined): CheckedBatch {
  if (appendTime === undefined) return { bytes, header }
  const attributes = header.attributes | 8
  bytes.writeInt16BE(attributes, batchField.attributes)
  writeLong(bytes, batchField.maxTimestamp, appendTime)
  return { bytes: withChecksum(bytes), header: { ...header, attributes, maxTimestamp: appendTime } }
}
