import { createPartitionsApi } from '../../../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../../protocol/apis/create-topics.ts'
import { deleteTopicsApi } from '../../../protocol/apis/delete-topics.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, split, type Guard, type Scene } from './guard.ts'

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
  guard(deleteTopicsApi, (request, scene) => {
    const { access, apiVersion, topicName } = scene
    const may = mayDelete(scene)
    if (apiVersion < 6) {
      const [topicNames, others] = split(request.topicNames, may.byName)
      return {
        request: { ...request, topicNames },
        complete: (answer) => ({
          ...answer,
          responses: [...(answer.responses ?? []), ...others.map((name) => ({ name, errorCode }))],
        }),
      }
    }
    const [topics, others] = split(request.topics, ({ name, topicId }) =>
      name === null ? may.byId(topicId) : may.byName(name),
    )
    const refused = others.map(({ name, topicId }) => {
      const known = name ?? topicName(topicId)!
      // Who may describe it is told its name.
      const mayKnow = name !== null || access.may('describe', 'topic', known, { quiet: true })
      return { name: mayKnow ? known : null, topicId, errorCode, errorMessage: null }
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

/** By name: who may not describe a topic does not hear whether it is there, and who may hears when it is not. */
function mayDelete({ access, topicExists, topicName }: Scene) {
  const mayAll = access.may('delete', 'cluster', clusterName, { quiet: true })
  const may = (name: string): boolean => mayAll || access.may('delete', 'topic', name)
  return {
    byName: (name: string) => mayAll || (access.may('describe', 'topic', name) && (!topicExists(name) || may(name))),
    byId(id: string) {
      const name = topicName(id)
      return name === undefined || may(name)
    },
  }
}
