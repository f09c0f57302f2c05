import { setTimeout as sleep } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { fetchApi } from '../protocol/apis/fetch.ts'
import { isRetriableKafkaError, kafkaErrors } from '../protocol/errors.ts'
import { zeroUuid } from '../protocol/field.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { unreachable } from './connection.ts'
import type { FetchedPartition, FetchRequest, KafkaFetch, TopicDescription } from './kafka-client.ts'
import { listFrom, startTimestamp } from './offsets.ts'
import { check, isRefusal, withRetries } from './retry.ts'

const partitionBytesMaxDefault = 4 * 1024 * 1024
const bytesMaxDefault = 32 * 1024 * 1024
const waitMsDefault = 500
/** From here on topics are named by id in requests. */
const topicIdVersion = 13
const noRecords = Buffer.alloc(0)

type Asked = FetchRequest['partitions'][number]

export function createFetch(cluster: Cluster, deadlineMs: number): KafkaFetch {
  return async (request) => {
    const waitMs = request.waitMs ?? waitMsDefault
    return withRetries(
      `fetch from topic ${request.topic}`,
      deadlineMs + waitMs,
      async (timeoutMs) => {
        const topic = await topicOf(request, timeoutMs)
        if (!topic) return failed(request.partitions, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION)
        if (request.topicId !== undefined && topic.id !== request.topicId) {
          cluster.forgetTopic(topic.name)
          return failed(request.partitions, kafkaErrors.UNKNOWN_TOPIC_ID)
        }
        const byLeader = Map.groupBy(request.partitions, ({ partition }) => cluster.leader(topic, partition))
        const into = byLeader.size === 1 ? request.into : undefined
        const answers = [...byLeader].map(([broker, asked]) =>
          fetchFrom(broker, topic, asked, { ...request, into }, timeoutMs),
        )
        const fetched = (await Promise.all(answers).catch(forget(topic))).flat()
        // Kafka calls it retriable because another replica may be whole; here the caller has to hear of it.
        const isCorrupt = (errorCode: number): boolean => errorCode === kafkaErrors.CORRUPT_MESSAGE
        const passing = fetched.filter(({ errorCode }) => isRetriableKafkaError(errorCode) && !isCorrupt(errorCode))
        if (passing.length > 0) cluster.forgetTopic(topic.name)
        // Nothing to give: a new topic's leader may not know yet that it leads.
        if (passing.length === request.partitions.length) check(passing[0]?.errorCode ?? 0, `topic ${topic.name}`)
        return fetched
      },
      request.signal,
    )
  }

  async function topicOf(request: FetchRequest, timeoutMs: number): Promise<TopicDescription | undefined> {
    try {
      return await cluster.topic(request.topic, { timeoutMs })
    } catch (error) {
      if (isRefusal(error, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION)) return undefined
      throw error
    }
  }

  function forget(topic: TopicDescription) {
    return (error: unknown): never => {
      cluster.forgetTopic(topic.name)
      throw error
    }
  }
}

async function fetchFrom(
  broker: Broker,
  topic: TopicDescription,
  asked: readonly Asked[],
  request: FetchRequest,
  timeoutMs: number,
): Promise<FetchedPartition[]> {
  const { signal, into } = request
  const body = {
    maxWaitMs: request.waitMs ?? waitMsDefault,
    minBytes: request.bytesMin ?? 1,
    maxBytes: request.bytesMax ?? bytesMaxDefault,
    isolationLevel: request.isolation === 'committed' ? 1 : 0,
    topics: [
      {
        topic: topic.name,
        topicId: topic.id,
        partitions: asked.map(({ partition, offset, bytesMax }) => ({
          partition,
          fetchOffset: offset,
          partitionMaxBytes: bytesMax ?? partitionBytesMaxDefault,
        })),
      },
    ],
  }
  // A broker without topic ids gives none in its metadata either: then the name has to do.
  const versions = topic.id === zeroUuid ? { min: 4, max: topicIdVersion - 1 } : { min: 4, max: 16 }
  const { body: answer } = await broker.callAlone(fetchApi, body, { timeoutMs, signal, versions, into })
  if (answer.errorCode !== 0) return failed(asked, answer.errorCode)
  const results = answer.responses.flatMap(({ partitions }) => partitions)
  const pauseMs = answer.throttleTimeMs
  // A quota is used up (KIP-219): nothing is read from us until then.
  if (results.length === 0 && pauseMs > 0 && pauseMs < timeoutMs) {
    await sleep(pauseMs, undefined, signal ? { signal } : {})
    return fetchFrom(broker, topic, asked, request, timeoutMs - pauseMs)
  }
  if (results.length === 0 && pauseMs > 0)
    throw unreachable(broker.address, `a quota lets this client fetch again in ${pauseMs} ms only`)
  if (results.length < asked.length)
    throw new WeirError('WEIR-3001', `the Kafka broker at ${broker.address} left partitions out of its answer`)
  const outside = results.filter(({ errorCode }) => errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE)
  const starts = await startsOf(
    broker,
    topic,
    outside.map(({ partitionIndex }) => partitionIndex),
    timeoutMs,
  )
  return results.map(({ partitionIndex, errorCode, highWatermark, lastStableOffset, logStartOffset, ...found }) => ({
    partition: partitionIndex,
    errorCode,
    highWatermark,
    lastStableOffset,
    abortedTransactions: found.abortedTransactions ?? [],
    logStartOffset: starts.get(partitionIndex) ?? logStartOffset,
    records: found.records ?? noRecords,
  }))
}

/** Kafka does not say where a partition begins when it refuses an offset, and that is what the caller must know next. */
async function startsOf(
  broker: Broker,
  topic: TopicDescription,
  partitions: readonly number[],
  timeoutMs: number,
): Promise<ReadonlyMap<number, number>> {
  if (partitions.length === 0) return new Map()
  return new Map(await listFrom(broker, topic.name, partitions, startTimestamp, timeoutMs))
}

function failed(asked: readonly Asked[], errorCode: number): FetchedPartition[] {
  return asked.map(({ partition }) => ({
    partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    abortedTransactions: [],
    logStartOffset: -1,
    records: noRecords,
  }))
}
