import { isControlBatch } from '../stream/protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../stream/protocol/records/record-cursor.ts'
import type { KafkaClient } from '../stream/client/kafka-client.ts'

export interface StreamRecord {
  readonly partition: number
  readonly offset: number
  /** ISO 8601. */
  readonly timestamp: string
  readonly key: string | null
  readonly value: string | null
}

/** The records of a topic's partitions from a place on, for ever; within a partition in order. */
export async function* readStream(
  client: KafkaClient,
  topic: string,
  from: 'start' | 'end',
): AsyncIterable<StreamRecord> {
  const next = new Map(await client.offsets.list(topic, from))
  for (;;) {
    const partitions = [...next].map(([partition, offset]) => ({ partition, offset }))
    for (const fetched of await client.fetch({ topic, partitions, waitMs: 500 })) {
      // What a retention took meanwhile is passed over: this shows what there is, it proves nothing.
      if (fetched.errorCode === offsetOutOfRange) next.set(fetched.partition, fetched.logStartOffset)
      if (fetched.errorCode !== 0) continue
      const asked = next.get(fetched.partition)!
      for (const { at, header } of batchesIn(fetched.records)) {
        if (!isControlBatch(header.attributes)) yield* recordsOf(fetched, at, header, asked)
        next.set(fetched.partition, header.baseOffset + header.lastOffsetDelta + 1)
      }
    }
  }
}

const offsetOutOfRange = 1

type Header = Parameters<typeof openRecords>[2]

function* recordsOf(
  { partition, records }: { readonly partition: number; readonly records: Buffer },
  at: number,
  header: Header,
  from: number,
): Generator<StreamRecord> {
  const cursor = openRecords(records, at, header)
  const text = (start: number, end: number): string | null =>
    start < 0 ? null : cursor.buffer.toString('utf8', start, end)
  while (cursor.next()) {
    if (cursor.offset < from) continue
    yield {
      partition,
      offset: cursor.offset,
      timestamp: new Date(cursor.timestamp).toISOString(),
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
    }
  }
}
