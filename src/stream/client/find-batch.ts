import { readBatchHeader, type BatchHeader } from '../protocol/records/batch-header.ts'
import { batchesIn } from '../protocol/records/record-cursor.ts'
import type { KafkaFetch } from './kafka-client.ts'
import { check } from './retry.ts'

export interface BatchPlace {
  readonly topic: string
  readonly partition: number
  /** Nothing before it is looked at. */
  readonly fromOffset: number
}

/**
 * Whether the log has this batch of an idempotent producer, and where: its base offset, or undefined. Reads up to the end that
 * the log has when it is asked.
 */
export async function findBatch(fetch: KafkaFetch, batch: Buffer, place: BatchPlace): Promise<number | undefined> {
  const { topic, partition } = place
  const sought = readBatchHeader(batch)!
  for (let offset = place.fromOffset, end = Number.POSITIVE_INFINITY; offset < end;) {
    const [answer] = await fetch({ topic, partitions: [{ partition, offset }], waitMs: 0 })
    check(answer!.errorCode, `look for a batch in partition ${partition} of topic ${topic}`)
    end = Math.min(end, answer!.highWatermark)
    let next = offset
    for (const { header } of batchesIn(answer!.records)) {
      if (isSame(header, sought)) return header.baseOffset
      next = header.baseOffset + header.lastOffsetDelta + 1
    }
    if (next === offset) return undefined
    offset = next
  }
  return undefined
}

function isSame(one: BatchHeader, other: BatchHeader): boolean {
  return (
    one.producerId === other.producerId &&
    one.producerEpoch === other.producerEpoch &&
    one.baseSequence === other.baseSequence
  )
}
