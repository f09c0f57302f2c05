import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ResponseOf } from '../protocol/api.ts'
import { findCoordinatorApi } from '../protocol/apis/find-coordinator.ts'
import { metadataApi } from '../protocol/apis/metadata.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { Brokers } from './brokers.ts'
import type { TopicDescription } from './kafka-client.ts'
import { check, refused } from './retry.ts'

/**
 * What is known of the brokers: their addresses, who leads which partition, which coordinates a group. Nothing is retried here;
 * after a failure the caller forgets what it used, so that the next attempt asks anew.
 */
export interface Cluster {
  /** Any broker that answers: the known ones, then the bootstrap addresses. */
  any(): Broker
  /** Every broker, as `describe` found them last. */
  members(): readonly Broker[]
  /** Asks for topics, by name or all. Those with an error are given with it. */
  describe(names: readonly string[] | null, options: DescribeOptions): Promise<readonly DescribedTopic[]>
  /** From memory, or asked for when not known. Throws WEIR-3103 UNKNOWN_TOPIC_OR_PARTITION. */
  topic(name: string, options: DescribeOptions): Promise<TopicDescription>
  /** Throws WEIR-3103 LEADER_NOT_AVAILABLE while there is none. */
  leader(topic: TopicDescription, partition: number): Broker
  coordinator(group: string, timeoutMs: number): Promise<Broker>
  clusterId(timeoutMs: number): Promise<string>
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

export function createCluster(brokers: Brokers): Cluster {
  const topics = new Map<string, TopicDescription>()
  /** Many calls miss the same topic at once, when its leader goes: one question is enough. */
  const asked = new Map<string, Promise<readonly DescribedTopic[]>>()
  const coordinators = new Map<string, Broker>()

  async function describe(
    names: readonly string[] | null,
    options: DescribeOptions,
  ): Promise<readonly DescribedTopic[]> {
    const request = {
      topics: names?.map((name) => ({ name })) ?? null,
      allowAutoTopicCreation: options.create ?? false,
    }
    const { body } = await brokers.any().call(metadataApi, request, {
      timeoutMs: options.timeoutMs,
      versions: { min: 4, max: 13 },
    })
    brokers.learn(body.brokers)
    return body.topics.map((answered) => {
      const topic = descriptionOf(answered)
      if (answered.errorCode === 0) topics.set(topic.name, topic)
      else topics.delete(topic.name)
      return { errorCode: answered.errorCode, topic }
    })
  }

  return {
    any: () => brokers.any(),
    members: () => brokers.members(),
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
      const broker = found && brokers.byId(found.leader)
      if (broker) return broker
      topics.delete(topic.name)
      if (!found) throw refused(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, `partition ${partition} of topic ${topic.name}`)
      throw refused(kafkaErrors.LEADER_NOT_AVAILABLE, `partition ${partition} of topic ${topic.name}`)
    },
    async coordinator(group, timeoutMs) {
      const known = coordinators.get(group)
      if (known) return known
      const { body, version } = await brokers
        .any()
        .call(findCoordinatorApi, { key: group, coordinatorKeys: [group] }, { timeoutMs })
      const found = version >= 4 ? body.coordinators[0] : body
      check(found?.errorCode ?? kafkaErrors.COORDINATOR_NOT_AVAILABLE, `group ${group}`, found?.errorMessage)
      const broker = brokers.at(found!)
      coordinators.set(group, broker)
      return broker
    },
    async clusterId(timeoutMs) {
      const request = { topics: [], allowAutoTopicCreation: false }
      const { body } = await brokers.any().call(metadataApi, request, { timeoutMs, versions: { min: 4, max: 13 } })
      return body.clusterId ?? ''
    },
    forgetTopic: (name) => void topics.delete(name),
    forgetCoordinator: (group) => void coordinators.delete(group),
    close: (reason) => brokers.close(reason),
  }
}

function descriptionOf(answered: ResponseOf<typeof metadataApi>['topics'][number]): TopicDescription {
  const { name, topicId, isInternal, partitions } = answered
  return {
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
}
