import { addOffsetsToTxnApi } from '../../protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from '../../protocol/apis/add-partitions-to-txn.ts'
import { endTxnApi } from '../../protocol/apis/end-txn.ts'
import { initProducerIdApi } from '../../protocol/apis/init-producer-id.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { ProducerClaim } from '../transactions/add-to-transaction.ts'
import type { Outcome } from '../transactions/coordinator.ts'
import type { TransactionPartition } from '../transactions/transaction.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type InitRequest = RequestOf<typeof initProducerIdApi>
type AddRequest = RequestOf<typeof addPartitionsToTxnApi>['transactions'][number]

/** What transactional producers ask of their coordinator. */
export function transactionHandlers(services: ApiServices): Handler[] {
  const { coordinator } = services.transactions

  /** An error that was not foreseen is one of the answer, as all others are. */
  async function codeOf(work: () => Promise<Outcome>, fencedSince: number, apiVersion: number): Promise<number> {
    try {
      const outcome = await work()
      return 'error' in outcome ? errorCode(outcome.error, apiVersion, fencedSince) : 0
    } catch (error) {
      return refusalOf(error, services.logger).errorCode
    }
  }

  return [
    handle(initProducerIdApi, async (request, { apiVersion }) => {
      try {
        const outcome = await init(services, request)
        if ('error' in outcome) return refusedInit(errorCode(outcome.error, apiVersion, 4))
        return { producerId: outcome.producerId, producerEpoch: outcome.epoch }
      } catch (error) {
        return refusedInit(refusalOf(error, services.logger).errorCode)
      }
    }),
    handle(addPartitionsToTxnApi, async (request, { apiVersion }) => {
      const { transactions, ...single } = request
      const asked: readonly AddRequest[] = apiVersion >= 4 ? transactions : [{ ...single, verifyOnly: false }]
      const resultsByTransaction = await Promise.all(
        asked.map(async (one) => ({
          transactionalId: one.transactionalId,
          topicResults: await addPartitions(services, one, apiVersion, codeOf),
        })),
      )
      return { resultsByTransaction, resultsByTopic: resultsByTransaction[0]?.topicResults ?? [] }
    }),
    handle(
      addOffsetsToTxnApi,
      async ({ transactionalId, groupId, producerId, producerEpoch: epoch }, { apiVersion }) => {
        const claim = { producerId, epoch }
        const add = (): Promise<Outcome> =>
          coordinator.add(transactionalId, claim, { partitions: [], groups: [groupId] }, 0)
        return { errorCode: transactionalId === '' ? kafkaErrors.INVALID_REQUEST : await codeOf(add, 2, apiVersion) }
      },
    ),
    handle(endTxnApi, async ({ transactionalId, producerId, producerEpoch: epoch, committed }, { apiVersion }) => {
      let ended: ProducerClaim = { producerId: -1, epoch: -1 }
      const end = async (): Promise<Outcome> => {
        const version = apiVersion >= 5 ? 2 : 0
        const outcome = await coordinator.end(transactionalId, { producerId, epoch, isCommit: committed }, version)
        if ('transaction' in outcome) ended = outcome.transaction
        return outcome
      }
      const code = transactionalId === '' ? kafkaErrors.INVALID_REQUEST : await codeOf(end, 2, apiVersion)
      return { errorCode: code, producerId: ended.producerId, producerEpoch: ended.epoch }
    }),
  ]
}

async function init(
  { transactions, producerIds, limits }: ApiServices,
  { transactionalId, transactionTimeoutMs, producerId, producerEpoch }: InitRequest,
): Promise<ProducerClaim | { readonly error: KafkaErrorName }> {
  if (producerId === -1 ? producerEpoch !== -1 : producerEpoch === -1) return { error: 'INVALID_REQUEST' }
  // One without transactions raises its epoch by itself, and asks here for another id (KIP-360).
  if (transactionalId === null) return { producerId: await producerIds.next(), epoch: 0 }
  if (transactionalId === '') return { error: 'INVALID_REQUEST' }
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > limits.transactionTimeoutMsMax)
    return { error: 'INVALID_TRANSACTION_TIMEOUT' }
  if (isOneTooMany(transactions.coordinator, transactionalId, limits.transactionalIdsMax))
    return { error: 'POLICY_VIOLATION' }
  const expected = producerId === -1 ? undefined : { producerId, epoch: producerEpoch }
  const outcome = await transactions.coordinator.init({ transactionalId, timeoutMs: transactionTimeoutMs, expected })
  return 'error' in outcome ? outcome : outcome.transaction
}

function isOneTooMany(
  coordinator: ApiServices['transactions']['coordinator'],
  transactionalId: string,
  idsMax: number,
): boolean {
  return !coordinator.get(transactionalId) && coordinator.all().length >= idsMax
}

function refusedInit(code: number): { errorCode: number; producerId: number; producerEpoch: number } {
  return { errorCode: code, producerId: -1, producerEpoch: -1 }
}

/** A partition that there is not spoils them all. */
async function addPartitions(
  { topics, transactions: { coordinator } }: ApiServices,
  { transactionalId, producerId, producerEpoch: epoch, verifyOnly, topics: wanted }: AddRequest,
  apiVersion: number,
  codeOf: (work: () => Promise<Outcome>, fencedSince: number, apiVersion: number) => Promise<number>,
) {
  const places = wanted.flatMap(({ name, partitions }) => partitions.map((partition) => ({ name, partition })))
  const found = places.map(({ name, partition }): TransactionPartition | undefined => {
    const topic = topics.get(name)
    return topic?.partitions[partition] ? { topicId: topic.id, topic: name, partition } : undefined
  })
  const known = found.filter((one) => one !== undefined)
  const claim = { producerId, epoch }
  const add = (): Promise<Outcome> =>
    coordinator.add(transactionalId, claim, { partitions: known, groups: [] }, apiVersion >= 4 ? 2 : 0)
  const isWhole = known.length === found.length
  const code =
    transactionalId === '' ? kafkaErrors.INVALID_REQUEST : isWhole && !verifyOnly ? await codeOf(add, 2, apiVersion) : 0
  const codeAt = (at: number): number => {
    const place = found[at]
    if (code !== 0) return code
    if (!place) return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION
    if (!isWhole) return kafkaErrors.OPERATION_NOT_ATTEMPTED
    return verifyOnly ? kafkaErrors[coordinator.verify(transactionalId, claim, place) ?? 'NONE'] : 0
  }
  let at = 0
  return wanted.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: codeAt(at++) })),
  }))
}

/** Clients of before know no PRODUCER_FENCED. */
function errorCode(error: KafkaErrorName, apiVersion: number, fencedSince: number): number {
  return kafkaErrors[error === 'PRODUCER_FENCED' && apiVersion < fencedSince ? 'INVALID_PRODUCER_EPOCH' : error]
}
