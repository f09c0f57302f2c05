import { connectKafka } from '../../src/stream/client/connect.ts'
import { addOffsetsToTxnApi } from '../../src/stream/protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from '../../src/stream/protocol/apis/add-partitions-to-txn.ts'
import { describeTransactionsApi } from '../../src/stream/protocol/apis/describe-transactions.ts'
import { endTxnApi } from '../../src/stream/protocol/apis/end-txn.ts'
import { fetchApi } from '../../src/stream/protocol/apis/fetch.ts'
import { initProducerIdApi } from '../../src/stream/protocol/apis/init-producer-id.ts'
import { listOffsetsApi } from '../../src/stream/protocol/apis/list-offsets.ts'
import { offsetFetchApi } from '../../src/stream/protocol/apis/offset-fetch.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { txnOffsetCommitApi } from '../../src/stream/protocol/apis/txn-offset-commit.ts'
import { nameOfKafkaError } from '../../src/stream/protocol/errors.ts'
import { askKafka } from './ask-kafka.ts'
import { transactionalBytes } from './transactional-batch.ts'

export interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** The requests of a transactional producer, one by one, in the versions that are named. Answers are names of errors. */
export type TransactionDesk = Awaited<ReturnType<typeof openTransactionDesk>>

/** A topic with two partitions; `portOf` is asked before each request. */
export async function openTransactionDesk(portOf: () => number, topic = 'orders', transactionalId = 'x') {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${portOf()}` })
  await client.topics.create([{ name: topic, partitions: 2 }])
  const [{ id: topicId } = { id: '' }] = await client.topics.describe([topic])
  await client.close()
  const groupId = `${topic}-work`
  const port = portOf
  const topics = [{ name: topic, partitions: [0] }]
  return {
    topicId,
    async init(version: number, expected?: Identity, timeoutMs = 60_000) {
      const request = { transactionalId, transactionTimeoutMs: timeoutMs, ...expected }
      const { errorCode, ...identity } = await askKafka(port(), initProducerIdApi, version, request)
      return { error: nameOfKafkaError(errorCode), ...identity }
    },
    async addPartitions(version: number, identity: Identity) {
      const one = { transactionalId, ...identity, topics }
      const request = version >= 4 ? { transactions: [one] } : one
      const { resultsByTopic, resultsByTransaction } = await askKafka(port(), addPartitionsToTxnApi, version, request)
      const results = version >= 4 ? resultsByTransaction[0]!.topicResults : resultsByTopic
      return nameOfKafkaError(results[0]!.resultsByPartition[0]!.partitionErrorCode)
    },
    async addOffsets(identity: Identity) {
      const request = { transactionalId, ...identity, groupId }
      return nameOfKafkaError((await askKafka(port(), addOffsetsToTxnApi, 3, request)).errorCode)
    },
    async produce(version: number, identity: Identity, baseSequence: number, value: string, index = 0) {
      const records = transactionalBytes([value], { ...identity, baseSequence })
      const topicData = [{ name: topic, topicId, partitionData: [{ index, records }] }]
      const request = { transactionalId, acks: -1, timeoutMs: 1000, topicData }
      const { responses } = await askKafka(port(), produceApi, version, request)
      return nameOfKafkaError(responses[0]!.partitionResponses[0]!.errorCode)
    },
    async commitOffset(version: number, identity: Identity, committedOffset: number, member = {}) {
      const partitions = [{ partitionIndex: 0, committedOffset }]
      const request = {
        transactionalId,
        groupId,
        ...identity,
        ...member,
        topics: [{ name: topic, partitions }],
      }
      const answer = await askKafka(port(), txnOffsetCommitApi, version, request)
      return nameOfKafkaError(answer.topics[0]!.partitions[0]!.errorCode)
    },
    async end(version: number, identity: Identity, committed: boolean) {
      const answer = await askKafka(port(), endTxnApi, version, { transactionalId, ...identity, committed })
      return { ...answer, error: nameOfKafkaError(answer.errorCode) }
    },
    async offset(requireStable: boolean) {
      const groups = [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }]
      const answer = await askKafka(port(), offsetFetchApi, 8, { groups, requireStable })
      const group = answer.groups[0]!
      if (group.errorCode !== 0) return nameOfKafkaError(group.errorCode)
      const { committedOffset, errorCode } = group.topics[0]!.partitions[0]!
      return errorCode === 0 ? committedOffset : nameOfKafkaError(errorCode)
    },
    async fetch(isolationLevel: number) {
      const asked = [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1e6 }] }]
      const request = { maxWaitMs: 0, minBytes: 0, isolationLevel, topics: asked }
      return (await askKafka(port(), fetchApi, 16, request)).responses[0]!.partitions[0]!
    },
    async latest(isolationLevel: number) {
      const request = {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
      }
      return (await askKafka(port(), listOffsetsApi, 6, request)).topics[0]!.partitions[0]!.offset
    },
    describe: async () =>
      (await askKafka(port(), describeTransactionsApi, 0, { transactionalIds: [transactionalId] }))
        .transactionStates[0]!,
  }
}
