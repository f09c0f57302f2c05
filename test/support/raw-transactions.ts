import { endTxnApi } from '../../src/stream/protocol/apis/end-txn.ts'
import { initProducerIdApi } from '../../src/stream/protocol/apis/init-producer-id.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { txnOffsetCommitApi } from '../../src/stream/protocol/apis/txn-offset-commit.ts'
import { nameOfKafkaError, type KafkaErrorName } from '../../src/stream/protocol/errors.ts'
import { askKafka } from './ask-kafka.ts'
import { transactionalBytes } from './transactional-batch.ts'

/** A producer of the dialect of KIP-890, which no client on npm speaks yet: writes add themselves, ends raise the epoch. */
export interface RawTransactions {
  /** One batch; gives its first offset. */
  write(to: RawPlace, records: Parameters<typeof transactionalBytes>[0]): Promise<number>
  commitOffset(group: string, offset: RawPlace & { readonly offset: number }): Promise<void>
  end(isCommit: boolean): Promise<void>
}

interface RawPlace {
  readonly topic: string
  readonly partition: number
}

interface Target {
  readonly port: number
  readonly topicIds: ReadonlyMap<string, string>
  readonly transactionalId: string
  readonly timeoutMs: number
}

/** Rejects with the error that the broker answers; what has to be asked again is. */
export async function openRawTransactions(target: Target): Promise<RawTransactions> {
  const { port, topicIds, transactionalId, timeoutMs } = target
  const begun = await asked(() =>
    askKafka(port, initProducerIdApi, 5, { transactionalId, transactionTimeoutMs: timeoutMs }),
  )
  let identity = { producerId: begun.producerId, producerEpoch: begun.producerEpoch }
  const sequences = new Map<string, number>()
  return {
    async write({ topic, partition }, records) {
      const place = `${topic}-${partition}`
      const baseSequence = sequences.get(place) ?? 0
      const bytes = transactionalBytes(records, { ...identity, baseSequence })
      const topicData = [{ topicId: topicIds.get(topic)!, partitionData: [{ index: partition, records: bytes }] }]
      const { baseOffset } = await asked(async () => {
        const answer = await askKafka(port, produceApi, 13, { transactionalId, acks: -1, timeoutMs: 1000, topicData })
        return answer.responses[0]!.partitionResponses[0]!
      })
      sequences.set(place, baseSequence + records.length)
      return baseOffset
    },
    async commitOffset(groupId, { topic, partition, offset }) {
      const topics = [{ name: topic, partitions: [{ partitionIndex: partition, committedOffset: offset }] }]
      await asked(async () => {
        const request = { transactionalId, groupId, ...identity, topics }
        return (await askKafka(port, txnOffsetCommitApi, 5, request)).topics[0]!.partitions[0]!
      })
    },
    async end(committed) {
      const ended = await asked(() => askKafka(port, endTxnApi, 5, { transactionalId, ...identity, committed }))
      identity = { producerId: ended.producerId, producerEpoch: ended.producerEpoch }
      sequences.clear()
    },
  }
}

const asksAgain: ReadonlySet<string> = new Set<KafkaErrorName>(['CONCURRENT_TRANSACTIONS', 'COORDINATOR_NOT_AVAILABLE'])

async function asked<T extends { readonly errorCode: number }>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask()
    const error = nameOfKafkaError(answer.errorCode)
    if (error === 'NONE') return answer
    if (tries === 20 || !asksAgain.has(error)) throw new Error(error)
  }
}
