import assert from 'node:assert/strict'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'

/** All values of each partition, from the start to the end there is now. */
export async function readAll(client: KafkaClient, topic: string): Promise<string[][]> {
  const ends = await client.offsets.list(topic, 'end')
  const read: string[][] = [...ends].map(() => [])
  for (const [partition, end] of ends) {
    for (let offset = 0; offset < end;) {
      const [fetched] = await client.fetch({ topic, partitions: [{ partition, offset }] })
      assert.equal(fetched?.errorCode, 0)
      for (const { at, header } of batchesIn(fetched.records)) {
        const cursor = openRecords(fetched.records, at, header)
        while (cursor.next()) {
          assert.equal(cursor.offset, offset++)
          read[partition]!.push(cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd))
        }
      }
    }
  }
  return read
}
