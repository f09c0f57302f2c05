import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../../stream/client/kafka-client.ts'
import type { ValueReader } from '../../../../stream/registry/decode/value-reader.ts'
import type { ProducedRecord, Produced, RecordOperations } from '../../../stream-api/records.ts'
import { existingTopic } from './existing-topic.ts'
import { describeRecord, readOne } from './one-record.ts'
import { readPage } from './record-page.ts'
import { searchStream } from './record-search.ts'
import { showRecordsOf } from './shown-record.ts'

/** So many searches run at the same time: each reads as fast as it can. */
const searchesMax = 4

export function createRecordOperations(client: () => Promise<KafkaClient>, values: ValueReader): RecordOperations {
  let searches = 0
  return {
    page: async (stream, request) => readPage(await client(), stream, request, showRecordsOf(stream, values)),
    async *search(stream, search, signal) {
      if (searches >= searchesMax)
        throw new WeirError('WEIR-7013', `${searches} searches run already. Stop one of them, or wait`)
      searches++
      try {
        yield* searchStream(await client(), stream, search, showRecordsOf(stream, values), signal)
      } finally {
        searches--
      }
    },
    async one(stream, partition, offset, textBytesMax) {
      const show = showRecordsOf(stream, values)
      return describeRecord(await client(), stream, partition, offset, (record) => show(record, textBytesMax))
    },
    bytes: async (stream, partition, offset, part) => (await readOne(await client(), stream, partition, offset))[part],
    produce: async (stream, records) => produce(await client(), stream, records),
  }
}

async function produce(kafka: KafkaClient, stream: string, records: readonly ProducedRecord[]): Promise<Produced> {
  await existingTopic(kafka, stream)
  const batches: { partition: number; baseOffset: string; records: number }[] = []
  const producer = await kafka.createProducer({
    topic: stream,
    onAcknowledged: ({ partition, baseOffset, records: count }) =>
      batches.push({ partition, baseOffset: String(baseOffset), records: count }),
  })
  for (const { key, value, headers, partition, timestampMs } of records)
    await producer.send({
      key,
      value,
      headers,
      ...(partition === undefined ? {} : { partition }),
      ...(timestampMs === undefined ? {} : { timestampMs }),
    })
  await producer.close()
  return { produced: records.length, batches }
}
