import { WeirError } from '../../kernel/errors/weir-error.ts'
import { produceApi } from '../protocol/apis/produce.ts'
import { wireAcks, type Acks } from './acks.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import type { ProducedBatch, ProduceRequest } from './kafka-client.ts'
import { check, withRetries } from './retry.ts'

/** Sends one batch to a partition's leader, once. After an error that says so the leader must be looked up anew. */
export async function produceTo(
  broker: Broker,
  place: { readonly topic: string; readonly partition: number },
  batch: Buffer,
  acks: Acks,
  timeoutMs: number,
): Promise<ProducedBatch> {
  const { topic, partition } = place
  const body = {
    acks: wireAcks[acks],
    timeoutMs: Math.ceil(timeoutMs),
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
  }
  if (acks === 'none') {
    await broker.send(produceApi, body, { timeoutMs })
    return { baseOffset: -1, logAppendTimeMs: -1 }
  }
  const answer = await broker.call(produceApi, body, { timeoutMs })
  const [result] = answer.body.responses.flatMap(({ partitionResponses }) => partitionResponses)
  if (!result) throw new WeirError('WEIR-3001', `the Kafka broker at ${broker.address} did not say whether it wrote`)
  check(result.errorCode, `partition ${partition} of topic ${topic}`, result.errorMessage)
  return { baseOffset: result.baseOffset, logAppendTimeMs: result.logAppendTimeMs }
}

export function createProduce(
  cluster: Cluster,
  deadlineMs: number,
): (request: ProduceRequest) => Promise<ProducedBatch> {
  return ({ topic, partition, batch, acks = 'all' }) =>
    withRetries(`produce to topic ${topic}`, deadlineMs, async (timeoutMs) => {
      try {
        const broker = cluster.leader(await cluster.topic(topic, { timeoutMs }), partition)
        return await produceTo(broker, { topic, partition }, batch, acks, timeoutMs)
      } catch (error) {
        cluster.forgetTopic(topic)
        throw error
      }
    })
}
