import { kafkaErrors } from '../../protocol/errors.ts'
import { produceApi } from '../../protocol/apis/produce.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkBatches } from '../storage/check-batches.ts'
import { configNumber, configOf } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** Places all batches before it awaits anything, so that requests of one connection enter the log in their order. */
export function produceHandler(services: ApiServices): Handler {
  return handle(produceApi, async ({ acks, transactionalId, topicData }) => {
    const refusal = refusalOfRequest(acks, transactionalId)
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) =>
        appendTo(services, name, index, records, refusal).catch((error: unknown) => ({
          index,
          baseOffset: -1,
          ...refusalOf(error, services.logger),
        })),
      ),
    }))
    const settled = await Promise.all(
      responses.map(async ({ name, partitionResponses }) => ({
        name,
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

function refusalOfRequest(acks: number, transactionalId: string | null): KafkaRefusal | undefined {
  if (transactionalId !== null) return new KafkaRefusal('INVALID_TXN_STATE', 'this log has no transactions yet')
  if (acks !== 0 && acks !== 1 && acks !== -1)
    return new KafkaRefusal('INVALID_REQUIRED_ACKS', `acks=${acks}: it is 0, 1 or all`)
  return undefined
}

async function appendTo(
  { topics, clock, metrics }: ApiServices,
  name: string,
  index: number,
  records: Buffer | null,
  refusal: KafkaRefusal | undefined,
): Promise<{ index: number; errorCode: number; baseOffset: number; logAppendTimeMs: number; logStartOffset: number }> {
  if (refusal) throw refusal
  const topic = topics.get(name)
  const partition = topic?.partitions[index]
  if (!topic || !partition)
    throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${index}`)
  const appendTime = configOf(topic, 'message.timestamp.type') === 'LogAppendTime' ? clock.now() : undefined
  const batches = checkBatches(records, configNumber(topic, 'max.message.bytes'), appendTime)
  // All of them, also after a failure: the bytes of a request are in use until then.
  const appended = await Promise.allSettled(batches.map((batch) => partition.append(batch)))
  const baseOffsets = appended.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  metrics.bytesIn.inc(records!.length)
  for (const { header } of batches) metrics.recordsIn.inc(header.recordCount)
  return {
    index,
    errorCode: kafkaErrors.NONE,
    baseOffset: baseOffsets[0]!,
    logAppendTimeMs: appendTime ?? -1,
    logStartOffset: partition.view.startOffset,
  }
}
