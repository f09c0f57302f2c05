import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'

export interface ReadRecord {
  readonly offset: number
  readonly value: string
}

/** All records of one partition, as a consumer gets them. */
export async function readPartition(
  client: KafkaClient,
  topic: string,
  partition: number,
): Promise<readonly ReadRecord[]> {
  const end = (await client.offsets.list(topic, 'end', [partition])).get(partition) ?? 0
  const found: ReadRecord[] = []
  let offset = (await client.offsets.list(topic, 'start', [partition])).get(partition) ?? 0
  while (offset < end) {
    const [answer] = await client.fetch({ topic, partitions: [{ partition, offset }], waitMs: 100 })
    if (answer === undefined || answer.errorCode !== 0) throw new Error(`fetch answers ${answer?.errorCode}`)
    for (const { at, header } of batchesIn(answer.records)) {
      const cursor = openRecords(answer.records, at, header)
      while (cursor.next()) {
        if (cursor.offset < offset) continue
        found.push({ offset: cursor.offset, value: cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd) })
        offset = cursor.offset + 1
      }
      offset = Math.max(offset, header.baseOffset + header.lastOffsetDelta + 1)
    }
  }
  return found
}
