import { describeClusterApi } from '../../../protocol/apis/describe-cluster.ts'
import { describeTopicPartitionsApi } from '../../../protocol/apis/describe-topic-partitions.ts'
import { findCoordinatorApi } from '../../../protocol/apis/find-coordinator.ts'
import { metadataApi } from '../../../protocol/apis/metadata.ts'
import type { RequestOf } from '../../../protocol/api.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { zeroUuid } from '../../../protocol/field.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, split, type Access, type Guard, type Scene } from './guard.ts'

const errorCode = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
const notAsked = -(2 ** 31)

/** What there is, and who coordinates what. */
export const metadataGuards: readonly Guard[] = [
  guard(metadataApi, (request, scene) => {
    const { access, apiVersion } = scene
    const isForAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0)
    const [topics, others] = split(isForAll ? [] : request.topics!, mayBeNamed(request, scene))
    const refused = others.map(({ name, topicId }) =>
      // Of what is named by name no id is told, and the other way about.
      (name !== null && topicId === zeroUuid) || apiVersion < 12
        ? { name: name ?? '', errorCode }
        : { name: null, topicId, errorCode },
    )
    return {
      request: isForAll ? request : { ...request, topics },
      complete: (answer) => ({
        ...answer,
        topics: [
          ...(answer.topics ?? [])
            .filter(({ name }) => !isForAll || access.may('describe', 'topic', name ?? '', { quiet: true }))
            .map((topic) => ({
              ...topic,
              topicAuthorizedOperations: request.includeTopicAuthorizedOperations
                ? access.operations('topic', topic.name ?? '')
                : notAsked,
            })),
          ...refused,
        ],
        clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations(access) : notAsked,
      }),
    }
  }),
  guard(describeTopicPartitionsApi, (request, { access }) => {
    const isForAll = request.topics.length === 0
    const [topics, others] = split(request.topics, ({ name }) => access.may('describe', 'topic', name))
    // An empty list would ask for all of them.
    if (!isForAll && topics.length === 0)
      return { refusal: { topics: others.map(({ name }) => ({ name, errorCode })), nextCursor: null } }
    return {
      request: { ...request, topics },
      complete: (answer) => ({
        ...answer,
        topics: [
          ...(answer.topics ?? [])
            .filter(({ name }) => !isForAll || access.may('describe', 'topic', name ?? '', { quiet: true }))
            .map((topic) => ({ ...topic, topicAuthorizedOperations: access.operations('topic', topic.name ?? '') })),
          ...others.map(({ name }) => ({ name, errorCode })),
        ],
      }),
    }
  }),
  guard(describeClusterApi, (request, { access }) => ({
    request,
    complete: (answer) => ({
      ...answer,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations(access) : notAsked,
    }),
  })),
  guard(findCoordinatorApi, (request, { access, apiVersion }) => {
    const { keyType } = request
    const [type, refusedCode] =
      keyType === 0
        ? (['group', kafkaErrors.GROUP_AUTHORIZATION_FAILED] as const)
        : (['transactional-id', kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED] as const)
    const nowhere = { nodeId: -1, host: '', port: -1, errorCode: refusedCode, errorMessage: null }
    const may = (key: string): boolean => keyType > 1 || access.may('describe', type, key)
    if (apiVersion < 4) return may(request.key) ? { request } : { refusal: nowhere }
    const [coordinatorKeys, others] = split(request.coordinatorKeys, may)
    return {
      request: { ...request, coordinatorKeys },
      complete: (answer) => ({
        ...answer,
        coordinators: [...(answer.coordinators ?? []), ...others.map((key) => ({ key, ...nowhere }))],
      }),
    }
  }),
]

type NamedTopic = NonNullable<RequestOf<typeof metadataApi>['topics']>[number]

/** Whether a topic that is named may be described and, where it would be made by that, made. */
function mayBeNamed(
  { allowAutoTopicCreation }: RequestOf<typeof metadataApi>,
  { access, autoCreateTopics, topicExists, topicName }: Scene,
): (topic: NamedTopic) => boolean {
  return ({ name, topicId }) => {
    const known = topicId === zeroUuid ? (name ?? '') : topicName(topicId)
    if (known === undefined) return true
    if (!access.may('describe', 'topic', known)) return false
    if (!allowAutoTopicCreation || !autoCreateTopics || topicExists(known)) return true
    return access.may('create', 'cluster', clusterName, { quiet: true }) || access.may('create', 'topic', known)
  }
}

function clusterOperations(access: Access): number {
  return access.may('describe', 'cluster', clusterName) ? access.operations('cluster', clusterName) : 0
}
