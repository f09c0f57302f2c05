import { crc32c } from '@node-rs/crc32'
import type { Partition } from './partition.ts'
import { settingsOf, type TopicSettings } from './topic-settings.ts'
import type { TopicStore } from './topic-store.ts'

/**
 * Seals segments that have had records for longer than `segment.ms`, also when nothing is written any more: only then may
 * retention and compaction have them. One pass; opens what is due.
 */
export async function rollOldSegments(topics: TopicStore, now: number): Promise<void> {
  for (const topic of topics.all()) {
    const settings = settingsOf(topic)
    const ageMs = agedAfterMs(settings)
    for (const partition of topic.partitions) {
      const since = partition.opened ? partition.opened.filledSince() : partition.written.outline?.filledSince
      if (since === undefined || now - since < ageMs - jitterOf(settings, partition, since)) continue
      const log = partition.opened ?? (await partition.log())
      await log.roll()
    }
  }
}

/** What is to be compacted within some time is to be sealed by then. */
function agedAfterMs({ segmentMs, compacts, compaction }: TopicSettings): number {
  return compacts ? Math.min(segmentMs, compaction.maxLagMs) : segmentMs
}

/** Another one for each segment, so that those of many partitions are not sealed at one moment. */
function jitterOf({ segmentJitterMs }: TopicSettings, { name }: Partition, since: number): number {
  return segmentJitterMs === 0 ? 0 : (crc32c(`${name} ${since}`) >>> 0) % segmentJitterMs
}
