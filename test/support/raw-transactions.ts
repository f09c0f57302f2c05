import { endTxnApi } from '../../src/stream/protocol/apis/end-txn.ts'
import { initProducerIdApi } from '../../src/stream/protocol/apis/init-producer-id.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { txnOffsetCommitApi } from '../../src/stream/protocol/apis/txn-offset-commit.ts'
import { nameOfKafkaError, type KafkaErrorName } from '../../src/stream/protocol/errors.ts'
import { askKafka } from './ask-kafka.ts'
import { transactionalBytes } from './transactional-batch.ts'

/** A producer of the dialect of KIP-890, which no client on npm speaks yet: writes add themselves, ends raise the epoch. */
export interface RawTransactions {
  write(partition: number, values: readonly string[]): Promise<void>
  commitOffset(group: string, partition: number, offset: number): Promise<void>
  end(isCommit: boolean): Promise<void>
}

interface Target {
  readonly port: number
  readonly topic: string
  readonly topicId: string
  readonly transactionalId: string
  readonly timeoutMs: number
}

/** Rejects with the error that the broker answers; what has to be asked again is. */
export async function openRawTransactions(target: Target): Promise<RawTransactions> {
  const { port, topic, topicId, transactionalId, timeoutMs } = target
  const begun = await asked(() =>
    askKafka(port, initProducerIdApi, 5, { transactionalId, transactionTimeoutMs: timeoutMs }),
  )
  let identity = { producerId: begun.producerId, producerEpoch: begun.producerEpoch }
  const sequences = new Map<number, number>()
  return {
    async write(index, values) {
      const baseSequence = sequences.get(index) ?? 0
      const records = transactionalBytes(values, { ...identity, baseSequence })
      const topicData = [{ topicId, partitionData: [{ index, records }] }]
      await asked(async () => {
        const answer = await askKafka(port, produceApi, 13, { transactionalId, acks: -1, timeoutMs: 1000, topicData })
        return answer.responses[0]!.partitionResponses[0]!
      })
      sequences.set(index, baseSequence + values.length)
    },
    async commitOffset(groupId, partitionIndex, committedOffset) {
      const topics = [{ name: topic, partitions: [{ partitionIndex, committedOffset }] }]
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
