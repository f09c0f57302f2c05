import type { HolesOf } from '../../../delivery/kafka-source.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import { stepBack } from '../../../stream/offset-holes.ts'
import { isControlBatch, type BatchHeader } from '../../../stream/protocol/records/batch-header.ts'
import { readHeaders } from '../../../stream/protocol/records/headers.ts'
import { batchesIn, openRecords } from '../../../stream/protocol/records/record-cursor.ts'
import type { RecordOperations, StreamRecord } from '../../operations.ts'

const bytesMax = 16_000_000

/** Looks at records and sends some, for people: what moves data goes by Kafka clients. */
export function createRecordOperations(client: () => Promise<KafkaClient>, holesOf: HolesOf): RecordOperations {
  return {
    async read(stream, { limit, partition, offset }) {
      const kafka = await client()
      const { id } = await mustExist(kafka, stream)
      const wanted = partition === undefined ? undefined : [partition]
      const [starts, ends, holes] = await Promise.all([
        kafka.offsets.list(stream, 'start', wanted),
        kafka.offsets.list(stream, 'end', wanted),
        holesOf(id),
      ])
      const found: StreamRecord[] = []
      for (const [number, end] of ends) {
        const from = offset === undefined ? stepBack(holes[number] ?? [], end, limit) : Number(offset)
        const range = { partition: number, from: Math.max(from, starts.get(number) ?? 0), end, limit }
        found.push(...(await readRange(kafka, stream, range)))
      }
      const newestFirst = found.toSorted(
        (a, b) => b.timestamp.localeCompare(a.timestamp) || Number(b.offset) - Number(a.offset),
      )
      return offset === undefined ? newestFirst.slice(0, limit) : found.slice(0, limit)
    },
    async produce(stream, records) {
      const kafka = await client()
      await mustExist(kafka, stream)
      const producer = await kafka.createProducer({ topic: stream })
      for (const { key, value } of records) await producer.send({ value, ...(key === undefined ? {} : { key }) })
      await producer.close()
      return { produced: records.length }
    },
  }
}

async function mustExist(kafka: KafkaClient, stream: string): Promise<{ readonly id: string }> {
  const [topic] = await kafka.topics.describe([stream])
  if (!topic) throw new WeirError('WEIR-2011', `there is no stream "${stream}". weir get stream lists them`)
  return topic
}

interface Range {
  readonly partition: number
  readonly from: number
  readonly end: number
  readonly limit: number
}

async function readRange(
  kafka: KafkaClient,
  topic: string,
  { partition, from, end, limit }: Range,
): Promise<StreamRecord[]> {
  const found: StreamRecord[] = []
  let bytes = 0
  for (let next = from; next < end && found.length < limit && bytes < bytesMax;) {
    const [fetched] = await kafka.fetch({
      topic,
      partitions: [{ partition, offset: next }],
      waitMs: 0,
      bytesMax: 1_000_000,
    })
    if (!fetched || fetched.errorCode !== 0) return found
    const before = next
    for (const { at, header } of batchesIn(fetched.records)) {
      if (!isControlBatch(header.attributes))
        found.push(...recordsOf(fetched.records, at, header, { partition, from: next }))
      next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
      bytes += header.byteLength
    }
    if (next === before) return found
  }
  return found.slice(0, limit)
}

function recordsOf(
  records: Buffer,
  at: number,
  header: BatchHeader,
  { partition, from }: { readonly partition: number; readonly from: number },
): StreamRecord[] {
  const cursor = openRecords(records, at, header)
  const text = (start: number, end: number): string | null =>
    start < 0 ? null : cursor.buffer.toString('utf8', start, end)
  const found: StreamRecord[] = []
  while (cursor.next()) {
    if (cursor.offset < from) continue
    found.push({
      partition,
      offset: String(cursor.offset),
      timestamp: new Date(cursor.timestamp).toISOString(),
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
      headers: Object.fromEntries(readHeaders(cursor).map(({ key, value }) => [key, value?.toString() ?? ''])),
      bytes: Math.max(0, cursor.valueEnd - cursor.valueStart),
    })
  }
  return found
}
