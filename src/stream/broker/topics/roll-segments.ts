import { crc32c } from '@node-rs/crc32'
import type { Partition } from './partition.ts'
import { configNumber, policyOf, type Topic } from './topic.ts'
import type { TopicStore } from './topic-store.ts'

/**
 * Seals segments that have had records for longer than `segment.ms`, also when nothing is written any more: only then may
 * retention and compaction have them. One pass; opens what is due.
 */
export async function rollOldSegments(topics: TopicStore, now: number): Promise<void> {
  for (const topic of topics.all()) {
    const ageMs = agedAfterMs(topic)
    for (const partition of topic.partitions) {
      const since = partition.opened ? partition.opened.filledSince() : partition.written.outline?.filledSince
      if (since === undefined || now - since < ageMs - jitterOf(topic, partition, since)) continue
      const log = partition.opened ?? (await partition.log())
      await log.roll()
    }
  }
}

/** What is to be compacted within some time is to be sealed by then. */
function agedAfterMs(topic: Topic): number {
  const segmentMs = configNumber(topic, 'segment.ms')
  return policyOf(topic).compacts ? Math.min(segmentMs, configNumber(topic, 'max.compaction.lag.ms')) : segmentMs
}

/** Another one for each segment, so that those of many partitions are not sealed at one moment. */
function jitterOf(topic: Topic, { name }: Partition, since: number): number {
  const jitterMs = configNumber(topic, 'segment.jitter.ms')
  return jitterMs === 0 ? 0 : (crc32c(`${name} ${since}`) >>> 0) % jitterMs
}
