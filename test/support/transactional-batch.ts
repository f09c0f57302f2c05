import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import { checkBatches } from '../../src/stream/broker/storage/check-batches.ts'
import { BatchBuilder, setProducer, type ProducerIdentity } from '../../src/stream/protocol/records/batch-builder.ts'
import { batchField } from '../../src/stream/protocol/records/batch-header.ts'

const transactional = 16

/** As a transactional producer sends it. */
export function transactionalBytes(
  records: readonly (string | { readonly value: string; readonly key?: string })[],
  producer: ProducerIdentity,
): Buffer {
  const builder = new BatchBuilder()
  for (const record of records) {
    const { value, key }: { value: string; key?: string } = typeof record === 'string' ? { value: record } : record
    builder.append(Buffer.from(value), key === undefined ? null : Buffer.from(key), Date.now())
  }
  const bytes = builder.finish()
  bytes.writeInt16BE(transactional, batchField.attributes)
  setProducer(bytes, producer)
  return bytes
}

export function transactionalBatch(values: readonly string[], producer: ProducerIdentity): CheckedBatch {
  return checkBatches(transactionalBytes(values, producer), { batchBytesMax: 1e9 })[0]!
}
