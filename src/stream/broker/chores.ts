import { setTimeout as pause } from 'node:timers/promises'
import type { ApiServices } from './apis/services.ts'
import { expireOffsets } from './groups/expire-offsets.ts'
import { createCompactor } from './topics/compact-topics.ts'
import { applyRetention } from './topics/retention.ts'
import { rollOldSegments } from './topics/roll-segments.ts'
import type { TopicStore } from './topics/topic-store.ts'
import { endHanging } from './transactions/end-hanging.ts'

export interface Chores {
  stop(): void
  /** Resolves when none runs any more. */
  settled(): Promise<unknown>
}

/** What others do from time to time. */
export interface OtherChores {
  sample(): void
  /** Looks whether the disk takes records again. */
  tryBroken(): Promise<void>
  lookAtCertificates(): Promise<void> | void
}

/** What the log does by itself, each again some time after it ended. */
export function startChores(services: ApiServices, others: OtherChores): Chores {
  const { topics, groups, clock, logger, limits } = services
  const { coordinator } = services.transactions
  const stopped = new AbortController()
  const { signal } = stopped

  async function repeat(what: string, everyMs: number, work: () => Promise<void> | void): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      try {
        await work()
      } catch (error) {
        logger.error({ err: error }, `${what} failed; it is tried again`)
      }
    }
  }

  const compactor = createCompactor({ ...services, random: Math.random })
  const all = [
    repeat('retention', limits.retentionCheckIntervalMs, async () => {
      await rollOldSegments(topics, clock.now())
      await applyRetention(topics, clock.now())
    }),
    repeat('compaction', limits.compactionCheckIntervalMs, () => compactor.run(signal)),
    repeat('expiring offsets', limits.offsetsRetentionCheckIntervalMs, () =>
      expireOffsets(groups, limits.offsetsRetentionMs, clock.now()),
    ),
    repeat('aborting transactions', limits.transactionCheckIntervalMs, () => coordinator.abortTimedOut()),
    repeat('ending transactions that hang', limits.retentionCheckIntervalMs, () =>
      endHanging({ topics, groups, coordinator, logger }),
    ),
    repeat('expiring producers', limits.retentionCheckIntervalMs, async () => {
      await coordinator.expire(limits.transactionalIdExpirationMs)
      expireProducers(topics, clock.now() - limits.producerIdExpirationMs)
    }),
    repeat('writing again what could not be written', limits.writeAgainIntervalMs, () => others.tryBroken()),
    repeat('writing checkpoints', limits.checkpointIntervalMs, async () => {
      for (const one of [topics, groups, services.transactions]) await one.checkpoint()
    }),
    repeat('closing what is not used', limits.retentionCheckIntervalMs, () => topics.rest(limits.partitionRestMs)),
    repeat('looking at certificates', limits.certificateCheckIntervalMs, () => others.lookAtCertificates()),
    repeat('sampling rates', 1000, () => others.sample()),
  ]
  return { stop: () => stopped.abort(), settled: () => Promise.all(all) }
}

function expireProducers(topics: TopicStore, before: number): void {
  for (const { partitions } of topics.all())
    for (const { opened } of partitions) opened?.transactions.expireProducers(before)
}
