import { WeirError } from '../../kernel/errors/weir-error.ts'
import { findCoordinatorApi } from '../protocol/apis/find-coordinator.ts'
import { metadataApi } from '../protocol/apis/metadata.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { createBroker, type Broker, type Caller } from './broker.ts'
import type { Address } from './connection.ts'
import type { TopicDescription } from './kafka-client.ts'
import { check, refused } from './retry.ts'

/**
 * What is known of the brokers: their addresses, who leads which partition, which coordinates a group. Nothing is retried here;
 * after a failure the caller forgets what it used, so that the next attempt asks anew.
 */
export interface Cluster {
  /** Any broker that answers: the known ones, then the bootstrap addresses. */
  any(): Broker
  /** Asks for topics, by name or all. Those with an error are given with it. */
  describe(names: readonly string[] | null, options: DescribeOptions): Promise<readonly DescribedTopic[]>
  /** From memory, or asked for when not known. Throws WEIR-3103 UNKNOWN_TOPIC_OR_PARTITION. */
  topic(name: string, options: DescribeOptions): Promise<TopicDescription>
  /** Throws WEIR-3103 LEADER_NOT_AVAILABLE while there is none. */
  leader(topic: TopicDescription, partition: number): Broker
  coordinator(group: string, timeoutMs: number): Promise<Broker>
  forgetTopic(name: string): void
  forgetCoordinator(group: string): void
  close(reason: WeirError): void
}

export interface DescribeOptions {
  readonly timeoutMs: number
  readonly create?: boolean
}

export interface DescribedTopic {
  readonly errorCode: number
  readonly topic: TopicDescription
}

export function createCluster(bootstrap: readonly Address[], caller: Caller): Cluster {
  const byAddress = new Map<string, Broker>()
  const addresses = new Map<number, string>()
  const topics = new Map<string, TopicDescription>()
  /** Many calls miss the same topic at once, when its leader goes: one question is enough. */
  const asked = new Map<string, Promise<readonly DescribedTopic[]>>()
  const coordinators = new Map<string, Broker>()
  const seeds = bootstrap.map(brokerAt)
  let turn = 0
  let closed: WeirError | undefined

  function brokerAt({ host, port }: Address): Broker {
    const address = `${host}:${port}`
    let broker = byAddress.get(address)
    if (!broker) byAddress.set(address, (broker = createBroker({ host, port }, caller)))
    return broker
  }

  /** In turn, so that a retry asks another one. */
  function any(): Broker {
    if (closed) throw closed
    const known = [...new Set([...[...addresses.values()].map((address) => byAddress.get(address)!), ...seeds])]
    return known[turn++ % known.length]!
  }

  async function describe(
    names: readonly string[] | null,
    options: DescribeOptions,
  ): Promise<readonly DescribedTopic[]> {
    const request = {
      topics: names?.map((name) => ({ name })) ?? null,
      allowAutoTopicCreation: options.create ?? false,
    }
    const { body } = await any().call(metadataApi, request, {
      timeoutMs: options.timeoutMs,
      versions: { min: 4, max: 13 },
    })
    addresses.clear()
    for (const broker of body.brokers) addresses.set(broker.nodeId, brokerAt(broker).address)
    return body.topics.map(({ errorCode, name, topicId, isInternal, partitions }) => {
      const topic: TopicDescription = {
        name: name ?? '',
        id: topicId,
        internal: isInternal,
        partitions: partitions
          .map(({ partitionIndex, leaderId, leaderEpoch }) => ({
            partition: partitionIndex,
            leader: leaderId,
            leaderEpoch,
          }))
          .toSorted((left, right) => left.partition - right.partition),
      }
      if (errorCode === 0) topics.set(topic.name, topic)
      else topics.delete(topic.name)
      return { errorCode, topic }
    })
  }

  return {
    any,
    describe,
    async topic(name, options) {
      const known = topics.get(name)
      if (known) return known
      const asking = asked.get(name) ?? describe([name], options).finally(() => asked.delete(name))
      asked.set(name, asking)
      const [found] = await asking
      check(found?.errorCode ?? kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, `topic ${name}`)
      return found!.topic
    },
    leader(topic, partition) {
      const found = topic.partitions[partition]
      const broker = byAddress.get(addresses.get(found?.leader ?? -1) ?? '')
      if (broker) return broker
      topics.delete(topic.name)
      if (!found) throw refused(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, `partition ${partition} of topic ${topic.name}`)
      throw refused(kafkaErrors.LEADER_NOT_AVAILABLE, `partition ${partition} of topic ${topic.name}`)
    },
    async coordinator(group, timeoutMs) {
      const known = coordinators.get(group)
      if (known) return known
      const { body, version } = await any().call(
        findCoordinatorApi,
        { key: group, coordinatorKeys: [group] },
        { timeoutMs },
      )
      const found = version >= 4 ? body.coordinators[0] : body
      check(found?.errorCode ?? kafkaErrors.COORDINATOR_NOT_AVAILABLE, `group ${group}`, found?.errorMessage)
      const broker = brokerAt(found!)
      coordinators.set(group, broker)
      return broker
    },
    forgetTopic: (name) => void topics.delete(name),
    forgetCoordinator: (group) => void coordinators.delete(group),
    close(reason) {
      closed = reason
      for (const broker of byAddress.values()) broker.close(reason)
    },
  }
}
