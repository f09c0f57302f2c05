import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { FetchedPartition, KafkaClient } from '../client/kafka-client.ts'
import { refused } from '../client/retry.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Isolation } from './place.ts'
import { recordsIn, type ReadRecord, type RecordTest } from './read-record.ts'

export interface Reading {
  readonly topic: string
  /** By partition: where to begin. */
  readonly from: ReadonlyMap<number, number>
  /** By partition: where to end; without it the reading goes on with what comes. */
  readonly until?: ReadonlyMap<number, number> | undefined
  /** By partition: records of the first batch that lie before `from` are given too, from here on. */
  readonly keepFrom?: ReadonlyMap<number, number> | undefined
  /** Default `committed`: no record of a transaction that is open or was aborted. */
  readonly isolation?: Isolation | undefined
  readonly isWanted?: RecordTest | undefined
  readonly signal?: AbortSignal | undefined
  /** Hears of a partition that cannot be read, which is left at that. Without it the reading throws. */
  readonly onTrouble?: ((partition: number, error: WeirError) => void) | undefined
}

/** What one answer had of one partition. */
export interface ReadChunk {
  readonly partition: number
  /** Those that are wanted, in order. */
  readonly records: readonly ReadRecord[]
  /** Everything before it was looked at. */
  readonly next: number
  /** Of the batches that were looked at. */
  readonly bytes: number
}

/** For what comes; a bounded reading waits only where a broker is about to have what it said it has. */
const waitMs = 500
const boundedWaitMs = 50
const partitionBytesMax = 1_000_000
const answerBytesMax = 16_000_000

/**
 * Reads partitions side by side, each in order. Offsets that retention took are passed over: this shows what there is, it proves
 * nothing. WEIR-3103 for what cannot be read, with the partition in its message. A broker's answer is the most that is held.
 */
export async function* readForward(client: Pick<KafkaClient, 'fetch'>, reading: Reading): AsyncGenerator<ReadChunk> {
  const { topic, until, keepFrom, isolation = 'committed', isWanted, signal, onTrouble } = reading
  const next = new Map(reading.from)
  const untilOf = (partition: number): number => until?.get(partition) ?? Infinity
  for (let turn = 0; ; turn++) {
    const open = [...next].filter(([partition, offset]) => offset < untilOf(partition))
    if (open.length === 0) return
    // The broker fills its answer in this order: each partition comes first in its turn.
    const turned = [...open.slice(turn % open.length), ...open.slice(0, turn % open.length)]
    const answers = await client.fetch({
      topic,
      partitions: turned.map(([partition, offset]) => ({ partition, offset, bytesMax: partitionBytesMax })),
      waitMs: until ? boundedWaitMs : waitMs,
      bytesMax: answerBytesMax,
      isolation,
      ...(signal ? { signal } : {}),
    })
    const hasRecords = answers.some(({ records }) => records.length > 0)
    for (const answer of answers) {
      const { partition } = answer
      const asked = next.get(partition)!
      const trouble = troubleOf(topic, answer, asked)
      if (trouble) {
        if (!onTrouble) throw trouble
        onTrouble(partition, trouble)
        next.delete(partition)
        continue
      }
      const from = Math.max(asked, answer.errorCode === 0 ? 0 : answer.logStartOffset)
      const isFirst = from === reading.from.get(partition)
      const range = { from, until: untilOf(partition), ...(isFirst ? { keepFrom: keepFrom?.get(partition) } : {}) }
      const chunk = recordsIn(answer, range, isWanted)
      // Compaction may have left nothing up to there.
      const isOver = !hasRecords && answer.errorCode === 0 && endOf(answer, isolation) >= range.until
      const reached = isOver ? range.until : chunk.next
      if (reached === asked) continue
      next.set(partition, reached)
      yield { partition, records: chunk.records, next: reached, bytes: chunk.bytes }
    }
  }
}

/** Up to where a fetch of this kind goes. */
function endOf({ highWatermark, lastStableOffset }: FetchedPartition, isolation: Isolation): number {
  return isolation === 'committed' ? lastStableOffset : highWatermark
}

/** Why the partition cannot be read; that retention took offsets meanwhile is none. */
function troubleOf(
  topic: string,
  { partition, errorCode, logStartOffset }: FetchedPartition,
  asked: number,
): WeirError | undefined {
  const isTaken = errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE && logStartOffset > asked
  return errorCode === 0 || isTaken
    ? undefined
    : refused(errorCode, `offset ${asked} of partition ${partition} of topic ${topic}`)
}
