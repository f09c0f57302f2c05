import { offsetForLeaderEpochApi } from '../../protocol/apis/offset-for-leader-epoch.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** Epochs of requests that say none. */
const noEpoch = -1

/**
 * Throws KafkaRefusal when the client knows another leader epoch than the partition's: it then asks for metadata, and looks
 * whether what it read is still there (KIP-320).
 */
export function checkEpoch({ leaderEpoch }: Pick<PartitionLog, 'leaderEpoch'>, known: number): void {
  if (known === noEpoch || known === leaderEpoch) return
  if (known < leaderEpoch)
    throw new KafkaRefusal('FENCED_LEADER_EPOCH', `leader epoch ${known} was followed by ${leaderEpoch}`)
  throw new KafkaRefusal('UNKNOWN_LEADER_EPOCH', `leader epoch ${known} is yet to come: it is ${leaderEpoch}`)
}

/**
 * Where what a reader has and what the partition has part: it read up to `offset`, the last of it under `lastEpoch`. Undefined
 * when they do not. Throws KafkaRefusal for an epoch that never was.
 */
export function divergence(
  log: PartitionLog,
  lastEpoch: number,
  offset: number,
): { readonly epoch: number; readonly endOffset: number } | undefined {
  if (lastEpoch === noEpoch) return undefined
  const end = log.endOfEpoch(lastEpoch)
  if (!end) throw new KafkaRefusal('OFFSET_OUT_OF_RANGE', `leader epoch ${lastEpoch} never was`)
  return end.epoch < lastEpoch || end.endOffset < offset ? end : undefined
}

export function leaderEpochHandler({ topics, logger }: ApiServices): Handler {
  async function answer(name: string, partition: number, currentEpoch: number, wanted: number) {
    try {
      const found = topics.get(name)?.partitions[partition]
      if (!found) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partition}`)
      const log = await found.log()
      checkEpoch(log, currentEpoch)
      const end = wanted === noEpoch ? undefined : log.endOfEpoch(wanted)
      return { partition, errorCode: 0, leaderEpoch: end?.epoch ?? noEpoch, endOffset: end?.endOffset ?? -1 }
    } catch (error) {
      return { partition, errorCode: refusalOf(error, logger).errorCode }
    }
  }

  return handle(offsetForLeaderEpochApi, async (request) => ({
    topics: await Promise.all(
      request.topics.map(async ({ topic, partitions }) => ({
        topic,
        partitions: await Promise.all(
          partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) =>
            answer(topic, partition, currentLeaderEpoch, leaderEpoch),
          ),
        ),
      })),
    ),
  }))
}
