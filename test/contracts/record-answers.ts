import { deleteRecordsApi } from '../../src/stream/protocol/apis/delete-records.ts'
import { deleteTopicsApi } from '../../src/stream/protocol/apis/delete-topics.ts'
import { describeProducersApi } from '../../src/stream/protocol/apis/describe-producers.ts'
import { fetchApi } from '../../src/stream/protocol/apis/fetch.ts'
import { listOffsetsApi } from '../../src/stream/protocol/apis/list-offsets.ts'
import { offsetCommitApi } from '../../src/stream/protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../../src/stream/protocol/apis/offset-fetch.ts'
import { offsetForLeaderEpochApi } from '../../src/stream/protocol/apis/offset-for-leader-epoch.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { metadataApi } from '../../src/stream/protocol/apis/metadata.ts'
import { nameOfKafkaError } from '../../src/stream/protocol/errors.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'
import { askKafka } from '../support/ask-kafka.ts'
import { openTransactionDesk, type Identity } from '../support/transaction-desk.ts'
import { findCoordinators } from './transaction-answers.ts'
import { waitUntil } from '../support/wait-until.ts'

/** What a broker answered, counted from where the script began: no ids, no times of its own. */
export type Answer = readonly [question: string, answer: unknown]

type Ask = (question: string, answer: Promise<unknown>) => Promise<void>

/** Puts the same questions about records to a broker: where they begin and end, by time, in transactions, in topics that come again. */
export async function recordAnswers(port: number): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  const ask: Ask = async (question, answer) => void answers.push([question, await answer])
  await findCoordinators(port)
  await askByTime(port, ask)
  await askAtTheEnds(port, ask)
  await askInTransactions(port, ask)
  await askWhereATopicComesAgain(port, ask)
  return answers
}

/** In no order: what counts is the record, not the batch. All on one day, for Kafka begins a segment where times lie far apart. */
const begin = Date.now() - 3_600_000
const batches: readonly (readonly number[])[] = [[100], [300, 200], [300, 50, 400], [250], [10]]

async function askByTime(port: number, ask: Ask): Promise<void> {
  for (const compressed of ['producer', 'gzip']) {
    const name = `timed-${compressed}`
    await create(port, name, { 'compression.type': compressed })
    for (const times of batches) await produce(port, name, times)
    const byTime = async (specials = [-1, -2, -3, -4]) => {
      const found: unknown[] = []
      for (const time of [0, 10, 11, 101, 200, 250, 251, 300, 301, 400, 401])
        found.push([time, ...(await listed(port, name, begin + time))])
      for (const special of specials) found.push([special, ...(await listed(port, name, special))])
      return found
    }
    await ask(`${name}: by time`, byTime())
    for (const start of [2, 5]) {
      await ask(`${name}: records are deleted to ${start}`, deleteTo(port, name, start))
      await ask(`${name}: by time from ${start} on`, byTime())
    }
    // Kafka's latest record may be one that was deleted.
    await ask(`${name}: records are deleted to 7`, deleteTo(port, name, 7))
    await ask(`${name}: by time from 7 on`, byTime([-1, -2, -4]))
    await ask(`${name}: records are deleted to the end`, deleteTo(port, name, -1))
    await ask(`${name}: by time in none`, byTime([-1, -2, -4]))
    await ask(`${name}: back`, deleteTo(port, name, 3))
    await ask(`${name}: beyond the end`, deleteTo(port, name, 99))
  }
}

async function askAtTheEnds(port: number, ask: Ask): Promise<void> {
  await create(port, 'ends')
  for (let at = 0; at < 4; at++) await produce(port, 'ends', [at, at])
  await deleteTo(port, 'ends', 3)
  for (const version of [4, 11, 12, 13, 16])
    for (const offset of [0, 2, 3, 4, 8, 9, -1])
      for (const isolation of [0, 1])
        await ask(
          `fetch ${version} at ${offset}, isolation ${isolation}`,
          fetched(port, version, 'ends', offset, { isolation }),
        )
  for (const [bytesMax, partitionBytesMax] of [
    [1, 1],
    [0, 0],
    [1e6, 0],
    [0, 1e6],
  ] as const)
    await ask(
      `fetch of ${bytesMax} and ${partitionBytesMax} bytes`,
      fetched(port, 12, 'ends', 3, { bytesMax, partitionBytesMax }),
    )
  for (const [currentLeaderEpoch, leaderEpoch] of [
    [-1, 0],
    [0, 0],
    [5, 0],
    [-1, 7],
    [-1, -1],
    [-1, -2],
  ] as const)
    await ask(
      `end of epoch ${leaderEpoch}, leader's ${currentLeaderEpoch}`,
      endOfEpoch(port, 'ends', currentLeaderEpoch, leaderEpoch),
    )
}

