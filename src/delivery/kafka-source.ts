import { setTimeout as pause } from 'node:timers/promises'
import { WeirError } from '../kernel/errors/weir-error.ts'
import type { FetchedPartition, KafkaClient } from '../stream/client/kafka-client.ts'
import { isRetriableKafkaError, kafkaErrors } from '../stream/protocol/errors.ts'
import type { OffsetHole } from '../stream/offset-holes.ts'
import type { RecordSource, SourceAnswer } from './record-source.ts'

const noRecords = Buffer.alloc(0)
/** Between two answers in which no partition could be read. */
const pauseMs = 50

/** Of a topic (by id), by partition; the Kafka protocol has no word for them. */
export type HolesOf = (id: string) => Promise<readonly (readonly OffsetHole[])[]>

/** Reads one topic through the Kafka protocol. The client stays the caller's. Rejects with WEIR-5013 when there is no such topic. */
export async function openKafkaSource(
  client: KafkaClient,
  topic: string,
  holesOf: HolesOf = async () => [],
): Promise<RecordSource> {
  const [described] = await client.topics.describe([topic])
  if (!described) throw new WeirError('WEIR-5013', `there is no stream "${topic}"; create it, or correct the delivery`)
  let { id } = described
  const ends = new Map<number, number>()

  /** A broker may not know a topic yet, or for a moment: only its list tells that it is gone. */
  async function isGone(partition: number): Promise<boolean> {
    const [now] = await client.topics.describe([topic])
    return now?.id !== id || !now.partitions.some((found) => found.partition === partition)
  }

  async function answerOf(fetched: FetchedPartition): Promise<SourceAnswer> {
    const { partition, errorCode } = fetched
    if (errorCode === 0) {
      const { highWatermark: end, lastStableOffset: stableEnd, abortedTransactions: aborted, records } = fetched
      ends.set(partition, end)
      return { kind: 'records', partition, records, end, stableEnd, aborted }
    }
    if (errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE) return { kind: 'out of range', partition }
    if (errorCode === kafkaErrors.CORRUPT_MESSAGE) return { kind: 'damaged', partition }
    const isUnknown = errorCode === kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION || errorCode === kafkaErrors.UNKNOWN_TOPIC_ID
    if (isUnknown && (await isGone(partition))) return { kind: 'gone', partition }
    if (!isUnknown && !isRetriableKafkaError(errorCode))
      return { kind: 'failed', partition, reason: `Kafka error ${errorCode}` }
    await pause(pauseMs)
    return { kind: 'records', partition, records: noRecords, end: ends.get(partition) ?? 0, isPutOff: true }
  }

  return {
    get id() {
      return id
    },
    stream: topic,
    async refresh() {
      const [now] = await client.topics.describe([topic])
      if (!now || now.id === id) return
      id = now.id
      ends.clear()
    },
    async fetch({ partitions, waitMs, bytesMax, signal, into }) {
      const request = { topic, topicId: id, partitions, waitMs, bytesMax, into, isolation: 'committed' } as const
      const fetched = await client.fetch(signal ? { ...request, signal } : request)
      return Promise.all(fetched.map(answerOf))
    },
    async bounds(partitions) {
      const [starts, stable, found, holes] = await Promise.all([
        client.offsets.list(topic, 'start', partitions),
        client.offsets.list(topic, 'stable end', partitions),
        client.offsets.list(topic, 'end', partitions),
        holesOf(id),
      ])
      // The protocol lists by name: what is under it may be another topic by now.
      const [now] = await client.topics.describe([topic])
      if (now?.id !== id)
        throw new WeirError('WEIR-5018', `stream "${topic}" was deleted or made again while its offsets were asked for`)
      return partitions.map((partition) => ({
        partition,
        start: starts.get(partition)!,
        end: found.get(partition)!,
        stableEnd: stable.get(partition)!,
        holes: holes[partition] ?? [],
      }))
    },
    async openTransaction(partition) {
      const [oldest] = await client.openTransactions(topic, partition)
      return oldest && `producer ${oldest.producerId}`
    },
    close: async () => {},
  }
}
