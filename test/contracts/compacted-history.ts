import { askKafka } from '../support/ask-kafka.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { endTxnApi } from '../../src/stream/protocol/apis/end-txn.ts'
import { fetchApi } from '../../src/stream/protocol/apis/fetch.ts'
import { findCoordinatorApi } from '../../src/stream/protocol/apis/find-coordinator.ts'
import { initProducerIdApi } from '../../src/stream/protocol/apis/init-producer-id.ts'
import { metadataApi } from '../../src/stream/protocol/apis/metadata.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { nameOfKafkaError } from '../../src/stream/protocol/errors.ts'
import {
  BatchBuilder,
  noProducer,
  setProducer,
  type ProducerIdentity,
} from '../../src/stream/protocol/records/batch-builder.ts'
import { batchField, isControlBatch, type Compression } from '../../src/stream/protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'

const topic = 'prices'
const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const transactionKey = 1
/** A record with this key seals what lies before it. */
const sealingKey = '~'

export interface LeftRecord {
  readonly offset: number
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

/**
 * Produces the history of a seed into a compacted topic: plain records, idempotent ones, transactions that end either way, tombstones, all
 * compressions. Gives what is left when the broker has compacted it: each key once.
 */
export async function compactedHistory(port: number, seed: number): Promise<readonly LeftRecord[]> {
  const random = seededRandom(seed)
  const topicId = await createTopic(port)
  const write = writerOf(port, topicId)
  const begun = Date.now() - 1_000_000
  for (let round = 0; round < 40; round++) {
    const records = (): Record[] => randomRecords(random, begun + round * 1000)
    if (random.chance(0.6)) await write(records(), random.oneOf(compressions))
    else await transaction(port, write, [records(), records()], random)
  }
  // Kafka seals a segment when a record comes that is so much later than its first one, which may be the end of a transaction, of now.
  await write([{ key: sealingKey, value: 'x', timestamp: Date.now() + 500_000 }], 'none')
  await write([{ key: sealingKey, value: 'y', timestamp: Date.now() + 900_000 }], 'none')
  const left = await waitUntil('each key is there once', () => compacted(port), 60_000)
  return left.filter(({ key }) => key !== sealingKey)
}

interface Record {
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

type Write = (records: readonly Record[], compression: Compression, transaction?: Transaction) => Promise<void>

interface Transaction extends ProducerIdentity {
  readonly transactionalId: string
}

function randomRecords(random: Random, timestamp: number): Record[] {
  return Array.from({ length: 1 + random.pick(5) }, (_, at) => ({
    key: `key-${random.pick(30)}`,
    value: random.chance(0.2) ? null : `value ${random.pick(1e6)}`.padEnd(random.pick(200)),
    timestamp: timestamp + at,
  }))
}

async function createTopic(port: number): Promise<string> {
  const configs = Object.entries({
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': '0.001',
    'segment.ms': '1000',
  }).map(([name, value]) => ({ name, value }))
  const topics = [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs }]
  await askKafka(port, createTopicsApi, 7, { topics, timeoutMs: 10_000, validateOnly: false })
  return waitUntil('the topic is known', async () => {
    const [found] = (await askKafka(port, metadataApi, 10, { topics: [{ name: topic }] })).topics
    return found!.errorCode === 0 && found!.partitions[0]?.errorCode === 0 ? found!.topicId : undefined
  })
}

function writerOf(port: number, topicId: string): Write {
  return async (records, compression, transaction) => {
    const builder = new BatchBuilder(1e6)
    for (const { key, value, timestamp } of records)
      builder.append(value === null ? null : Buffer.from(value), Buffer.from(key), timestamp)
    const batch = builder.finish(compression)
    if (transaction) batch.writeInt16BE(batch.readInt16BE(batchField.attributes) | 16, batchField.attributes)
    setProducer(batch, transaction ?? noProducer)
    const { transactionalId = null } = transaction ?? {}
    const request = {
      transactionalId,
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ topicId, partitionData: [{ index: 0, records: batch }] }],
    }
    await settled(async () => (await askKafka(port, produceApi, 13, request)).responses[0]!.partitionResponses[0]!)
  }
}