async function askInTransactions(port: number, ask: Ask): Promise<void> {
  const topic = 'in-transactions'
  const desk = await openTransactionDesk(() => port, topic, topic)
  const first = await passing(() => desk.init(3))
  const identity: Identity = { producerId: first.producerId, producerEpoch: first.producerEpoch }
  const look = async () => {
    const found: unknown[] = []
    for (const isolation of [0, 1])
      for (const special of [-1, -2, -3, 0]) {
        const [error, offset] = await listed(port, topic, special, isolation)
        found.push([isolation, special, error, offset])
      }
    for (const isolation of [0, 1])
      found.push(await fetched(port, 12, topic, 0, { isolation }), await fetched(port, 12, topic, 2, { isolation }))
    return found
  }
  const known = async () => {
    const topics = [{ name: topic, partitionIndexes: [0, 1, 7] }]
    const { topics: answered } = await askKafka(port, describeProducersApi, 0, { topics })
    return answered[0]!.partitions.map(({ partitionIndex, errorCode, activeProducers }) => [
      partitionIndex,
      nameOfKafkaError(errorCode),
      activeProducers.map(({ producerEpoch, lastSequence, lastTimestamp, coordinatorEpoch, currentTxnStartOffset }) => [
        producerEpoch,
        lastSequence,
        lastTimestamp > 0,
        coordinatorEpoch,
        currentTxnStartOffset,
      ]),
    ])
  }
  await ask('producers: none', known())
  await produce(port, topic, [5])
  await passing(() => desk.addPartitions(3, identity))
  await ask('a batch of a transaction', desk.produce(9, identity, 0, 'a'))
  await ask('it is open', look())
  await ask('producers: open', known())
  await produce(port, topic, [900])
  await ask('another batch of it', desk.produce(9, identity, 1, 'b'))
  await ask('something behind it', look())
  await ask('records are deleted into it', deleteTo(port, topic, 2))
  await ask('it is open, and begins below the start', look())
  await ask('producers: begun below the start', known())
  const ended = await passing(() => desk.end(1, identity, false))
  await ask('the end', Promise.resolve(ended.error))
  await waitUntil('the marker is written', async () => (await desk.latest(1)) === (await desk.latest(0)))
  await ask('aborted', look())
  await ask('producers: aborted', known())
}

/** Metadata and coordinators of a Kafka are known some time after they are asked for. */
async function passing<T extends string | { readonly error: string }>(ask: () => Promise<T>): Promise<T> {
  let last: T | undefined
  await waitUntil('the coordinator answers', async () => {
    last = await ask()
    const error = typeof last === 'string' ? last : last.error
    return !/COORDINATOR|CONCURRENT|UNKNOWN_TOPIC/.test(error)
  })
  return last!
}

async function askWhereATopicComesAgain(port: number, ask: Ask): Promise<void> {
  const name = 'again'
  const old = await create(port, name)
  await produce(port, name, [1, 2, 3])
  const commit = async (version: number, topicId: string) => {
    const topics = [{ name, topicId, partitions: [{ partitionIndex: 0, committedOffset: 2 }] }]
    const answer = await askKafka(port, offsetCommitApi, version, { groupId: 'again', topics })
    return nameOfKafkaError(answer.topics[0]!.partitions[0]!.errorCode)
  }
  const committed = async (version: number, topicId: string) => {
    const groups = [{ groupId: 'again', topics: [{ name, topicId, partitionIndexes: [0] }] }]
    const answer = await askKafka(port, offsetFetchApi, version, { groups, requireStable: false })
    const found = answer.groups[0]!.topics[0]?.partitions[0]
    return found && [nameOfKafkaError(found.errorCode), found.committedOffset]
  }
  await passing(() => commit(9, old))
  await ask('committed, by name', committed(9, old))
  await ask('committed, by id', committed(10, old))
  await askKafka(port, deleteTopicsApi, 5, { topicNames: [name], timeoutMs: 5000 })
  const anew = await create(port, name)
  await ask('it is another topic', Promise.resolve(old === anew))
  for (const version of [12, 13, 16]) {
    await ask(`fetch ${version} at an offset of before`, fetched(port, version, name, 3, { topicId: old }))
    await ask(`fetch ${version} of both`, fetched(port, version, name, 0, { topicId: anew }))
  }
  await ask('produce by the id of before', produceById(port, old))
  await ask('produce by the id of now', produceById(port, anew))
  await ask('commit by the id of before', commit(10, old))
  await ask('committed, by the id of before', committed(10, old))
}

