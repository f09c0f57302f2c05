import type { PartitionLog } from '../storage/partition-log.ts'
import type { Partition } from './partition.ts'
import { settingsOf, type TopicSettings } from './topic-settings.ts'
import type { TopicStore } from './topic-store.ts'

type Limits = Pick<TopicSettings, 'retentionMs' | 'retentionBytes'>

/** Moves starts to what retention keeps, makes that durable, then removes the files. One pass; opens what has something to remove. */
export async function applyRetention(topics: TopicStore, now: number): Promise<void> {
  const moved: PartitionLog[] = []
  for (const topic of topics.all()) {
    const limits = settingsOf(topic)
    if (!limits.deletes) continue
    for (const partition of topic.partitions) {
      if (!partition.opened && !mayRemove(partition, limits, now)) continue
      const log = partition.opened ?? (await partition.log())
      if (await moveStart(log, limits, now)) moved.push(log)
    }
  }
  if (moved.length === 0) return
  await topics.checkpointStarts()
  for (const log of moved) await log.removeOutdated()
}

/** Of a partition that is not open: by what was written down of its oldest segment. */
function mayRemove({ written }: Partition, { retentionMs, retentionBytes }: Limits, now: number): boolean {
  const { outline } = written
  if (!outline || outline.bytes === 0) return false
  const { bytes, oldestBytes, oldestTimestamp } = outline
  return isOutdated(oldestTimestamp, retentionMs, now) || isSurplus(bytes - oldestBytes, retentionBytes)
}

/** Whole segments go; when the active one is to go too, another one begins first. Whether the start moved. */
async function moveStart(log: PartitionLog, limits: Limits, now: number): Promise<boolean> {
  let segments = log.segments()
  let count = dueOf(segments, limits, now)
  if (count === segments.length && segments.at(-1)!.bytes > 0) {
    await log.roll()
    segments = log.segments()
    count = Math.min(dueOf(segments, limits, now), segments.length - 1)
  }
  const start = segments[Math.min(count, segments.length - 1) - 1]?.endOffset ?? 0
  return start > log.startOffset && log.moveStart(start) === start
}

/** How many segments, from the oldest on, are to go. */
function dueOf(
  segments: ReturnType<PartitionLog['segments']>,
  { retentionMs, retentionBytes }: Limits,
  now: number,
): number {
  let left = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  const kept = segments.findIndex(({ bytes, maxTimestamp }) => {
    left -= bytes
    return !isOutdated(maxTimestamp, retentionMs, now) && !isSurplus(left, retentionBytes)
  })
  return kept < 0 ? segments.length : kept
}

function isOutdated(timestamp: number, retentionMs: number, now: number): boolean {
  return retentionMs >= 0 && timestamp < now - retentionMs
}

function isSurplus(bytesLeft: number, retentionBytes: number): boolean {
  return retentionBytes >= 0 && bytesLeft >= retentionBytes
}
