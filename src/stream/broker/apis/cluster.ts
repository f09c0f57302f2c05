import type { RequestOf, ResponseInput } from '../../protocol/api.ts'
import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { describeClusterApi } from '../../protocol/apis/describe-cluster.ts'
import { findCoordinatorApi } from '../../protocol/apis/find-coordinator.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { zeroUuid } from '../../protocol/field.ts'
import { advertisedVersions, finalizedFeatures } from '../../protocol/versions.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { nodeId } from '../node-id.ts'
import { checkTopicName } from '../topics/new-topic.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** The protocol's numbers. */
const coordinates = { groups: 0, transactions: 1 } as const
const endpoints = { brokers: 1, controllers: 2 } as const

export function clusterHandlers(services: ApiServices): Handler[] {
  const { clusterId } = services
  return [
    handle(apiVersionsApi, (request, { apiVersion }) =>
      apiVersion >= 3 && !isNamed(request) ? { errorCode: kafkaErrors.INVALID_REQUEST } : versionsFor(apiVersion),
    ),
    handle(metadataApi, async ({ topics, allowAutoTopicCreation }, { apiVersion, advertised }) => ({
      brokers: [{ nodeId, ...advertised, rack: null }],
      clusterId,
      controllerId: nodeId,
      topics: await topicsOf(services, topics, apiVersion, allowAutoTopicCreation),
    })),
    handle(describeClusterApi, ({ endpointType }, { advertised }) =>
      endpointType === endpoints.brokers
        ? {
            clusterId,
            errorMessage: null,
            controllerId: nodeId,
            brokers: [{ brokerId: nodeId, ...advertised, rack: null }],
          }
        : refusedEndpoints(endpointType),
    ),
    handle(findCoordinatorApi, ({ key, keyType, coordinatorKeys }, { apiVersion, advertised }) => {
      const keys = apiVersion >= 4 ? coordinatorKeys : [key]
      const isKnown = keyType === coordinates.groups || keyType === coordinates.transactions
      const answer = isKnown
        ? { nodeId, ...advertised, errorCode: 0, errorMessage: '' }
        : {
            nodeId: -1,
            host: '',
            port: -1,
            errorCode: kafkaErrors.INVALID_REQUEST,
            errorMessage: `there is no coordinator of kind ${keyType}`,
          }
      return { ...answer, coordinators: keys.map((one) => ({ key: one, ...answer })) }
    }),
  ]
}

/** How a client's software and its version may be named (KIP-511). */
const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/

function isNamed(client: RequestOf<typeof apiVersionsApi>): boolean {
  return softwareName.test(client.clientSoftwareName) && softwareName.test(client.clientSoftwareVersion)
}

function versionsFor(apiVersion: number): ResponseInput<typeof apiVersionsApi> {
  return {
    apiKeys: advertisedVersions(),
    // Clients of before version 4 take a smallest level of 0 for a mistake (KAFKA-17011).
    supportedFeatures:
      apiVersion >= 4 ? finalizedFeatures.map(({ name, level }) => ({ name, minVersion: 0, maxVersion: level })) : [],
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: finalizedFeatures.map(({ name, level }) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  }
}

/** The node is asked as a broker: who asks for controllers has to ask one. */
function refusedEndpoints(endpointType: number): ResponseInput<typeof describeClusterApi> {
  const [error, errorMessage] =
    endpointType === endpoints.controllers
      ? (['MISMATCHED_ENDPOINT_TYPE', 'this is a broker, not a controller'] as const)
      : (['UNSUPPORTED_ENDPOINT_TYPE', `there are no endpoints of type ${endpointType}`] as const)
  return { errorCode: kafkaErrors[error], errorMessage }
}

/** Versions 10 and 11 have the field for an id, and no topic can be asked for by it: their answer needs a name. */
const idsSince = 12

type Wanted = readonly { readonly topicId: string; readonly name: string | null }[] | null

async function topicsOf(services: ApiServices, wanted: Wanted, apiVersion: number, mayCreate: boolean) {
  // Before version 1 there is no null: an empty list asks for all.
  if (wanted === null || (apiVersion === 0 && wanted.length === 0)) return services.topics.all().map(describe)
  if (apiVersion < idsSince && wanted.some(({ name, topicId }) => name === null || topicId !== zeroUuid))
    return wanted.map(({ name }) => ({ errorCode: kafkaErrors.INVALID_REQUEST, name: name ?? '', partitions: [] }))
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
  checkTopicName(name)
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
