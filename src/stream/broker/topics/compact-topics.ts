import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { BrokerMetrics } from '../metrics/broker-metrics.ts'
import type { Dirt } from '../storage/compaction/cleanable.ts'
import type { CompactionLimits, CompactionResult } from '../storage/compaction/compact-partition.ts'
import type { Partition } from './partition.ts'
import { settingsOf } from './topic-settings.ts'
import type { Topic } from './topic.ts'
import type { TopicStore } from './topic-store.ts'

interface Services {
  readonly topics: TopicStore
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly limits: CompactionLimits
  /** Seeds hashes. */
  readonly random: () => number
}

interface Candidate {
  readonly topic: Topic
  readonly partition: Partition
  /** Of what may be cleaned, so much is dirty. */
  readonly ratio: number
}

/** A pass that failed is tried again after this. */
const retryMs = 60_000

export interface Compactor {
  /** Passes over the dirtiest partitions, one after the other, until none is due. Ends early when the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
}

export function createCompactor(services: Services): Compactor {
  const { topics, clock, logger, metrics, limits, random } = services
  const failedAt = new Map<Partition, number>()

  async function pass({ topic, partition }: Candidate, signal: AbortSignal): Promise<void> {
    try {
      const log = await partition.log()
      const result = await log.compact(settingsOf(topic).compaction, {
        bytesPerSecond: limits.compactionBytesPerSecond,
        memoryBytes: limits.compactionMemoryBytes,
        seed: Math.floor(random() * 2 ** 32),
        signal,
      })
      if (result) report(partition.name, result)
      failedAt.delete(partition)
    } catch (error) {
      if (signal.aborted) return
      failedAt.set(partition, clock.monotonic())
      logger.error({ err: error, partition: partition.name }, 'compaction failed; it is tried again in a minute')
    }
  }

  function report(name: string, result: CompactionResult): void {
    metrics.compactionBytes.inc({ way: 'read' }, result.bytesRead)
    metrics.compactionBytes.inc({ way: 'written' }, result.bytesWritten)
    metrics.compactedRecords.inc(result.recordsGone)
    logger.info({ partition: name, ...result }, 'compacted')
    if (result.keylessGone > 0)
      logger.warn({ partition: name, records: result.keylessGone }, 'compaction removed records without a key')
    if (result.unreadableBatches > 0)
      logger.warn({ partition: name, batches: result.unreadableBatches }, 'batches that cannot be unpacked were kept')
  }

  function dirtiest(): Candidate | undefined {
    let found: Candidate | undefined
    for (const topic of topics.all().filter((one) => settingsOf(one).compacts))
      for (const partition of topic.partitions) {
        if (clock.monotonic() - (failedAt.get(partition) ?? -Infinity) < retryMs) continue
        const ratio = dueRatio(topic, partition, clock.now())
        if (ratio !== undefined && ratio > (found?.ratio ?? -1)) found = { topic, partition, ratio }
      }
    return found
  }

  return {
    async run(signal) {
      for (let next = dirtiest(); next && !signal.aborted; next = dirtiest()) {
        await pass(next, signal)
        // Others are served between two passes, whatever these do.
        await pause(0)
      }
    },
  }
}

/** How much of the partition is dirty, if that is enough for a pass. */
function dueRatio(topic: Topic, partition: Partition, now: number): number | undefined {
  const { compaction: lags, minCleanableDirtyRatio } = settingsOf(topic)
  const { dirtyBytes, cleanBytes, isOverdue } =
    partition.opened?.dirt(lags) ?? writtenDirt(partition, lags.maxLagMs, now)
  if (dirtyBytes === 0) return undefined
  const ratio = dirtyBytes / (dirtyBytes + cleanBytes)
  return isOverdue || ratio > minCleanableDirtyRatio ? ratio : undefined
}

/** Of a partition that is not open: as it was written down. */
function writtenDirt({ written: { outline } }: Partition, maxLagMs: number, now: number): Dirt {
  if (!outline) return { dirtyBytes: 0, cleanBytes: 0, isOverdue: false }
  const { dirtyBytes, cleanBytes, dirtySince } = outline
  return { dirtyBytes, cleanBytes, isOverdue: dirtySince >= 0 && dirtySince < now - maxLagMs }
}
