import type { RequestOf } from '../../protocol/api.ts'
import { listOffsetsApi } from '../../protocol/apis/list-offsets.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import { handle, type Handler } from './handler.ts'
import { checkEpoch } from './leader-epochs.ts'
import { refusalOf, type ApiServices } from './services.ts'

type Wanted = RequestOf<typeof listOffsetsApi>['topics'][number]['partitions'][number]

interface Found {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

interface SpecialTime {
  readonly since: number
  find(log: PartitionLog, end: number): Found | Promise<Found>
}

const nothing: Found = { offset: -1, timestamp: -1, leaderEpoch: -1 }
const readCommitted = 1

/** Special times of the protocol, with the version that they came with and the offset that they mean. */
const specialTimes: ReadonlyMap<number, SpecialTime> = new Map<number, SpecialTime>([
  [-1, { since: 1, find: ({ leaderEpoch }, end) => ({ offset: end, timestamp: -1, leaderEpoch }) }],
  [-2, { since: 1, find: earliest }],
  [-3, { since: 7, find: async (log, end) => timed(log, end, await log.findLatestTime()) }],
  // Nothing is tiered: all of the log is local, nothing lies elsewhere, and nothing waits to be uploaded (KIP-405, KIP-1005, KIP-1023).
  [-4, { since: 8, find: earliest }],
  [-5, { since: 9, find: () => nothing }],
  [-6, { since: 11, find: () => nothing }],
])

export function listOffsetsHandler({ topics, logger }: ApiServices): Handler {
  /** What is asked twice of a partition is answered once, as refused. */
  async function answer(name: string, [wanted, another]: Wanted[], isCommitted: boolean, apiVersion: number) {
    const { partitionIndex, timestamp, currentLeaderEpoch } = wanted!
    try {
      if (another) throw new KafkaRefusal('INVALID_REQUEST', `${name}-${partitionIndex} is named twice`)
      const partition = topics.get(name)?.partitions[partitionIndex]
      if (!partition)
        throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partitionIndex}`)
      const log = await partition.log()
      checkEpoch(log, currentLeaderEpoch)
      const end = isCommitted ? log.transactions.lastStableOffset : log.endOffset
      return { partitionIndex, ...(await lookUp(log, timestamp, end, apiVersion)) }
    } catch (error) {
      return { partitionIndex, errorCode: refusalOf(error, logger).errorCode }
    }
  }

  return handle(listOffsetsApi, async ({ topics: all, isolationLevel }, { apiVersion }) => ({
    topics: await Promise.all(
      all.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          [...Map.groupBy(partitions, ({ partitionIndex }) => partitionIndex).values()].map((same) =>
            answer(name, same, isolationLevel === readCommitted, apiVersion),
          ),
        ),
      })),
    ),
  }))
}

async function lookUp(log: PartitionLog, timestamp: number, end: number, apiVersion: number): Promise<Found> {
  if (timestamp >= 0) return timed(log, end, await log.findByTime(timestamp))
  const special = specialTimes.get(timestamp)
  if (!special || apiVersion < special.since)
    throw new KafkaRefusal('UNSUPPORTED_VERSION', `ListOffsets ${apiVersion} knows no special time ${timestamp}`)
  return special.find(log, end)
}

function earliest(log: PartitionLog): Found {
  return { offset: log.startOffset, timestamp: -1, leaderEpoch: log.epochOf(log.startOffset) }
}

/** What lies at or behind the end is not there for who asks. */
function timed(log: PartitionLog, end: number, found: { offset: number; timestamp: number } | undefined): Found {
  return found && found.offset < end ? { ...found, leaderEpoch: log.epochOf(found.offset) } : nothing
}