/** In the dialect of KIP-890: the first batch adds the partition. */
async function transaction(
  port: number,
  write: Write,
  batches: readonly (readonly Record[])[],
  random: Random,
): Promise<void> {
  const transactionalId = `writer-${random.pick(3)}`
  // A Kafka makes the topic of transactions for who asks where it lies.
  const coordinatorKeys = [transactionalId]
  await settled(async () => {
    const request = { keyType: transactionKey, coordinatorKeys }
    return (await askKafka(port, findCoordinatorApi, 4, request)).coordinators[0]!
  })
  const begun = await settled(() =>
    askKafka(port, initProducerIdApi, 5, { transactionalId, transactionTimeoutMs: 60_000 }),
  )
  const { producerId, producerEpoch } = begun
  let baseSequence = 0
  for (const records of batches) {
    await write(records, random.oneOf(compressions), { transactionalId, producerId, producerEpoch, baseSequence })
    baseSequence += records.length
  }
  const committed = random.chance(0.6)
  await settled(() => askKafka(port, endTxnApi, 5, { transactionalId, producerId, producerEpoch, committed }))
  // A Kafka answers before it has written the end: what is written next could lie in front of it.
  await waitUntil('the end of the transaction', async () => {
    const { lastStableOffset, highWatermark } = await read(port, 0)
    return lastStableOffset === highWatermark
  })
}

const passing: ReadonlySet<string> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'UNKNOWN_TOPIC_ID',
  'NOT_LEADER_OR_FOLLOWER',
])

async function settled<T extends { readonly errorCode: number }>(ask: () => Promise<T>): Promise<T> {
  let error = 'nothing'
  const settle = async (): Promise<T | undefined> => {
    const answer = await ask()
    error = nameOfKafkaError(answer.errorCode)
    if (error === 'NONE') return answer
    if (!passing.has(error)) throw new Error(error)
    return undefined
  }
  return waitUntil('the broker has its answer', settle).catch((cause: unknown) => {
    throw new Error(`the last answer was ${error}`, { cause })
  })
}

/** What is left, once each key is there once; undefined before. */
async function compacted(port: number): Promise<readonly LeftRecord[] | undefined> {
  const left = await readAll(port)
  const keys = left.filter(({ key }) => key !== sealingKey).map(({ key }) => key)
  return new Set(keys).size === keys.length ? left : undefined
}

async function read(port: number, fetchOffset: number) {
  const topics = [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1e7 }] }]
  const request = { maxWaitMs: 0, minBytes: 0, isolationLevel: 1, topics }
  const [answer] = (await askKafka(port, fetchApi, 11, request)).responses[0]!.partitions
  return answer!
}

/** Read committed: aborted ones are left out by the broker's list. */
async function readAll(port: number): Promise<readonly LeftRecord[]> {
  const left: LeftRecord[] = []
  const aborting = new Set<number>()
  for (let fetchOffset = 0; ;) {
    const answer = await read(port, fetchOffset)
    const upcoming = (answer.abortedTransactions ?? []).toSorted((one, other) => one.firstOffset - other.firstOffset)
    const before = fetchOffset
    for (const { at, header } of batchesIn(answer.records!)) {
      const lastOffset = header.baseOffset + header.lastOffsetDelta
      while (upcoming[0] && upcoming[0].firstOffset <= lastOffset) aborting.add(upcoming.shift()!.producerId)
      fetchOffset = lastOffset + 1
      if (isControlBatch(header.attributes)) aborting.delete(header.producerId)
      else if (!(header.attributes & 16) || !aborting.has(header.producerId))
        left.push(...recordsIn(answer.records!, at, header))
    }
    if (fetchOffset === before || fetchOffset >= answer.highWatermark) return left
  }
}

function recordsIn(bytes: Buffer, at: number, header: Parameters<typeof openRecords>[2]): LeftRecord[] {
  const records = openRecords(bytes, at, header)
  const found: LeftRecord[] = []
  const text = (start: number, end: number): string | null =>
    start < 0 ? null : records.buffer.toString('utf8', start, end)
  while (records.next())
    found.push({
      offset: records.offset,
      key: text(records.keyStart, records.keyEnd)!,
      value: text(records.valueStart, records.valueEnd),
      timestamp: records.timestamp,
    })
  return found
}
