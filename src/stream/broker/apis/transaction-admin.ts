import { describeProducersApi } from '../../protocol/apis/describe-producers.ts'
import { describeTransactionsApi } from '../../protocol/apis/describe-transactions.ts'
import { listTransactionsApi } from '../../protocol/apis/list-transactions.ts'
import { writeTxnMarkersApi } from '../../protocol/apis/write-txn-markers.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { ProducerState } from '../storage/producer-state.ts'
import { offsetsPartitionOf, offsetsTopic } from '../transactions/offsets-topic.ts'
import type { Transaction } from '../transactions/transaction.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type Marker = RequestOf<typeof writeTxnMarkersApi>['markers'][number]
type ListRequest = RequestOf<typeof listTransactionsApi>

/** Kafka's Dead and PrepareEpochFence are moments that nobody sees here. */
const stateNames: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]

/** What operators ask: who writes where, which transactions are open, and the end of one that hangs. */
export function transactionAdminHandlers(services: ApiServices): Handler[] {
  const { coordinator } = services.transactions
  return [
    handle(describeProducersApi, async ({ topics }) => ({
      topics: await Promise.all(
        topics.map(async ({ name, partitionIndexes }) => ({
          name,
          partitions: await Promise.all(
            partitionIndexes.map((partitionIndex) => describeProducers(services, name, partitionIndex)),
          ),
        })),
      ),
    })),
    handle(describeTransactionsApi, ({ transactionalIds }) => ({
      transactionStates: transactionalIds.map((transactionalId) => {
        const transaction = coordinator.get(transactionalId)
        if (transaction) return described(transaction)
        const error = transactionalId === '' ? 'INVALID_REQUEST' : 'TRANSACTIONAL_ID_NOT_FOUND'
        return { transactionalId, errorCode: kafkaErrors[error] }
      }),
    })),
    handle(listTransactionsApi, (request) => {
      const unknownStateFilters = request.stateFilters.filter((name) => !stateNames.includes(name))
      const isListed = listFilter(request, services.clock.now())
      if (!isListed) return { errorCode: kafkaErrors.INVALID_REGULAR_EXPRESSION, unknownStateFilters }
      return {
        unknownStateFilters,
        transactionStates: coordinator
          .all()
          .filter(isListed)
          .map(({ transactionalId, producerId, state }) => ({ transactionalId, producerId, transactionState: state })),
      }
    }),
    handle(writeTxnMarkersApi, async ({ markers }) => ({
      markers: await Promise.all(
        markers.map(async (marker) => ({
          producerId: marker.producerId,
          topics: await Promise.all(
            marker.topics.map(async ({ name, partitionIndexes }) => ({
              name,
              partitions: await Promise.all(
                partitionIndexes.map((partitionIndex) => writeMarker(services, marker, name, partitionIndex)),
              ),
            })),
          ),
        })),
      ),
    })),
  ]
}

async function describeProducers(services: ApiServices, name: string, partitionIndex: number) {
  try {
    const { transactions } = await logOf(services, name, partitionIndex)
    return { partitionIndex, activeProducers: transactions.producers().map(activeProducer) }
  } catch (error) {
    return { partitionIndex, ...refusalOf(error, services.logger) }
  }
}

async function logOf({ topics }: ApiServices, name: string, partitionIndex: number): Promise<PartitionLog> {
  const partition = topics.get(name)?.partitions[partitionIndex]
  if (partition) return partition.log()
  throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partitionIndex}`)
}

function activeProducer([producerId, state]: readonly [number, ProducerState]) {
  return {
    producerId,
    producerEpoch: state.epoch,
    lastSequence: state.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: state.lastTimestamp,
    coordinatorEpoch: state.coordinatorEpoch,
    currentTxnStartOffset: state.transactionStart ?? -1,
  }
}

function described(transaction: Transaction) {
  const { transactionalId, producerId, epoch, state, timeoutMs, startedAt, partitions, groups } = transaction
  const places = [
    ...partitions.map(({ topic, partition }) => ({ topic, partition })),
    ...groups.map((group) => ({ topic: offsetsTopic, partition: offsetsPartitionOf(group) })),
  ]
  return {
    transactionalId,
    transactionState: state,
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: startedAt,
    producerId,
    producerEpoch: epoch,
    topics: [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: [...new Set(of.map(({ partition }) => partition))],
    })),
  }
}

/** Undefined for a pattern that is none. */
function listFilter(request: ListRequest, now: number): ((transaction: Transaction) => boolean) | undefined {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  const pattern = patternOf(transactionalIdPattern)
  if (pattern === undefined) return undefined
  return ({ transactionalId, producerId, state, startedAt }) =>
    (stateFilters.length === 0 || stateFilters.includes(state)) &&
    (producerIdFilters.length === 0 || producerIdFilters.includes(producerId)) &&
    (durationFilter < 0 || now - startedAt > durationFilter) &&
    (pattern === null || pattern.test(transactionalId))
}

/** Of the whole id; null for all. */
function patternOf(text: string | null): RegExp | null | undefined {
  if (text === null || text === '') return null
  try {
    return new RegExp(`^(?:${text})$`, 'u')
  } catch {
    return undefined
  }
}

async function writeMarker(services: ApiServices, marker: Marker, name: string, partitionIndex: number) {
  const { producerId, producerEpoch, transactionResult, coordinatorEpoch, transactionVersion } = marker
  try {
    const { transactions } = await logOf(services, name, partitionIndex)
    await transactions.end({
      producerId,
      producerEpoch,
      isCommit: transactionResult,
      coordinatorEpoch,
      version: transactionVersion,
    })
    return { partitionIndex, errorCode: 0 }
  } catch (error) {
    return { partitionIndex, errorCode: refusalOf(error, services.logger).errorCode }
  }
}
