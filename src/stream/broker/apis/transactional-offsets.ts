import { txnOffsetCommitApi } from '../../protocol/apis/txn-offset-commit.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { CommitEntry } from '../groups/committed-offsets.ts'
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
    const entries = topics.flatMap((topic) => entriesOf(services, topic))
    const taken = entries.filter((entry) => entry.error === undefined)
    let failure = kafkaErrors[groupError(services, request) ?? 'NONE'] as number
    if (failure === 0 && taken.length > 0) {
      try {
        const dialect = { adds: apiVersion >= 5, knowsAbortable: apiVersion >= 4 }
        await transactions.admission.ofOffsets({ transactionalId, producerId, epoch }, groupId, dialect)
        await groups.offsets.commitPending(groupId, producerId, taken)
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

function entriesOf(
  { topics }: ApiServices,
  { name, partitions }: RequestTopic,
): (CommitEntry & { readonly error: KafkaErrorName | undefined })[] {
  const topic = topics.get(name)
  return partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
    topic: name,
    partition: partitionIndex,
    error: !topic?.partitions[partitionIndex]
      ? 'UNKNOWN_TOPIC_OR_PARTITION'
      : (committedMetadata?.length ?? 0) > metadataBytesMax
        ? 'OFFSET_METADATA_TOO_LARGE'
        : undefined,
    committed: {
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata: committedMetadata,
      ...(topic ? { topicId: topic.id } : {}),
    },
  }))
}

function groupError(
  { groups }: ApiServices,
  { groupId, memberId, groupInstanceId, generationId }: Request,
): KafkaErrorName | undefined {
  if (groupId === '') return 'INVALID_GROUP_ID'
  return groups.transactionalCommitError(groupId, { memberId, groupInstanceId, generationId })
}

/** What a partition answers is not understood from a coordinator: it is to be asked again. */
function asCoordinatorError(code: number): number {
  const isOfDisk = code === kafkaErrors.KAFKA_STORAGE_ERROR || code === kafkaErrors.NOT_ENOUGH_REPLICAS
  return isOfDisk ? kafkaErrors.COORDINATOR_NOT_AVAILABLE : code
}
