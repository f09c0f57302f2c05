import { txnOffsetCommitApi } from '../../protocol/apis/txn-offset-commit.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { CommitEntry } from '../groups/committed-offsets.ts'
import type { CommitCheck } from '../groups/consumer/commit.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type Request = RequestOf<typeof txnOffsetCommitApi>
type RequestTopic = Request['topics'][number]

const metadataBytesMax = 4096

/** Offsets that a producer commits with its transaction: pending until the marker (KIP-98), fenced by the group as well (KIP-447). */
export function transactionalOffsetsHandler(services: ApiServices): Handler {
  const { groups, transactions, logger } = services
  return handle(txnOffsetCommitApi, async (request, { apiVersion }) => {
    const { groupId, transactionalId, producerId, producerEpoch: epoch, topics } = request
    let entries = checkedEntries(services, request, apiVersion)
    let failure = 0
    if (entries.some(({ error }) => error === undefined)) {
      try {
        const dialect = { adds: apiVersion >= 5, knowsAbortable: apiVersion >= 4 }
        await transactions.admission.commitOffsets({ transactionalId, producerId, epoch }, groupId, dialect, () => {
          // Once more: the group may have moved on meanwhile.
          entries = checkedEntries(services, request, apiVersion)
          const taken = entries.filter(({ error }) => error === undefined)
          return groups.offsets.commitPending(groupId, producerId, taken)
        })
      } catch (error) {
        failure = asCoordinatorError(refusalOf(error, logger).errorCode)
      }
    }
    let at = 0
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const { error } = entries[at++]!
          return { partitionIndex, errorCode: error ? kafkaErrors[error] : failure }
        }),
      })),
    }
  })
}

interface CheckedEntry extends CommitEntry {
  readonly error: KafkaErrorName | undefined
}

function checkedEntries(services: ApiServices, request: Request, apiVersion: number): readonly CheckedEntry[] {
  const { groupId, memberId, groupInstanceId, generationId, topics } = request
  const check =
    groupId === ''
      ? 'INVALID_GROUP_ID'
      : services.groups.checkCommit(
          groupId,
          { memberId, groupInstanceId, generationId },
          { apiVersion, inTransaction: true },
        )
  return topics.flatMap((topic) => entriesOf(services, topic, check))
}

function entriesOf(
  { topics }: ApiServices,
  { name, partitions }: RequestTopic,
  check: CommitCheck,
): readonly CheckedEntry[] {
  const topic = topics.get(name)
  return partitions.map((partition) => {
    const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } = partition
    const committed = {
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata: committedMetadata,
      ...(topic ? { topicId: topic.id } : {}),
    }
    return { topic: name, partition: partitionIndex, error: entryError(topic, partition, check), committed }
  })
}

function entryError(
  topic: Topic | undefined,
  { partitionIndex, committedMetadata }: RequestTopic['partitions'][number],
  check: CommitCheck,
): KafkaErrorName | undefined {
  if (typeof check === 'string') return check
  if (!topic?.partitions[partitionIndex]) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if ((committedMetadata?.length ?? 0) > metadataBytesMax) return 'OFFSET_METADATA_TOO_LARGE'
  return check?.(topic.id, partitionIndex)
}

/** What a partition answers is not understood from a coordinator: it is to be asked again. */
function asCoordinatorError(code: number): number {
  const isOfDisk = code === kafkaErrors.KAFKA_STORAGE_ERROR || code === kafkaErrors.NOT_ENOUGH_REPLICAS
  return isOfDisk ? kafkaErrors.COORDINATOR_NOT_AVAILABLE : code
}
