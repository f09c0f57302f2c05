import type { HolesOf } from '../../../delivery/kafka-source.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import { stepBack } from '../../../stream/offset-holes.ts'
import { isControlBatch, type BatchHeader } from '../../../stream/protocol/records/batch-header.ts'
import { readHeaders } from '../../../stream/protocol/records/headers.ts'
import { batchesIn, openRecords } from '../../../stream/protocol/records/record-cursor.ts'
import type { ValueReader } from '../../../stream/registry/decode/value-reader.ts'
import type { RecordOperations, StreamRecord } from '../../operations.ts'

const bytesMax = 16_000_000

/** Looks at records and sends some, for people: what moves data goes by Kafka clients. */
export function createRecordOperations(
  client: () => Promise<KafkaClient>,
  holesOf: HolesOf,
  values: ValueReader,
): RecordOperations {
  return {
    subjects: (stream) => values.subjects(stream),
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
        found.push(...(await readRange(kafka, stream, range, values)))
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
  values: ValueReader,
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
        found.push(...(await recordsOf(fetched.records, at, header, { topic, partition, from: next }, values)))
      next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
      bytes += header.byteLength
    }
    if (next === before) return found
  }
  return found.slice(0, limit)
}

async function recordsOf(
  records: Buffer,
  at: number,
  header: BatchHeader,
  { topic, partition, from }: { readonly topic: string; readonly partition: number; readonly from: number },
  values: ValueReader,
): Promise<StreamRecord[]> {
  const cursor = openRecords(records, at, header)
  const bytes = (start: number, end: number): Buffer | null => (start < 0 ? null : cursor.buffer.subarray(start, end))
  const found: StreamRecord[] = []
  while (cursor.next()) {
    if (cursor.offset < from) continue
    const [key, value] = [bytes(cursor.keyStart, cursor.keyEnd), bytes(cursor.valueStart, cursor.valueEnd)]
    const headers = readHeaders(cursor)
    found.push({
      partition,
      offset: String(cursor.offset),
      timestamp: new Date(cursor.timestamp).toISOString(),
      key: key?.toString('utf8') ?? null,
      value: value?.toString('utf8') ?? null,
      headers: Object.fromEntries(headers.map((each) => [each.key, each.value?.toString() ?? ''])),
      bytes: value?.length ?? 0,
      decoded: {
        key: await values.decode(key, { topic, part: 'key', headers }),
        value: await values.decode(value, { topic, part: 'value', headers }),
      },
    })
  }
  return found
}
