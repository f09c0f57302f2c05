import { isControlBatch } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'
import { schemasTopic } from '../../registry/store/schemas-topic.ts'
import type { Topic } from '../topics/topic.ts'
import { createSchemaIds, type SchemaIds } from './schema-ids.ts'

/** The schemas of this log's own `_schemas` topic, read when records are to be held to them. */
export interface RegisteredSchemas {
  readonly ids: SchemaIds
  /** Undefined when all was read that the topic has; else resolves when that is so. Rejects when it cannot be read. */
  catchUp(): Promise<void> | undefined
}

const readBytesMax = 4_000_000

export function createRegisteredSchemas(topicOf: (name: string) => Topic | undefined): RegisteredSchemas {
  let topicId: string | undefined
  let ids = createSchemaIds()
  let position = 0
  let reading: Promise<void> | undefined

  /** All that is durable: what was answered to whoever registered a schema. */
  function endOf(topic: Topic | undefined): number {
    return topic?.partitions[0]?.view.endOffset ?? 0
  }

  /** Another topic of the name, or none: what the old one said does not count any more. */
  function follow(topic: Topic | undefined): void {
    if (topic?.id === topicId) return
    topicId = topic?.id
    ids = createSchemaIds()
    position = 0
  }

  async function readOn(): Promise<void> {
    for (;;) {
      const topic = topicOf(schemasTopic)
      follow(topic)
      if (position >= endOf(topic)) return
      const partition = topic!.partitions[0]!
      const log = await partition.log()
      position = Math.max(position, log.startOffset)
      const batches = await log.read(position, readBytesMax, true)
      // Compaction may have left nothing up to the end.
      if (batches.length === 0) return void (position = Math.max(position, log.endOffset))
      apply(batches)
    }
  }

  function apply(batches: Buffer): void {
    for (const { at, header } of batchesIn(batches)) {
      const cursor = openRecords(batches, at, header)
      const part = (start: number, end: number): Buffer | null =>
        start < 0 ? null : cursor.buffer.subarray(start, end)
      while (!isControlBatch(header.attributes) && cursor.next())
        if (cursor.offset >= position)
          ids.apply(part(cursor.keyStart, cursor.keyEnd), part(cursor.valueStart, cursor.valueEnd))
      position = Math.max(position, header.baseOffset + header.lastOffsetDelta + 1)
    }
  }

  return {
    get ids() {
      return ids
    },
    catchUp() {
      if (reading) return reading
      const topic = topicOf(schemasTopic)
      follow(topic)
      if (position >= endOf(topic)) return undefined
      return (reading = readOn().finally(() => (reading = undefined)))
    },
  }
}
