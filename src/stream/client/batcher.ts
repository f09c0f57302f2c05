import { WeirError } from '../../kernel/errors/weir-error.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { bytesOf, type Accumulator, type CutBatch } from './accumulator.ts'
import { partitionOfKey } from './murmur2.ts'
import type { OutgoingRecord } from './producer.ts'
import { recordTooLarge } from './record-too-large.ts'

/** Spreads records over the partitions' open batches, and hands over each batch that is full or has lingered. */
export interface Batcher {
  add(record: OutgoingRecord): void
  /** Whole lines only; gives how many. */
  addLines(lines: Buffer): number
  /** Hands over every open batch now. */
  cutAll(): void
  stop(): void
}

export function createBatcher(
  topic: string,
  accumulators: readonly Accumulator[],
  { lingerMs, recordBytesMax }: { readonly lingerMs: number; readonly recordBytesMax: number },
  onBatch: (partition: number, batch: CutBatch) => void,
): Batcher {
  /** Where records without key go, until its batch is full. */
  let current = 0
  let lingering: NodeJS.Timeout | undefined

  function cut(accumulator: Accumulator): void {
    const made = accumulator.cut()
    if (made.records === 1 && made.batch.length > recordBytesMax)
      throw recordTooLarge(topic, made.batch.length, recordBytesMax)
    onBatch(accumulator.partition, made)
    if (accumulator.partition === current) current = (current + 1) % accumulators.length
  }

  /** Such a record is alone in its batch. It goes at once, for who added it is to hear when it is too large. */
  function cutLarge(accumulator: Accumulator): void {
    if (accumulator.byteLength > recordBytesMax) cut(accumulator)
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
    throw new WeirError(
      'WEIR-3103',
      `UNKNOWN_TOPIC_OR_PARTITION: topic ${topic} has no partition ${partition}; it has 0 to ${accumulators.length - 1}`,
      { details: { error: 'UNKNOWN_TOPIC_OR_PARTITION', errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION } },
    )
  }

  return {
    cutAll,
    add(record) {
      const key = bytesOf(record.key)
      // Once a full batch is cut, the turn may have come to another partition, whose batch may be full too.
      for (;;) {
        const accumulator = accumulatorFor(record, key)
        if (accumulator.append(record, key)) {
          cutLarge(accumulator)
          break
        }
        cut(accumulator)
      }
      lingering ??= setTimeout(cutAll, lingerMs)
    },
    addLines(lines) {
      let count = 0
      for (let at = 0; ;) {
        const accumulator = accumulators[current]!
        const appended = accumulator.appendLines(lines, at)
        count += appended.lines
        if (!appended.full) {
          cutLarge(accumulator)
          break
        }
        cut(accumulator)
        at = appended.next
      }
      lingering ??= setTimeout(cutAll, lingerMs)
      return count
    },
    stop: () => clearTimeout(lingering),
  }
}
