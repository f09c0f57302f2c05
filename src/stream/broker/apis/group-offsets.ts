import { offsetCommitApi } from '../../protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../protocol/apis/offset-fetch.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import { zeroUuid } from '../../protocol/field.ts'
import type { CommitEntry } from '../groups/committed-offsets.ts'
import type { CommitCheck } from '../groups/consumer/commit.ts'
import { isSubscribed, protocolTypeOf } from '../groups/group.ts'
import type { CommittedOffset } from '../groups/offset-table.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type CommitRequest = RequestOf<typeof offsetCommitApi>
type FetchedGroup = RequestOf<typeof offsetFetchApi>['groups'][number]
type DeleteRequest = RequestOf<typeof offsetDeleteApi>

const metadataCharactersMax = 4096
/** From this version on topics go by their id alone. */
const idsSince = 10

export function groupOffsetHandlers(services: ApiServices): Handler[] {
  return [
    handle(offsetCommitApi, (request, context) => commitOffsets(services, request, context)),
    handle(offsetFetchApi, (request, { apiVersion }) => {
      const { groupId, topics, requireStable } = request
      if (apiVersion >= 8)
        return { groups: request.groups.map((group) => fetchGroup(services, group, requireStable, apiVersion)) }
      const asked = topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null
      return fetchGroup(
        services,
        { groupId, memberId: null, memberEpoch: -1, topics: asked },
        requireStable,
        apiVersion,
      )
    }),
    handle(offsetDeleteApi, (request) => deleteOffsets(services, request)),
  ]
}

/** Everything up to the write happens at once: no rebalance comes between the check of a member and its commit. */
async function commitOffsets(services: ApiServices, request: CommitRequest, { apiVersion }: RequestContext) {
  const { groups, logger } = services
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request
  const check = groups.checkCommit(
    groupId,
    { memberId, groupInstanceId, generationId },
    { apiVersion, inTransaction: false },
  )
  const checked = request.topics.map((named) => {
    const topic = topicOf(services, named, apiVersion)
    const partitions = named.partitions.map((partition) => ({
      partition,
      error: commitEntryError(check, topic, partition, apiVersion),
    }))
    return { named, topic, partitions }
  })
  const entries = checked.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, error }) =>
      error || !topic ? [] : [entryOf(topic, partition, expiryOf(services, request))],
    ),
  )
  let failure = 0
  try {
    await groups.offsets.commit(groupId, entries)
  } catch (error) {
    failure = refusalOf(error, logger).errorCode
  }
  return {
    topics: checked.map(({ named: { name, topicId }, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partition: { partitionIndex }, error }) => ({
        partitionIndex,
        errorCode: error ? kafkaErrors[error] : failure,
      })),
    })),
  }
}

type CommittedPartition = CommitRequest['topics'][number]['partitions'][number]

function commitEntryError(
  check: CommitCheck,
  topic: Topic | undefined,
  { partitionIndex, committedMetadata }: CommittedPartition,
  apiVersion: number,
): KafkaErrorName | undefined {
  if (typeof check === 'string') return check
  if (!topic && apiVersion >= idsSince) return 'UNKNOWN_TOPIC_ID'
  if (!topic?.partitions[partitionIndex]) return 'UNKNOWN_TOPIC_OR_PARTITION'
  const stale = check?.(topic.id, partitionIndex)
  if (stale) return stale
  return (committedMetadata?.length ?? 0) > metadataCharactersMax ? 'OFFSET_METADATA_TOO_LARGE' : undefined
}

function entryOf({ name, id }: Topic, partition: CommittedPartition, expiry: { expiresAt?: number }): CommitEntry {
  const { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata } = partition
  const committed = { offset, leaderEpoch, metadata: committedMetadata, topicId: id, ...expiry }
  return { topic: name, partition: partitionIndex, committed }
}

/** Clients before version 5 may say how long a commit is kept. */
function expiryOf({ clock }: ApiServices, { retentionTimeMs }: CommitRequest): { expiresAt?: number } {
  return retentionTimeMs < 0 ? {} : { expiresAt: clock.now() + retentionTimeMs }
}

