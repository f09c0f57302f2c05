import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../../stream/client/kafka-client.ts'
import { compressionOf, isTransactional } from '../../../../stream/protocol/records/batch-header.ts'
import { readBounds, type Bounds, type Isolation } from '../../../../stream/reader/place.ts'
import { readForward } from '../../../../stream/reader/read-forward.ts'
import { readNewest } from '../../../../stream/reader/read-newest.ts'
import type { ReadRecord } from '../../../../stream/reader/read-record.ts'
import type { RecordDetail } from '../../../stream-api/records.ts'
import { existingTopic } from './existing-topic.ts'
import type { RecordShower } from './shown-record.ts'

/** The record at an offset, whether or not its transaction is committed; WEIR-3124 when there is none. */
export async function readOne(
  kafka: KafkaClient,
  stream: string,
  partition: number,
  offset: number,
): Promise<ReadRecord> {
  const bounds = await boundsOf(kafka, stream, partition)
  const found = await recordFrom(kafka, stream, partition, offset, bounds, 'uncommitted')
  if (found?.offset === offset) return found
  throw absent(stream, partition, offset, bounds, found?.offset)
}

/** The same with its batch, its neighbours, and what consumers of committed records see of it. */
export async function describeRecord(
  kafka: KafkaClient,
  stream: string,
  partition: number,
  offset: number,
  show: (record: ReadRecord) => ReturnType<RecordShower>,
): Promise<RecordDetail> {
  const bounds = await boundsOf(kafka, stream, partition)
  const record = await readOne(kafka, stream, partition, offset)
  const { batch } = record
  const before = readNewest(kafka, {
    topic: stream,
    before: new Map([[partition, offset]]),
    starts: bounds.starts,
    limit: 1,
    isolation: 'uncommitted',
  })
  const [previous, next, shown, visibility] = await Promise.all([
    before.then(({ records }) => records[0]?.offset),
    recordFrom(kafka, stream, partition, offset + 1, bounds, 'uncommitted').then((found) => found?.offset),
    show(record),
    visibilityOf(kafka, stream, record, bounds),
  ])
  return {
    ...shown,
    visibility,
    batch: {
      baseOffset: String(batch.baseOffset),
      records: batch.recordCount,
      bytes: batch.byteLength,
      compression: compressionOf(batch.attributes),
      producerId: batch.producerId < 0 ? null : String(batch.producerId),
      leaderEpoch: batch.leaderEpoch,
    },
    previous: previous === undefined ? null : String(previous),
    next: next === undefined ? null : String(next),
  }
}

async function boundsOf(kafka: KafkaClient, stream: string, partition: number): Promise<Bounds> {
  const topic = await existingTopic(kafka, stream)
  if (!topic.partitions[partition])
    throw new WeirError(
      'WEIR-2011',
      `the stream "${stream}" has no partition ${partition}: 0 to ${topic.partitions.length - 1}`,
    )
  return readBounds(kafka, stream, [partition], 'uncommitted')
}

/** The first record at or after an offset. */
async function recordFrom(
  kafka: KafkaClient,
  stream: string,
  partition: number,
  offset: number,
  { starts, ends }: Bounds,
  isolation: Isolation,
): Promise<ReadRecord | undefined> {
  const from = new Map([[partition, Math.max(offset, starts.get(partition)!)]])
  const until = new Map([[partition, ends.get(partition)!]])
  for await (const { records } of readForward(kafka, { topic: stream, from, until, isolation }))
    if (records[0]) return records[0]
  return undefined
}

async function visibilityOf(
  kafka: KafkaClient,
  stream: string,
  { partition, offset, batch }: ReadRecord,
  bounds: Bounds,
): Promise<RecordDetail['visibility']> {
  if (!isTransactional(batch.attributes)) return 'committed'
  const stable = await kafka.offsets.list(stream, 'stable end', [partition])
  if (offset >= stable.get(partition)!) return 'open transaction'
  const until = new Map([[partition, offset + 1]])
  const seen = await recordFrom(kafka, stream, partition, offset, { ...bounds, ends: until }, 'committed')
  return seen?.offset === offset ? 'committed' : 'aborted'
}

function absent(
  stream: string,
  partition: number,
  offset: number,
  { starts, ends }: Bounds,
  next: number | undefined,
): WeirError {
  const [start, end] = [starts.get(partition)!, ends.get(partition)!]
  const why =
    offset < start
      ? `it was removed; the partition begins at ${start} now`
      : offset >= end
        ? `it is still to come; the partition ends at ${end}`
        : `it was compacted away or marks the end of a transaction; ${next === undefined ? 'none follows' : `the next record is ${next}`}`
  return new WeirError(
    'WEIR-3124',
    `there is no record at offset ${offset} of partition ${partition} of ${stream}: ${why}`,
  )
}
