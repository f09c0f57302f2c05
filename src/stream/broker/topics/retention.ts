import type { PartitionLog } from '../storage/partition-log.ts'
import { configNumber, configOf, type Topic } from './topic.ts'
import type { TopicStore } from './topic-store.ts'

/** Moves starts to what retention keeps, makes that durable, then removes the files. One pass. */
export async function applyRetention(topics: TopicStore, now: number): Promise<void> {
  const moved: PartitionLog[] = []
  for (const topic of topics.all()) {
    if (configOf(topic, 'cleanup.policy') === 'compact') continue
    for (const partition of topic.partitions) {
      await rollIfOld(topic, partition, now)
      const start = startAfterRetention(topic, partition, now)
      if (start <= partition.startOffset) continue
      partition.moveStart(start)
      moved.push(partition)
    }
  }
  if (moved.length === 0) return
  await topics.checkpoint()
  for (const partition of moved) await partition.removeOutdated()
}

async function rollIfOld(topic: Topic, partition: PartitionLog, now: number): Promise<void> {
  const retentionMs = configNumber(topic, 'retention.ms')
  const active = partition.segments().at(-1)!
  if (retentionMs >= 0 && active.bytes > 0 && active.maxTimestamp < now - retentionMs) await partition.roll()
}

/** Whole segments only; the active one stays. */
function startAfterRetention(
  topic: Pick<Topic, 'configs'>,
  partition: Pick<PartitionLog, 'startOffset' | 'segments'>,
  now: number,
): number {
  const retentionMs = configNumber(topic, 'retention.ms')
  const retentionBytes = configNumber(topic, 'retention.bytes')
  const segments = partition.segments()
  let left = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  let { startOffset } = partition
  for (const { bytes, maxTimestamp, endOffset } of segments.slice(0, -1)) {
    const outdated = retentionMs >= 0 && maxTimestamp < now - retentionMs
    const surplus = retentionBytes >= 0 && left - bytes >= retentionBytes
    if (!outdated && !surplus) break
    startOffset = Math.max(startOffset, endOffset)
    left -= bytes
  }
  return startOffset
}