function topicOf(
  { topics }: ApiServices,
  { name, topicId }: { readonly name: string; readonly topicId: string },
  apiVersion: number,
): Topic | undefined {
  return apiVersion >= idsSince ? topics.byId(topicId) : topics.get(name)
}

function fetchGroup(
  services: ApiServices,
  { groupId, memberId, memberEpoch, topics }: FetchedGroup,
  requireStable: boolean,
  apiVersion: number,
) {
  const { offsets } = services.groups
  const refusal = services.groups.fetchError(groupId, memberId, memberEpoch)
  if (refusal) return { groupId, topics: [], errorCode: kafkaErrors[refusal] }
  const asked = topics ?? committedTopics(services, groupId)
  return {
    groupId,
    topics: asked.map(({ name, topicId, partitionIndexes }) => {
      const topic = topicOf(services, { name, topicId }, apiVersion)
      const error = !topic && apiVersion >= idsSince ? kafkaErrors.UNKNOWN_TOPIC_ID : 0
      const known = topic?.name ?? name
      return {
        name: known,
        topicId,
        partitions: partitionIndexes.map((partitionIndex) => {
          const isUnstable =
            requireStable && offsets.isPending({ group: groupId, topic: known, partition: partitionIndex })
          const code = error === 0 && isUnstable ? kafkaErrors.UNSTABLE_OFFSET_COMMIT : error
          const committed = code === 0 ? committedIn(services, groupId, known, partitionIndex) : undefined
          return {
            partitionIndex,
            committedOffset: committed?.offset ?? -1,
            committedLeaderEpoch: committed?.leaderEpoch ?? -1,
            metadata: committed?.metadata ?? '',
            errorCode: code,
          }
        }),
      }
    }),
    errorCode: 0,
  }
}

/** A topic that was deleted and made again is another one: what was committed in the first says nothing of it. */
function committedIn(
  { groups, topics }: ApiServices,
  group: string,
  topic: string,
  partition: number,
): CommittedOffset | undefined {
  const committed = groups.offsets.get({ group, topic, partition })
  const id = committed?.topicId
  return id === undefined || id === topics.get(topic)?.id ? committed : undefined
}

function committedTopics({ groups, topics }: ApiServices, groupId: string): NonNullable<FetchedGroup['topics']> {
  const partitions = new Map<string, number[]>()
  for (const { topic, partition } of groups.offsets.of(groupId))
    partitions.set(topic, [...(partitions.get(topic) ?? []), partition])
  return [...partitions].map(([name, partitionIndexes]) => ({
    name,
    topicId: topics.get(name)?.id ?? zeroUuid,
    partitionIndexes,
  }))
}

/** What a member subscribes to keeps its commits: it goes on from them. */
async function deleteOffsets({ groups, topics, logger }: ApiServices, request: DeleteRequest) {
  const { groupId } = request
  if (groupId === '') return { errorCode: kafkaErrors.INVALID_GROUP_ID }
  if (!groups.has(groupId)) return { errorCode: kafkaErrors.GROUP_ID_NOT_FOUND }
  const group = groups.find(groupId)
  if (group && groups.isInUse(groupId) && protocolTypeOf(group) !== 'consumer')
    return { errorCode: kafkaErrors.NON_EMPTY_GROUP }
  const errorOf = (topic: string, partition: number): KafkaErrorName => {
    if (!topics.get(topic)?.partitions[partition]) return 'UNKNOWN_TOPIC_OR_PARTITION'
    const isRead = group && groups.isInUse(groupId) && isSubscribed(group, topic) !== false
    return isRead ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE'
  }
  const answered = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: kafkaErrors[errorOf(name, partitionIndex)],
    })),
  }))
  const gone = new Set(
    answered.flatMap(({ name, partitions }) =>
      partitions.filter(({ errorCode }) => errorCode === 0).map(({ partitionIndex }) => `${partitionIndex}/${name}`),
    ),
  )
  try {
    await groups.offsets.forget((entry) => entry.group === groupId && gone.has(`${entry.partition}/${entry.topic}`))
    return { topics: answered }
  } catch (error) {
    return { errorCode: refusalOf(error, logger).errorCode }
  }
}
