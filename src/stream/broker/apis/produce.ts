import { kafkaErrors } from '../../protocol/errors.ts'
import { produceApi } from '../../protocol/apis/produce.ts'
import { isTransactional } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkSchemas } from '../schemas/check-schemas.ts'
import { schemaRulesOf } from '../schemas/schema-rules.ts'
import { checkBatches } from '../storage/check-batches.ts'
import type { CheckedBatch } from '../storage/checked-batch.ts'
import type { Partition } from '../topics/partition.ts'
import { batchRulesOf, settingsOf } from '../topics/topic-settings.ts'
import type { Topic } from '../topics/topic.ts'
import type { Dialect } from '../transactions/admission.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** Places all batches before it awaits anything, so that requests of one connection enter the log in their order. */
export function produceHandler(services: ApiServices): Handler {
  return handle(produceApi, async ({ acks, transactionalId, topicData }, { apiVersion }) => {
    const writer: RequestWriter = { acks, transactionalId, dialect: dialectOf(apiVersion), producerId: undefined }
    const responses = topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index, records }) =>
        appendTo(services, apiVersion >= 13 ? { topicId } : { name }, index, records, writer).catch(
          (error: unknown) => ({
            index,
            baseOffset: -1,
            ...refusalOf(error, services.logger),
            ...(error instanceof KafkaRefusal ? { recordErrors: error.recordErrors } : {}),
          }),
        ),
      ),
    }))
    const settled = await Promise.all(
      responses.map(async ({ name, topicId, partitionResponses }) => ({
        name,
        topicId,
        partitionResponses: await Promise.all(partitionResponses),
      })),
    )
    if (acks !== 0) return { responses: settled }
    // Nothing is answered (KIP-679 does not change that): an error is shown by closing the connection.
    const failed = settled.flatMap((topic) => topic.partitionResponses).find(({ errorCode }) => errorCode !== 0)
    if (failed) throw new UnansweredError(`a produce request with acks=0 failed with error ${failed.errorCode}`)
    return undefined
  })
}

/** The client waits for no answer; it learns of the error by the end of its connection. */
export class UnansweredError extends Error {}

/** Who sends a request, and what it waits for. */
interface RequestWriter {
  readonly acks: number
  readonly transactionalId: string | null
  readonly dialect: Dialect
  /** Of the request's first transactional batch. */
  producerId: number | undefined
}

function dialectOf(apiVersion: number): Dialect {
  return { adds: apiVersion >= 12, knowsAbortable: apiVersion >= 11 }
}

function checkAcks(acks: number): void {
  if (acks !== 0 && acks !== 1 && acks !== -1)
    throw new KafkaRefusal('INVALID_REQUIRED_ACKS', `acks=${acks}: it is 0, 1 or all`)
}

async function appendTo(
  services: ApiServices,
  wanted: { readonly name: string } | { readonly topicId: string },
  index: number,
  records: Buffer | null,
  writer: RequestWriter,
): Promise<{ index: number; errorCode: number; baseOffset: number; logAppendTimeMs: number; logStartOffset: number }> {
  const { clock, metrics, schemas, limits } = services
  const topic = topicOf(services, wanted)
  const partition = topic.partitions[index]
  if (!partition) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${topic.name}-${index}`)
  checkAcks(writer.acks)
  const batchRules = batchRulesOf(settingsOf(topic), clock.now(), limits.requestBytesMax)
  const batches = checkBatches(records, batchRules)
  const rules = schemaRulesOf(topic)
  if (rules) {
    // Whoever waits, waits with all that come after it for the same: the order of requests stays.
    const behind = schemas.catchUp()
    if (behind) await behind
    checkSchemas(batches, topic.name, rules, schemas.ids, limits.requestBytesMax)
  }
  // All of them, also after a failure: the bytes of a request are in use until then.
  const appended = await append(services, writer, batches, topic, partition)
  const baseOffsets = appended.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  const count = batches.reduce((sum, { header }) => sum + header.recordCount, 0)
  metrics.topics.produced(topic.id, records!.length, count)
  return {
    index,
    errorCode: kafkaErrors.NONE,
    baseOffset: baseOffsets[0]!,
    logAppendTimeMs: batchRules.appendTime ?? -1,
    logStartOffset: partition.view.startOffset,
  }
}

function topicOf({ topics }: ApiServices, wanted: { readonly name: string } | { readonly topicId: string }): Topic {
  const topic = 'name' in wanted ? topics.get(wanted.name) : topics.byId(wanted.topicId)
  if (topic) return topic
  if ('name' in wanted) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${wanted.name}"`)
  throw new KafkaRefusal('UNKNOWN_TOPIC_ID', `there is no topic of id ${wanted.topicId}`)
}

/** Begins at once, so that what a connection sends next comes after it. */
function append(
  { transactions }: ApiServices,
  writer: RequestWriter,
  batches: readonly CheckedBatch[],
  topic: Topic,
  partition: Partition,
): Promise<PromiseSettledResult<number>[]> {
  const first = batches.find(({ header }) => isTransactional(header.attributes))?.header
  if (!first) return Promise.allSettled(batches.map((batch) => partition.append(batch)))
  writer.producerId ??= first.producerId
  const isOfOthers = batches.some(({ header }) => header.producerId !== writer.producerId)
  if (isOfOthers)
    throw new KafkaRefusal('INVALID_PRODUCER_ID_MAPPING', 'a request with transactional batches of two producers')
  const place = { topicId: topic.id, topic: topic.name, partition: partition.index }
  return transactions.admission.append(writer.transactionalId, batches, place, partition, writer.dialect)
}
