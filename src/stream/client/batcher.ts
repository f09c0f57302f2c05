import { kafkaErrors } from '../protocol/errors.ts'
import { bytesOf, type Accumulator, type CutBatch } from './accumulator.ts'
import { partitionOfKey } from './murmur2.ts'
import type { OutgoingRecord } from './producer.ts'
import { refused } from './retry.ts'

/** Spreads records over the partitions' open batches, and hands over each batch that is full or has lingered. */
export interface Batcher {
  add(record: OutgoingRecord): void
  /** Whole lines only. */
  addLines(lines: Buffer): void
  /** Hands over every open batch now. */
  cutAll(): void
  stop(): void
}

export function createBatcher(
  topic: string,
  accumulators: readonly Accumulator[],
  lingerMs: number,
  onBatch: (partition: number, batch: CutBatch) => void,
): Batcher {
  /** Where records without key go, until its batch is full. */
  let current = 0
  let lingering: NodeJS.Timeout | undefined

  function cut(accumulator: Accumulator): void {
    onBatch(accumulator.partition, accumulator.cut())
    if (accumulator.partition === current) current = (current + 1) % accumulators.length
  }

  function cutAll(): void {
    clearTimeout(lingering)
    lingering = undefined
    for (const accumulator of accumulators) if (!accumulator.empty) cut(accumulator)
  }

  function accumulatorFor(record: OutgoingRecord, key: Buffer | null): Accumulator {
    const partition = record.partition ?? (key ? partitionOfKey(key, accumulators.length) : current)
    const found = accumulators[partition]
    if (found) return found
    throw refused(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, `partition ${partition} of topic ${topic}`)
  }

  return {
    cutAll,
    add(record) {
      const key = bytesOf(record.key)
      // Once a full batch is cut, the turn may have come to another partition, whose batch may be full too.
      for (;;) {
        const accumulator = accumulatorFor(record, key)
        if (accumulator.append(record, key)) break
        cut(accumulator)
      }
      lingering ??= setTimeout(cutAll, lingerMs)
    },
    addLines(lines) {
      for (let at = 0; ;) {
        const accumulator = accumulators[current]!
        const { next, full } = accumulator.appendLines(lines, at)
        if (!full) break
        cut(accumulator)
        at = next
      }
      lingering ??= setTimeout(cutAll, lingerMs)
    },
    stop: () => clearTimeout(lingering),
  }
}