async function create(port: number, name: string, configs: Readonly<Record<string, string>> = {}): Promise<string> {
  const topics = [
    {
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
    },
  ]
  let id = ''
  await waitUntil(`${name} is there`, async () => {
    await askKafka(port, createTopicsApi, 7, { topics, timeoutMs: 5000, validateOnly: false })
    const [topic] = (await askKafka(port, metadataApi, 12, { topics: [{ name }] })).topics
    id = topic!.topicId
    return (
      topic!.errorCode === 0 &&
      topic!.partitions.length > 0 &&
      topic!.partitions.every(({ errorCode }) => errorCode === 0)
    )
  })
  return id
}

function batchOf(times: readonly number[]): Buffer {
  const builder = new BatchBuilder()
  for (const time of times) builder.append(Buffer.from(`at ${time}`), null, begin + time)
  return builder.finish()
}

async function produce(port: number, name: string, times: readonly number[]): Promise<void> {
  const topicData = [{ name, partitionData: [{ index: 0, records: batchOf(times) }] }]
  await waitUntil('the batch is taken', async () => {
    const { responses } = await askKafka(port, produceApi, 9, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 5000,
      topicData,
    })
    return responses[0]!.partitionResponses[0]!.errorCode === 0
  })
}

async function produceById(port: number, topicId: string): Promise<string> {
  const topicData = [{ topicId, partitionData: [{ index: 0, records: batchOf([7]) }] }]
  const { responses } = await askKafka(port, produceApi, 13, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 5000,
    topicData,
  })
  return nameOfKafkaError(responses[0]!.partitionResponses[0]!.errorCode)
}

async function listed(port: number, name: string, timestamp: number, isolationLevel = 0) {
  const topics = [{ name, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }]
  const answer = await askKafka(port, listOffsetsApi, 8, { replicaId: -1, isolationLevel, topics, timeoutMs: 1000 })
  const found = answer.topics[0]!.partitions[0]!
  return [
    nameOfKafkaError(found.errorCode),
    found.offset,
    found.timestamp < 0 ? found.timestamp : found.timestamp - begin,
  ]
}

async function deleteTo(port: number, name: string, offset: number) {
  const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }]
  const answer = await askKafka(port, deleteRecordsApi, 2, { topics, timeoutMs: 5000 })
  const { errorCode, lowWatermark } = answer.topics[0]!.partitions[0]!
  return [nameOfKafkaError(errorCode), lowWatermark]
}

interface Wanted {
  readonly isolation?: number
  readonly bytesMax?: number
  readonly partitionBytesMax?: number
  readonly topicId?: string
}

async function fetched(
  port: number,
  version: number,
  name: string,
  fetchOffset: number,
  { isolation = 0, bytesMax = 1e6, partitionBytesMax = 1e6, topicId }: Wanted = {},
) {
  const id = topicId ?? (await askKafka(port, metadataApi, 12, { topics: [{ name }] })).topics[0]!.topicId
  const asked = [
    { topic: name, topicId: id, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: partitionBytesMax }] },
  ]
  const request = { maxWaitMs: 0, minBytes: 0, maxBytes: bytesMax, isolationLevel: isolation, topics: asked }
  const answer = await askKafka(port, fetchApi, version, request)
  const found = answer.responses[0]?.partitions[0]
  if (!found) return [nameOfKafkaError(answer.errorCode)]
  const offsets: number[] = []
  if (found.records)
    for (const { at, header } of batchesIn(found.records)) {
      const records = openRecords(found.records, at, header)
      while (records.next()) offsets.push(records.offset)
    }
  return [
    nameOfKafkaError(answer.errorCode),
    nameOfKafkaError(found.errorCode),
    found.highWatermark,
    found.lastStableOffset,
    found.logStartOffset,
    offsets,
    found.abortedTransactions?.map(({ firstOffset }) => firstOffset) ?? null,
  ]
}

async function endOfEpoch(port: number, topic: string, currentLeaderEpoch: number, leaderEpoch: number) {
  const topics = [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }]
  const answer = await askKafka(port, offsetForLeaderEpochApi, 4, { replicaId: -1, topics })
  const { errorCode, leaderEpoch: epoch, endOffset } = answer.topics[0]!.partitions[0]!
  return [nameOfKafkaError(errorCode), epoch, endOffset]
}
