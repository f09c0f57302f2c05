import type { Broker } from './broker.ts'
import { createPartitionsApi } from '../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../protocol/apis/create-topics.ts'
import { deleteTopicsApi } from '../protocol/apis/delete-topics.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import { alterConfigs, configsOf } from './configs.ts'
import { deleteRecordsOf } from './delete-records.ts'
import { logSizes } from './log-sizes.ts'
import type { KafkaTopics, NewTopic, TopicDescription } from './kafka-client.ts'
import { check, refused, withRetries } from './retry.ts'

export function createTopicsClient(cluster: Cluster, deadlineMs: number): KafkaTopics {
  const retried = <T>(what: string, attempt: (broker: Broker, timeoutMs: number) => Promise<T>): Promise<T> =>
    withRetries(what, deadlineMs, (timeoutMs) => attempt(cluster.any(), timeoutMs))

  async function create(topics: readonly NewTopic[]): Promise<{ name: string; created: boolean }[]> {
    const results = await retried('create topics', (broker, timeoutMs) => createOnce(broker, topics, timeoutMs))
    await retried('wait for new topics', (_, timeoutMs) =>
      present(
        topics.map(({ name }) => name),
        timeoutMs,
      ),
    )
    return results
  }

  /** A new topic is known to a broker a moment after it was made: later calls must not stumble over that. */
  async function present(names: readonly string[], timeoutMs: number): Promise<void> {
    for (const { errorCode, topic } of await cluster.describe(names, { timeoutMs })) {
      check(errorCode, `topic ${topic.name}`)
      if (topic.partitions.some(({ leader }) => leader < 0))
        throw refused(kafkaErrors.LEADER_NOT_AVAILABLE, `topic ${topic.name}`)
    }
  }

  async function describe(names?: readonly string[]): Promise<TopicDescription[]> {
    return retried('describe topics', async (_, timeoutMs) => {
      const found = await cluster.describe(names ?? null, { timeoutMs })
      return found.flatMap(({ errorCode, topic }) => {
        if (errorCode === kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION) return []
        check(errorCode, `topic ${topic.name}`)
        return [topic]
      })
    })
  }

  async function remove(names: readonly string[]): Promise<void> {
    const request = { topics: names.map((name) => ({ name })), topicNames: names }
    await retried('delete topics', async (broker, timeoutMs) => {
      const { body } = await broker.call(
        deleteTopicsApi,
        { ...request, timeoutMs: Math.ceil(timeoutMs) },
        { timeoutMs },
      )
      for (const { name, errorCode, errorMessage } of body.responses) {
        if (errorCode !== kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION) check(errorCode, `topic ${name}`, errorMessage)
        cluster.forgetTopic(name ?? '')
      }
    })
  }

  async function addPartitions(topic: string, count: number): Promise<void> {
    await retried(`partitions of ${topic}`, async (broker, timeoutMs) => {
      const request = { topics: [{ name: topic, count, assignments: null }], timeoutMs: Math.ceil(timeoutMs) }
      const { body } = await broker.call(createPartitionsApi, { ...request, validateOnly: false }, { timeoutMs })
      for (const { errorCode, errorMessage } of body.results) check(errorCode, `topic ${topic}`, errorMessage)
    })
    cluster.forgetTopic(topic)
    await retried('wait for new partitions', async (_, timeoutMs) => {
      await present([topic], timeoutMs)
      const { partitions } = await cluster.topic(topic, { timeoutMs })
      if (partitions.length < count) throw refused(kafkaErrors.LEADER_NOT_AVAILABLE, `topic ${topic}`)
    })
  }

  async function sizes(names: readonly string[]): Promise<Map<string, Map<number, number>>> {
    const topics = await describe(names)
    return retried('sizes of topics', async (_, timeoutMs) => {
      const asked = cluster.members().map((broker) => logSizes(broker, topics, timeoutMs))
      const found = new Map(topics.map(({ name }) => [name, new Map<number, number>()]))
      for (const [topic, partition, bytes] of (await Promise.all(asked)).flat()) {
        const partitions = found.get(topic)
        // Replicas differ by what they still have to fetch.
        partitions?.set(partition, Math.max(bytes, partitions.get(partition) ?? 0))
      }
      return found
    })
  }

  async function deleteRecords(topic: string, before: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    return retried(`records of ${topic}`, async (_, timeoutMs) => {
      const described = await cluster.topic(topic, { timeoutMs })
      const byLeader = Map.groupBy(before, ([partition]) => cluster.leader(described, partition))
      const asked = [...byLeader].map(([broker, owned]) => deleteRecordsOf(broker, topic, owned, timeoutMs))
      try {
        return new Map((await Promise.all(asked)).flat())
      } catch (error) {
        cluster.forgetTopic(topic)
        throw error
      }
    })
  }

  return {
    create,
    addPartitions,
    delete: remove,
    describe,
    configs: (topic) => retried(`configs of ${topic}`, (broker, timeoutMs) => configsOf(broker, topic, timeoutMs)),
    alterConfigs: (topic, changes, { validateOnly = false } = {}) =>
      retried(`configs of ${topic}`, (broker, timeoutMs) =>
        alterConfigs(broker, topic, changes, validateOnly, timeoutMs),
      ),
    sizes,
    deleteRecords,
  }
}

async function createOnce(
  broker: Broker,
  topics: readonly NewTopic[],
  timeoutMs: number,
): Promise<{ name: string; created: boolean }[]> {
  const request = {
    topics: topics.map(({ name, partitions, replicationFactor, configs }) => ({
      name,
      numPartitions: partitions ?? -1,
      replicationFactor: replicationFactor ?? -1,
      configs: Object.entries(configs ?? {}).map(([config, value]) => ({ name: config, value })),
    })),
    timeoutMs: Math.ceil(timeoutMs),
  }
  const { body } = await broker.call(createTopicsApi, request, { timeoutMs, versions: { min: 4, max: 7 } })
  return body.topics.map(({ name, errorCode, errorMessage }) => {
    if (errorCode !== kafkaErrors.TOPIC_ALREADY_EXISTS) check(errorCode, `topic ${name}`, errorMessage)
    return { name, created: errorCode === 0 }
  })
}
