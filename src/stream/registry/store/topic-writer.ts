import type { KafkaClient } from '../../client/kafka-client.ts'
import type { Producer } from '../../client/producer.ts'
import type { RegistryRecord } from '../state/registry-record.ts'
import { schemasTopic } from './schemas-topic.ts'

/** Writes to the `_schemas` topic. */
export interface TopicWriter {
  /** As one batch: all of it, or nothing. Resolves when it is durable, with its first offset; undefined when only that is not known. */
  write(records: readonly RegistryRecord[]): Promise<number | undefined>
  close(): Promise<void>
}

/** Larger than any change, so that one batch holds it. */
const batchBytesMax = 16_000_000
const deadlineMs = 30_000

export function createTopicWriter(kafka: KafkaClient): TopicWriter {
  let producer: Promise<Producer> | undefined
  let acknowledged: number | undefined

  function open(): Promise<Producer> {
    return kafka.createProducer({
      topic: schemasTopic,
      batchBytesMax,
      deadlineMs,
      onAcknowledged: ({ baseOffset }) => (acknowledged = baseOffset),
    })
  }

  return {
    async write(records) {
      acknowledged = undefined
      try {
        const opened = await (producer ??= open())
        for (const { key, value } of records)
          void opened.send({
            key: JSON.stringify(key),
            value: value === null ? null : JSON.stringify(value),
            partition: 0,
          })
        await opened.flush()
      } catch (error) {
        // A producer that failed once sends nothing more.
        void producer?.then((failed) => failed.close()).catch(() => undefined)
        producer = undefined
        throw error
      }
      return acknowledged === undefined || acknowledged < 0 ? undefined : acknowledged
    },
    async close() {
      await producer?.then((opened) => opened.close()).catch(() => undefined)
    },
  }
}
