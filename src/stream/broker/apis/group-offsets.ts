import { offsetCommitApi } from '../../protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../../protocol/apis/offset-fetch.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import { zeroUuid } from '../../protocol/field.ts'
import type { CommittedOffset } from '../groups/offset-table.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

const metadataBytesMax = 4096

export function groupOffsetHandlers({ groups, topics, logger }: ApiServices): Handler[] {
  const { offsets } = groups

  /** A topic that was deleted and made again is another one: what was committed in the first says nothing of it. */
  function committedIn(group: string, topic: string, partition: number): CommittedOffset | undefined {
    const committed = offsets.get({ group, topic, partition })
    const id = committed?.topicId
    return id === undefined || id === topics.get(topic)?.id ? committed : undefined
  }

  function fetchOffsets(
    group: string,
    wanted: readonly { name: string; partitionIndexes: readonly number[] }[] | null,
  ) {
    const named = wanted ?? groupByTopic(offsets.of(group))
    return named.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const committed = committedIn(group, name, partitionIndex)
        return {
          partitionIndex,
          committedOffset: committed?.offset ?? -1,
          committedLeaderEpoch: committed?.leaderEpoch ?? -1,
          metadata: committed?.metadata ?? '',
          errorCode: 0,
        }
      }),
    }))
  }

  return [
    handle(
      offsetCommitApi,
      async ({ groupId, memberId, groupInstanceId, generationIdOrMemberEpoch, topics: committing }) => {
        const group = groups.find(groupId)
        const outsider = generationIdOrMemberEpoch < 0 && memberId === ''
        const refusal: KafkaErrorName | undefined =
          groupId === ''
            ? 'INVALID_GROUP_ID'
            : group
              ? group.commitError(memberId, groupInstanceId, generationIdOrMemberEpoch)
              : outsider
                ? undefined
                : generationIdOrMemberEpoch >= 0
                  ? 'ILLEGAL_GENERATION'
                  : 'UNKNOWN_MEMBER_ID'
        const errorOf = (name: string, partition: number, metadata: string | null): KafkaErrorName | undefined => {
          if (refusal) return refusal
          if (!topics.get(name)?.partitions[partition]) return 'UNKNOWN_TOPIC_OR_PARTITION'
          return metadata !== null && metadata.length > metadataBytesMax ? 'OFFSET_METADATA_TOO_LARGE' : undefined
        }
        const entries = committing.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
            topic: name,
            partition: partitionIndex,
            error: errorOf(name, partitionIndex, committedMetadata),
            committed: {
              offset: committedOffset,
              leaderEpoch: committedLeaderEpoch,
              metadata: committedMetadata,
              topicId: topics.get(name)?.id ?? zeroUuid,
            },
          })),
        )
        let failure = 0
        try {
          await offsets.commit(
            groupId,
            entries.filter(({ error }) => !error),
          )
        } catch (error) {
          failure = refusalOf(error, logger).errorCode
        }
        let at = 0
        return {
          topics: committing.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(({ partitionIndex }) => {
              const { error } = entries[at++]!
              return { partitionIndex, errorCode: error ? kafkaErrors[error] : failure }
            }),
          })),
        }
      },
    ),
    handle(offsetFetchApi, (request, { apiVersion }) => {
      if (apiVersion >= 8)
        return {
          groups: request.groups.map(({ groupId, topics: wanted }) => ({
            groupId,
            topics: fetchOffsets(groupId, wanted),
            errorCode: 0,
          })),
        }
      return { topics: fetchOffsets(request.groupId, request.topics) }
    }),
  ]
}

function groupByTopic(
  entries: readonly { topic: string; partition: number }[],
): { name: string; partitionIndexes: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of entries) topics.set(topic, [...(topics.get(topic) ?? []), partition])
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
}
