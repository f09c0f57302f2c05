import { hiddenBatches } from '../../src/stream/client/aborted-records.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'

/** The values of a partition as a consumer of committed records gets them, in order. */
export async function readCommitted(client: KafkaClient, topic: string, partition: number): Promise<string[]> {
  const end = (await client.offsets.list(topic, 'stable end', [partition])).get(partition) ?? 0
  let offset = (await client.offsets.list(topic, 'start', [partition])).get(partition) ?? 0
  const values: string[] = []
  while (offset < end) {
    const partitions = [{ partition, offset, bytesMax: 4096 }]
    const [answer] = await client.fetch({ topic, partitions, waitMs: 100, isolation: 'committed' })
    if (answer?.errorCode !== 0) throw new Error(`fetch answers ${answer?.errorCode}`)
    const isHidden = hiddenBatches(answer.abortedTransactions)
    for (const { at, header } of batchesIn(answer.records)) {
      const isBefore = header.baseOffset + header.lastOffsetDelta < offset
      if (!isHidden(header) && !isBefore) {
        const records = openRecords(answer.records, at, header)
        while (records.next())
          if (records.offset >= offset && records.offset < end)
            values.push(records.buffer.toString('utf8', records.valueStart, records.valueEnd))
      }
      offset = Math.max(offset, header.baseOffset + header.lastOffsetDelta + 1)
    }
  }
  return values
}
