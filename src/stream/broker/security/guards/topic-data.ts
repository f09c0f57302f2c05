import { deleteRecordsApi } from '../../../protocol/apis/delete-records.ts'
import { describeProducersApi } from '../../../protocol/apis/describe-producers.ts'
import { fetchApi } from '../../../protocol/apis/fetch.ts'
import { listOffsetsApi } from '../../../protocol/apis/list-offsets.ts'
import { offsetForLeaderEpochApi } from '../../../protocol/apis/offset-for-leader-epoch.ts'
import { produceApi } from '../../../protocol/apis/produce.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, split, type Guard, type Scene } from './guard.ts'

const errorCode = kafkaErrors.TOPIC_AUTHORIZATION_FAILED

/** The name of a topic that a request has by name or, in newer versions, by id; undefined when there is no such id. */
function nameOf(name: string, topicId: string, since: number, { apiVersion, topicName }: Scene): string | undefined {
  return apiVersion >= since ? topicName(topicId) : name
}

/** Records, and where they lie. */
export const topicDataGuards: readonly Guard[] = [
  guard(produceApi, (request, scene) => {
    const { transactionalId, topicData, acks } = request
    const { access } = scene
    const refusedWith = (code: number, topics: typeof topicData) =>
      topics.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1 })),
      }))
    const unanswered = 'a produce request with acks=0 is not authorized'
    if (transactionalId !== null && !access.may('write', 'transactional-id', transactionalId)) {
      const responses = refusedWith(kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, topicData)
      return acks === 0 ? { request: { ...request, topicData: [] }, unanswered } : { refusal: { responses } }
    }
    const [allowed, others] = split(topicData, ({ name, topicId }) => {
      const known = nameOf(name, topicId, 13, scene)
      return known === undefined || access.may('write', 'topic', known)
    })
    if (others.length === 0) return { request }
    return {
      request: { ...request, topicData: allowed },
      complete: (answer) => ({
        ...answer,
        responses: [...(answer.responses ?? []), ...refusedWith(errorCode, others)],
      }),
      unanswered,
    }
  }),
  guard(fetchApi, (request, scene) => {
    const [allowed, others] = split(request.topics, ({ topic, topicId }) => {
      const known = nameOf(topic, topicId, 13, scene)
      return known === undefined || scene.access.may('read', 'topic', known)
    })
    if (others.length === 0) return { request }
    const refused = others.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, errorCode, highWatermark: -1 })),
    }))
    return {
      // What is refused is answered at once, as every error is.
      request: { ...request, topics: allowed, maxWaitMs: 0 },
      complete: (answer) => ({ ...answer, responses: [...(answer.responses ?? []), ...refused] }),
    }
  }),
  guard(listOffsetsApi, (request, { access }) => {
    const [topics, others] = split(request.topics, ({ name }) => access.may('describe', 'topic', name))
    const refused = others.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }))
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...refused] }),
    }
  }),
  guard(offsetForLeaderEpochApi, (request, { access }) => {
    const isReplica = access.may('cluster-action', 'cluster', clusterName, { quiet: true })
    const [topics, others] = split(request.topics, ({ topic }) => isReplica || access.may('describe', 'topic', topic))
    const refused = others.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    }))
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...refused] }),
    }
  }),
  guard(deleteRecordsApi, (request, { access }) => {
    const [topics, others] = split(request.topics, ({ name }) => access.may('delete', 'topic', name))
    const refused = others.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
    }))
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...refused] }),
    }
  }),
  guard(describeProducersApi, (request, { access }) => {
    const [topics, others] = split(request.topics, ({ name }) => access.may('read', 'topic', name))
    const refused = others.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
    }))
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...refused] }),
    }
  }),
]
