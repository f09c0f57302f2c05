import { describeProducersApi } from '../protocol/apis/describe-producers.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import type { OpenTransaction } from './kafka-client.ts'
import { check, withRetries } from './retry.ts'

/** The transactions that are open in a partition, the oldest first. */
export async function openTransactions(
  cluster: Cluster,
  topic: string,
  partition: number,
  deadlineMs: number,
): Promise<OpenTransaction[]> {
  const what = `partition ${partition} of topic ${topic}`
  return withRetries(`producers of ${what}`, deadlineMs, async (timeoutMs) => {
    const leader = cluster.leader(await cluster.topic(topic, { timeoutMs }), partition)
    const request = { topics: [{ name: topic, partitionIndexes: [partition] }] }
    const { body } = await leader.call(describeProducersApi, request, { timeoutMs })
    const found = body.topics[0]?.partitions[0]
    check(found?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, what, found?.errorMessage)
    return found!.activeProducers
      .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0)
      .map(({ producerId, currentTxnStartOffset }) => ({ producerId, firstOffset: currentTxnStartOffset }))
      .toSorted((left, right) => left.firstOffset - right.firstOffset)
  })
}
