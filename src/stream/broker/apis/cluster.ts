import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { describeClusterApi } from '../../protocol/apis/describe-cluster.ts'
import { findCoordinatorApi } from '../../protocol/apis/find-coordinator.ts'
import { initProducerIdApi } from '../../protocol/apis/init-producer-id.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { zeroUuid } from '../../protocol/field.ts'
import { advertisedVersions } from '../../protocol/versions.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { nodeId, refusalOf, type ApiServices } from './services.ts'

export function clusterHandlers(services: ApiServices): Handler[] {
  const { clusterId } = services
  const advertised = () => services.advertised()
  return [
    handle(apiVersionsApi, () => ({ apiKeys: advertisedVersions() })),
    handle(metadataApi, async ({ topics, allowAutoTopicCreation }, { apiVersion }) => ({
      brokers: [{ nodeId, ...advertised(), rack: null }],
      clusterId,
      controllerId: nodeId,
      topics: await topicsOf(services, topics, apiVersion, allowAutoTopicCreation),
    })),
    handle(describeClusterApi, () => ({
      clusterId,
      errorMessage: null,
      controllerId: nodeId,
      brokers: [{ brokerId: nodeId, ...advertised(), rack: null }],
    })),
    handle(findCoordinatorApi, ({ key, keyType, coordinatorKeys }, { apiVersion }) => {
      const keys = apiVersion >= 4 ? coordinatorKeys : [key]
      const forGroups = keyType === 0
      const answer = forGroups
        ? { nodeId, ...advertised(), errorCode: 0, errorMessage: '' }
        : {
            nodeId: -1,
            host: '',
            port: -1,
            errorCode: kafkaErrors.INVALID_REQUEST,
            errorMessage: 'this log has no transactions yet',
          }
      return { ...answer, coordinators: keys.map((one) => ({ key: one, ...answer })) }
    }),
    handle(initProducerIdApi, async ({ transactionalId, producerId, producerEpoch }) => {
      if (transactionalId !== null) return { errorCode: kafkaErrors.INVALID_REQUEST, producerEpoch: -1 }
      // A producer that lost its place goes on under the next epoch (KIP-360).
      if (producerId >= 0 && producerEpoch >= 0 && producerEpoch < 32_766)
        return { producerId, producerEpoch: producerEpoch + 1 }
      return { producerId: await services.producerIds.next(), producerEpoch: 0 }
    }),
  ]
}

type Wanted = readonly { readonly topicId: string; readonly name: string | null }[] | null

async function topicsOf(services: ApiServices, wanted: Wanted, apiVersion: number, mayCreate: boolean) {
  // Before version 1 there is no null: an empty list asks for all.
  if (wanted === null || (apiVersion === 0 && wanted.length === 0)) return services.topics.all().map(describe)
  return Promise.all(
    wanted.map(async ({ topicId, name }) => {
      try {
        if (name === null || (name === '' && topicId !== zeroUuid)) {
          const topic = services.topics.byId(topicId)
          if (topic) return describe(topic)
          return { errorCode: kafkaErrors.UNKNOWN_TOPIC_ID, name: null, topicId, partitions: [] }
        }
        return describe(await findOrCreate(services, name, mayCreate))
      } catch (error) {
        return { errorCode: refusalOf(error, services.logger).errorCode, name, topicId, partitions: [] }
      }
    }),
  )
}

async function findOrCreate(
  { topics, autoCreateTopics, defaultPartitions }: ApiServices,
  name: string,
  mayCreate: boolean,
): Promise<Topic> {
  const topic = topics.get(name)
  if (topic) return topic
  if (!mayCreate || !autoCreateTopics)
    throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
  try {
    return await topics.create(name, defaultPartitions, {})
  } catch (error) {
    // Two clients asked at once.
    const made = topics.get(name)
    if (made) return made
    throw error
  }
}

function describe({ name, id, partitions }: Topic) {
  return {
    errorCode: 0,
    name,
    topicId: id,
    partitions: partitions.map(({ view }, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: nodeId,
      leaderEpoch: view.leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      offlineReplicas: [],
    })),
  }
}
