import { createPartitionsApi } from '../../../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../../protocol/apis/create-topics.ts'
import { deleteTopicsApi } from '../../../protocol/apis/delete-topics.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, split, type Guard } from './guard.ts'

const errorCode = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
const errorMessage = 'Authorization failed.'

/** Making, growing and deleting topics. */
export const topicAdminGuards: readonly Guard[] = [
  guard(createTopicsApi, (request, { access }) => {
    const mayAll = access.may('create', 'cluster', clusterName, { quiet: true })
    const [topics, others] = split(request.topics, ({ name }) => mayAll || access.may('create', 'topic', name))
    return {
      request: { ...request, topics },
      complete: (answer) => ({
        ...answer,
        topics: [
          ...(answer.topics ?? []).map((topic) =>
            topic.errorCode || access.may('describe-configs', 'topic', topic.name ?? '', { quiet: true })
              ? topic
              : { ...topic, topicConfigErrorCode: errorCode, configs: null, numPartitions: -1, replicationFactor: -1 },
          ),
          ...others.map(({ name }) => ({ name, errorCode, errorMessage })),
        ],
      }),
    }
  }),
  guard(deleteTopicsApi, (request, { access, apiVersion, topicName }) => {
    const mayAll = access.may('delete', 'cluster', clusterName, { quiet: true })
    const may = (name: string): boolean => mayAll || access.may('delete', 'topic', name)
    if (apiVersion < 6) {
      const [topicNames, others] = split(request.topicNames, may)
      return {
        request: { ...request, topicNames },
        complete: (answer) => ({
          ...answer,
          responses: [...(answer.responses ?? []), ...others.map((name) => ({ name, errorCode }))],
        }),
      }
    }
    const known = (topic: { name: string | null; topicId: string }): string | undefined =>
      topic.name ?? topicName(topic.topicId)
    const [topics, others] = split(request.topics, (topic) => {
      const name = known(topic)
      return name === undefined || may(name)
    })
    const refused = others.map((topic) => {
      // Who may describe it is told its name.
      const mayKnow = topic.name !== null || access.may('describe', 'topic', known(topic)!, { quiet: true })
      return { name: mayKnow ? known(topic)! : null, topicId: topic.topicId, errorCode, errorMessage: null }
    })
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, responses: [...(answer.responses ?? []), ...refused] }),
    }
  }),
  guard(createPartitionsApi, (request, { access }) => {
    const [topics, others] = split(request.topics, ({ name }) => access.may('alter', 'topic', name))
    return {
      request: { ...request, topics },
      complete: (answer) => ({
        ...answer,
        results: [...(answer.results ?? []), ...others.map(({ name }) => ({ name, errorCode, errorMessage: null }))],
      }),
    }
  }),
]
