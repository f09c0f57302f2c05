import { WeirError } from '../../../kernel/errors/weir-error.ts'
import {
  attributesOf,
  batchField,
  batchHeaderBytes,
  batchLengthOverhead,
  compressionOf,
  readBatchHeader,
  withChecksum,
  type Compression,
} from '../../protocol/records/batch-header.ts'
import { compress, decompress } from '../../protocol/records/compression.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { CheckedBatch } from './checked-batch.ts'

/** How a topic's batches lie in the log, whatever their producers prefer. */
export interface Packing {
  readonly compression: Compression
  readonly level?: number | undefined
}

const compressionBits = 7

/** The same records, compressed as the topic has them; a batch that is so already stays as it came. */
export function repack(batch: CheckedBatch, { compression, level }: Packing, unpackedBytesMax?: number): CheckedBatch {
  const { bytes, header } = batch
  const given = compressionOf(header.attributes)
  if (given === compression) return batch
  try {
    const records = decompress(given, bytes.subarray(batchHeaderBytes), unpackedBytesMax)
    const anew = Buffer.concat([bytes.subarray(0, batchHeaderBytes), compress(compression, records, level)])
    anew.writeInt32BE(anew.length - batchLengthOverhead, batchField.length)
    anew.writeInt16BE((header.attributes & ~compressionBits) | attributesOf(compression), batchField.attributes)
    return { bytes: withChecksum(anew), header: readBatchHeader(anew)! }
  } catch (error) {
    if (error instanceof WeirError) throw new KafkaRefusal('CORRUPT_MESSAGE', error.message)
    throw error
  }
}
