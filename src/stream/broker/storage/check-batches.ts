import { WeirError } from '../../../kernel/errors/weir-error.ts'
import {
  batchField,
  checksumOf,
  compressionOf,
  hasValidChecksum,
  isControlBatch,
  isTransactional,
  readBatchHeader,
  writeLong,
  type BatchHeader,
} from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'

/** A batch as it came, found to be whole. */
export interface CheckedBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
}

/**
 * The batches of one partition of a Produce request. Throws KafkaRefusal for what must not enter a log. The records within
 * are the producer's: they are not unpacked here.
 */
export function checkBatches(
  records: Buffer | null,
  batchBytesMax: number,
  appendTime: number | undefined,
): CheckedBatch[] {
  if (!records || records.length === 0) throw new KafkaRefusal('INVALID_RECORD', 'a produce request without records')
  const batches: CheckedBatch[] = []
  for (let at = 0; at < records.length;) {
    const header = headerAt(records, at)
    if (header.byteLength > batchBytesMax)
      throw new KafkaRefusal(
        'MESSAGE_TOO_LARGE',
        `a batch of ${header.byteLength} bytes; max.message.bytes of the topic is ${batchBytesMax}`,
      )
    checkHeader(header)
    if (!hasValidChecksum(records, at, header.byteLength))
      throw new KafkaRefusal('CORRUPT_MESSAGE', 'a batch whose checksum is wrong')
    const bytes = records.subarray(at, at + header.byteLength)
    if (appendTime !== undefined) stampAppendTime(bytes, appendTime)
    batches.push({ bytes, header: appendTime === undefined ? header : { ...header, maxTimestamp: appendTime } })
    at += header.byteLength
  }
  return batches
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

function checkHeader(header: BatchHeader): void {
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
function stampAppendTime(batch: Buffer, now: number): void {
  batch.writeInt16BE(batch.readInt16BE(batchField.attributes) | 8, batchField.attributes)
  writeLong(batch, batchField.maxTimestamp, now)
  batch.writeUInt32BE(checksumOf(batch, 0, batch.length), batchField.crc)
}
