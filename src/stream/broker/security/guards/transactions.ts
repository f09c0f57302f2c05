import { addOffsetsToTxnApi } from '../../../protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from '../../../protocol/apis/add-partitions-to-txn.ts'
import { describeTransactionsApi } from '../../../protocol/apis/describe-transactions.ts'
import { endTxnApi } from '../../../protocol/apis/end-txn.ts'
import { initProducerIdApi } from '../../../protocol/apis/init-producer-id.ts'
import { listTransactionsApi } from '../../../protocol/apis/list-transactions.ts'
import { writeTxnMarkersApi } from '../../../protocol/apis/write-txn-markers.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, needs, split, type Guard } from './guard.ts'

const idError = kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
const clusterError = kafkaErrors.CLUSTER_AUTHORIZATION_FAILED

/** Idempotent and transactional producers. */
export const transactionGuards: readonly Guard[] = [
  guard(initProducerIdApi, (request, { access }) => {
    const refuse = (errorCode: number) => ({ refusal: { errorCode, producerEpoch: -1 } })
    const { transactionalId } = request
    if (transactionalId === null) {
      // Who may write to any topic may do so idempotently (KIP-679).
      const may =
        access.may('idempotent-write', 'cluster', clusterName, { quiet: true }) || access.mayAny('write', 'topic')
      return may ? { request } : refuse(clusterError)
    }
    return access.may('write', 'transactional-id', transactionalId) ? { request } : refuse(idError)
  }),
  guard(addPartitionsToTxnApi, (request, { access, apiVersion, topicExists }) => {
    // Brokers alone ask in these versions.
    if (apiVersion >= 4)
      return access.may('cluster-action', 'cluster', clusterName)
        ? { request }
        : { refusal: { errorCode: clusterError } }
    const answerOf = (codeOf: (topic: string) => number) => ({
      refusal: {
        resultsByTopic: request.topics.map(({ name, partitions }) => ({
          name,
          resultsByPartition: partitions.map((partitionIndex) => ({
            partitionIndex,
            partitionErrorCode: codeOf(name),
          })),
        })),
      },
    })
    if (!access.may('write', 'transactional-id', request.transactionalId)) return answerOf(() => idError)
    const refused = new Set(
      request.topics.map(({ name }) => name).filter((name) => !access.may('write', 'topic', name)),
    )
    if (refused.size === 0) return { request }
    // All or none of them are added.
    return answerOf((name) =>
      refused.has(name)
        ? kafkaErrors.TOPIC_AUTHORIZATION_FAILED
        : topicExists(name)
          ? kafkaErrors.OPERATION_NOT_ATTEMPTED
          : kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION,
    )
  }),
  guard(addOffsetsToTxnApi, (request, { access }) => {
    if (!access.may('write', 'transactional-id', request.transactionalId)) return { refusal: { errorCode: idError } }
    return access.may('read', 'group', request.groupId)
      ? { request }
      : { refusal: { errorCode: kafkaErrors.GROUP_AUTHORIZATION_FAILED } }
  }),
  needs(
    endTxnApi,
    ({ transactionalId }, access) => access.may('write', 'transactional-id', transactionalId),
    () => ({ errorCode: idError }),
  ),
  needs(
    writeTxnMarkersApi,
    (_, access) =>
      access.may('alter', 'cluster', clusterName, { quiet: true }) ||
      access.may('cluster-action', 'cluster', clusterName),
    ({ markers }) => ({
      markers: markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode: clusterError })),
        })),
      })),
    }),
  ),
  guard(describeTransactionsApi, (request, { access }) => {
    const [transactionalIds, others] = split(request.transactionalIds, (id) =>
      access.may('describe', 'transactional-id', id),
    )
    return {
      request: { ...request, transactionalIds },
      complete: (answer) => ({
        ...answer,
        transactionStates: [
          ...(answer.transactionStates ?? []).map((state) => ({
            ...state,
            topics: state.topics?.filter(({ topic }) => access.may('describe', 'topic', topic ?? '')),
          })),
          ...others.map((transactionalId) => ({ transactionalId, errorCode: idError })),
        ],
      }),
    }
  }),
  guard(listTransactionsApi, (request, { access }) => ({
    request,
    complete: (answer) => ({
      ...answer,
      transactionStates: answer.transactionStates?.filter(({ transactionalId }) =>
        access.may('describe', 'transactional-id', transactionalId ?? '', { quiet: true }),
      ),
    }),
  })),
]
