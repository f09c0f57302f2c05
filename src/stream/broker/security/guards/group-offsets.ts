import type { RequestOf, ResponseInput } from '../../../protocol/api.ts'
import { offsetCommitApi } from '../../../protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../protocol/apis/offset-fetch.ts'
import { txnOffsetCommitApi } from '../../../protocol/apis/txn-offset-commit.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { guard, split, type Access, type Guard } from './guard.ts'

const groupError = kafkaErrors.GROUP_AUTHORIZATION_FAILED
const topicError = kafkaErrors.TOPIC_AUTHORIZATION_FAILED

interface TopicPartitions {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number }[]
}

function refusedPartitions(topics: readonly TopicPartitions[], errorCode: number) {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }))
}

/** Where groups stand. */
export const groupOffsetGuards: readonly Guard[] = [
  guard(offsetCommitApi, (request, { access, apiVersion, topicName }) => {
    const answerOf = (topics: typeof request.topics, errorCode: number) =>
      topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      }))
    if (!access.may('read', 'group', request.groupId))
      return { refusal: { topics: answerOf(request.topics, groupError) } }
    const [topics, others] = split(request.topics, ({ name, topicId }) => {
      const known = apiVersion >= 10 ? topicName(topicId) : name
      return known === undefined || access.may('read', 'topic', known)
    })
    return {
      request: { ...request, topics },
      complete: (answer) => ({ ...answer, topics: [...(answer.topics ?? []), ...answerOf(others, topicError)] }),
    }
  }),
  guard(offsetFetchApi, (request, { access, apiVersion, topicName }) => {
    if (apiVersion < 8) return fetchOfOne(request, access, apiVersion)
    const [groups, others] = split(request.groups, ({ groupId }) => access.may('describe', 'group', groupId))
    const mayDescribe = ({
      name,
      topicId,
    }: {
      readonly name?: string | undefined
      readonly topicId?: string | undefined
    }): boolean => {
      const known = apiVersion >= 10 ? topicName(topicId ?? '') : (name ?? '')
      return known === undefined || access.may('describe', 'topic', known)
    }
    const parted = groups.map((group) => ({ group, topics: split(group.topics ?? [], mayDescribe) }))
    const hidden = new Map(parted.map(({ group, topics }) => [group.groupId, topics[1]]))
    return {
      request: {
        ...request,
        groups: parted.map(({ group, topics }) => ({ ...group, topics: group.topics && topics[0] })),
      },
      complete: (answer) => ({
        ...answer,
        groups: [
          ...(answer.groups ?? []).map((group) => ({
            ...group,
            topics: [
              ...(group.topics ?? []).filter(mayDescribe),
              ...(group.errorCode ? [] : (hidden.get(group.groupId ?? '') ?? [])).map(
                ({ name, topicId, partitionIndexes }) => ({
                  name,
                  topicId,
                  partitions: withoutOffset(partitionIndexes),
                }),
              ),
            ],
          })),
          ...others.map(({ groupId }) => ({ groupId, errorCode: groupError })),
        ],
      }),
    }
  }),
  guard(offsetDeleteApi, (request, { access }) => {
    if (!access.may('delete', 'group', request.groupId)) return { refusal: { errorCode: groupError } }
    const [topics, others] = split(request.topics, ({ name }) => access.may('read', 'topic', name))
    return {
      request: { ...request, topics },
      complete: (answer) => ({
        ...answer,
        topics: [...(answer.topics ?? []), ...refusedPartitions(others, topicError)],
      }),
    }
  }),
  guard(txnOffsetCommitApi, (request, { access }) => {
    const refuse = (errorCode: number) => ({ refusal: { topics: refusedPartitions(request.topics, errorCode) } })
    if (!access.may('write', 'transactional-id', request.transactionalId))
      return refuse(kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    if (!access.may('read', 'group', request.groupId)) return refuse(groupError)
    const [topics, others] = split(request.topics, ({ name }) => access.may('read', 'topic', name))
    return {
      request: { ...request, topics },
      complete: (answer) => ({
        ...answer,
        topics: [...(answer.topics ?? []), ...refusedPartitions(others, topicError)],
      }),
    }
  }),
]

/** Before version 8 a request is about one group. */
function fetchOfOne(request: RequestOf<typeof offsetFetchApi>, access: Access, apiVersion: number) {
  const wanted = request.topics ?? []
  if (!access.may('describe', 'group', request.groupId)) {
    // Version 1 has no place for an error but each partition's.
    const topics = wanted.map(({ name, partitionIndexes }) => ({
      name,
      partitions: withoutOffset(partitionIndexes, groupError),
    }))
    return { refusal: apiVersion < 2 ? { topics } : { errorCode: groupError } }
  }
  const mayDescribe = (name: string | undefined): boolean => access.may('describe', 'topic', name ?? '')
  const [topics, others] = split(wanted, ({ name }) => mayDescribe(name))
  return {
    request: { ...request, topics: request.topics && topics },
    complete: (answer: ResponseInput<typeof offsetFetchApi>): ResponseInput<typeof offsetFetchApi> => ({
      ...answer,
      topics: [
        ...(answer.topics ?? []).filter(({ name }) => mayDescribe(name)),
        ...others.map(({ name, partitionIndexes }) => ({ name, partitions: withoutOffset(partitionIndexes) })),
      ],
    }),
  }
}

function withoutOffset(partitionIndexes: readonly number[], errorCode: number = topicError) {
  return partitionIndexes.map((partitionIndex) => ({ partitionIndex, committedOffset: -1, errorCode }))
}
