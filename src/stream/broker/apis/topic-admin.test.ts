import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import { createPartitionsApi } from '../../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../protocol/apis/create-topics.ts'
import { describeLogDirsApi } from '../../protocol/apis/describe-log-dirs.ts'
import { describeTopicPartitionsApi } from '../../protocol/apis/describe-topic-partitions.ts'
import { electLeadersApi } from '../../protocol/apis/elect-leaders.ts'
import { nameOfKafkaError } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'

interface Wanted {
  readonly name: string
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: { partitionIndex: number; brokerIds: number[] }[]
  readonly configs?: { name: string; value: string }[]
}

async function create(log: RunningBroker, wanted: Wanted, validateOnly = false) {
  const topics = [{ numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...wanted }]
  const answer = await askKafka(log.broker.port, createTopicsApi, 7, { topics, timeoutMs: 1000, validateOnly })
  const { errorCode, numPartitions } = answer.topics[0]!
  return errorCode === 0 ? numPartitions : nameOfKafkaError(errorCode)
}

async function grow(
  log: RunningBroker,
  name: string,
  count: number,
  brokers: number[][] | null = null,
  validateOnly = false,
) {
  const topics = [{ name, count, assignments: brokers?.map((brokerIds) => ({ brokerIds })) ?? null }]
  const answer = await askKafka(log.broker.port, createPartitionsApi, 3, { topics, timeoutMs: 1000, validateOnly })
  return nameOfKafkaError(answer.results[0]!.errorCode)
}

const brokersOf = (...brokers: number[][]) => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
})

void test('what cannot be made of a topic is refused as Kafka refuses it', async () => {
  await using log = await runBroker()
  assert.equal(await create(log, { name: 'looked', numPartitions: 3 }, true), 3)
  assert.equal(log.broker.status().topics.length, 0)
  for (const [wanted, answer] of [
    [{ name: 'orders', numPartitions: 2 }, 2],
    [{ name: 'orders' }, 'TOPIC_ALREADY_EXISTS'],
    [{ name: 'defaults', numPartitions: -1, replicationFactor: -1 }, 4],
    [{ name: 'x', numPartitions: 0 }, 'INVALID_PARTITIONS'],
    [{ name: 'x', numPartitions: 10_001 }, 'INVALID_PARTITIONS'],
    [{ name: 'x', replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    [{ name: 'x', replicationFactor: 3 }, 'INVALID_REPLICATION_FACTOR'],
    [{ name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    [{ name: 'with.dot' }, 1],
    [{ name: 'with_dot' }, 'INVALID_TOPIC_EXCEPTION'],
    [{ name: 'assigned', ...brokersOf([1], [1]) }, 2],
    [{ name: 'x', ...brokersOf([1], [2]) }, 'INVALID_REPLICA_ASSIGNMENT'],
    [{ name: 'x', ...brokersOf([1, 1]) }, 'INVALID_REPLICA_ASSIGNMENT'],
    [{ name: 'x', ...brokersOf([1]), numPartitions: 1 }, 'INVALID_REQUEST'],
    [{ name: 'x', configs: [{ name: 'retention.ms', value: 'x' }] }, 'INVALID_CONFIG'],
  ] as readonly (readonly [Wanted, number | string])[])
    assert.deepEqual(await create(log, wanted), answer, JSON.stringify(wanted))
})

void test('a topic grows, and is only looked at when that is asked', async () => {
  await using log = await runBroker()
  await create(log, { name: 'orders', numPartitions: 2 })
  const partitions = (): number | undefined => log.broker.status().topics[0]?.partitions.length
  for (const [count, brokers, answer] of [
    [2, null, 'INVALID_PARTITIONS'],
    [1, null, 'INVALID_PARTITIONS'],
    [10_001, null, 'INVALID_PARTITIONS'],
    [4, [[1]], 'INVALID_REPLICA_ASSIGNMENT'],
    [3, [[2]], 'INVALID_REPLICA_ASSIGNMENT'],
  ] as const)
    for (const validateOnly of [true, false])
      assert.equal(await grow(log, 'orders', count, brokers?.map((one) => [...one]) ?? null, validateOnly), answer)
  assert.equal(await grow(log, 'nope', 3), 'UNKNOWN_TOPIC_OR_PARTITION')
  assert.equal(await grow(log, 'orders', 3, null, true), 'NONE')
  assert.equal(partitions(), 2)
  assert.equal(await grow(log, 'orders', 3, [[1]]), 'NONE')
  assert.equal(partitions(), 3)
  await log.restart()
  assert.equal(partitions(), 3)
})

void test('the folder of the log, its disk, and how large each partition is', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  await client.topics.create([{ name: 'orders', partitions: 2 }])
  const builder = new BatchBuilder()
  builder.append(Buffer.from('value'), null, Date.now())
  const batch = builder.finish()
  const { length } = batch
  await client.produce({ topic: 'orders', partition: 1, batch, acks: 'all' })
  await client.close()
  for (const topics of [null, [{ topic: 'orders', partitions: [1, 9] }]]) {
    const { results } = await askKafka(log.broker.port, describeLogDirsApi, 4, { topics })
    const [dir] = results
    assert.equal(dir!.logDir, log.directory)
    assert.ok(dir!.usableBytes > 0 && dir!.totalBytes >= dir!.usableBytes)
    const sizes = dir!.topics[0]!.partitions.map(({ partitionIndex, partitionSize }) => [partitionIndex, partitionSize])
    assert.deepEqual(sizes.at(-1), [1, length])
    assert.equal(sizes.length, topics ? 1 : 2)
  }
})

void test('DescribeTopicPartitions gives so many partitions at a time, in the order of names', async () => {
  await using log = await runBroker()
  for (const [name, numPartitions] of [
    ['b', 3],
    ['a', 2],
    ['c', 1],
  ] as const)
    await create(log, { name, numPartitions })
  const seen: string[] = []
  let cursor: { topicName: string; partitionIndex: number } | null = null
  let pages = 0
  do {
    const request = { topics: [], responsePartitionLimit: 2, cursor }
    const answer: Awaited<ReturnType<typeof askDescription>> = await askDescription(log, request)
    for (const { name, partitions } of answer.topics)
      for (const { partitionIndex, leaderId } of partitions) seen.push(`${name}-${partitionIndex} at ${leaderId}`)
    cursor = answer.nextCursor
    pages++
  } while (cursor)
  assert.deepEqual(
    seen,
    ['a-0', 'a-1', 'b-0', 'b-1', 'b-2', 'c-0'].map((name) => `${name} at 1`),
  )
  assert.equal(pages, 3)
})

function askDescription(
  log: RunningBroker,
  request: {
    topics: never[]
    responsePartitionLimit: number
    cursor: { topicName: string; partitionIndex: number } | null
  },
) {
  return askKafka(log.broker.port, describeTopicPartitionsApi, 0, request)
}

void test('the leader is the only replica: no election is needed', async () => {
  await using log = await runBroker()
  await create(log, { name: 'orders' })
  const topicPartitions = [
    { topic: 'orders', partitions: [0, 1] },
    { topic: 'nope', partitions: [0] },
  ]
  const answer = await askKafka(log.broker.port, electLeadersApi, 2, {
    electionType: 0,
    topicPartitions,
    timeoutMs: 1000,
  })
  assert.deepEqual(
    answer.replicaElectionResults.flatMap(({ partitionResult }) =>
      partitionResult.map(({ errorCode }) => nameOfKafkaError(errorCode)),
    ),
    ['ELECTION_NOT_NEEDED', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION'],
  )
})
