import { deleteRecordsApi } from '../../protocol/apis/delete-records.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { settingsOf } from '../topics/topic-settings.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** All that there is. */
const toTheEnd = -1

export function deleteRecordsHandler(services: ApiServices): Handler {
  return handle(deleteRecordsApi, async (request) => ({
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, offset }) => {
            try {
              return { partitionIndex, lowWatermark: await deleteBefore(services, name, partitionIndex, offset) }
            } catch (error) {
              return { partitionIndex, lowWatermark: -1, errorCode: refusalOf(error, services.logger).errorCode }
            }
          }),
        ),
      })),
    ),
  }))
}

/** Gives where the partition begins from now on; the deletion is durable then. */
async function deleteBefore(
  { topics }: ApiServices,
  name: string,
  partitionIndex: number,
  offset: number,
): Promise<number> {
  const topic = topics.get(name)
  const partition = topic?.partitions[partitionIndex]
  if (!partition)
    throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partitionIndex}`)
  const log = await partition.log()
  // What is damaged can be given up in any topic: there is no other way to go on.
  if (!settingsOf(topic).deletes && log.trouble === undefined)
    throw new KafkaRefusal('POLICY_VIOLATION', `topic "${name}" is compacted: cleanup.policy does not delete`)
  const before = offset === toTheEnd ? log.endOffset : offset
  if (before < 0 || before > log.endOffset)
    throw new KafkaRefusal('OFFSET_OUT_OF_RANGE', `${name}-${partitionIndex} ends at ${log.endOffset}`)
  return topics.deleteRecords(log, before)
}
