import { listOffsetsApi } from '../../protocol/apis/list-offsets.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** Special times of the protocol. */
const latest = -1
const earliest = -2
const maxTimestamp = -3
const readCommitted = 1

export function listOffsetsHandler({ topics, logger }: ApiServices): Handler {
  return handle(listOffsetsApi, async (request) => ({
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, timestamp }) => {
            try {
              const partition = topics.get(name)?.partitions[partitionIndex]
              if (!partition)
                throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partitionIndex}`)
              const isCommitted = request.isolationLevel === readCommitted
              return { partitionIndex, ...(await lookUp(await partition.log(), timestamp, isCommitted)) }
            } catch (error) {
              return { partitionIndex, errorCode: refusalOf(error, logger).errorCode }
            }
          }),
        ),
      })),
    ),
  }))
}

async function lookUp(
  partition: PartitionLog,
  timestamp: number,
  isCommitted: boolean,
): Promise<{ offset: number; timestamp: number; leaderEpoch: number }> {
  const { startOffset, leaderEpoch } = partition
  const endOffset = isCommitted ? partition.transactions.lastStableOffset : partition.endOffset
  if (timestamp === latest) return { offset: endOffset, timestamp: -1, leaderEpoch }
  if (timestamp === earliest) return { offset: startOffset, timestamp: -1, leaderEpoch: partition.epochOf(startOffset) }
  if (timestamp < maxTimestamp)
    throw new KafkaRefusal('UNSUPPORTED_VERSION', `there is no special time ${timestamp} on a single node`)
  const found = timestamp === maxTimestamp ? await partition.findLatestTime() : await partition.findByTime(timestamp)
  return found && found.offset < endOffset
    ? { ...found, leaderEpoch: partition.epochOf(found.offset) }
    : { offset: -1, timestamp: -1, leaderEpoch: -1 }
}
