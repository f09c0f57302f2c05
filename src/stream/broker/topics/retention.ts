import type { PartitionLog } from '../storage/partition-log.ts'
import type { Partition } from './partition.ts'
import { settingsOf, type TopicSettings } from './topic-settings.ts'
import type { TopicStore } from './topic-store.ts'

type Limits = Pick<TopicSettings, 'retentionMs' | 'retentionBytes'>

/** Makes it durable that partitions start at what retention keeps, then removes the files. One pass; opens what has something to remove. */
export async function applyRetention(topics: TopicStore, now: number): Promise<void> {
  const starts = new Map<PartitionLog, number>()
  for (const topic of topics.all()) {
    const limits = settingsOf(topic)
    if (!limits.deletes) continue
    for (const partition of topic.partitions) {
      if (!partition.opened && !mayRemove(partition, limits, now)) continue
      const log = partition.opened ?? (await partition.log())
      const start = await startOf(log, limits, now)
      if (start > log.startOffset) starts.set(log, start)
    }
  }
  if (starts.size === 0) return
  await topics.startAt(Array.from(starts, ([log, start]) => log.planStart(start)))
  for (const log of starts.keys()) await log.removeOutdated()
}

/** Of a partition that is not open: by what was written down of its oldest segment. */
function mayRemove({ written }: Partition, { retentionMs, retentionBytes }: Limits, now: number): boolean {
  const { outline } = written
  if (!outline || outline.bytes === 0) return false
  const { bytes, oldestBytes, oldestTimestamp } = outline
  return isOutdated(oldestTimestamp, retentionMs, now) || isSurplus(bytes - oldestBytes, retentionBytes)
}

/** Whole segments go; when the active one is to go too, another one begins first. Where it is to start. */
async function startOf(log: PartitionLog, limits: Limits, now: number): Promise<number> {
  let segments = log.segments()
  let count = dueOf(segments, limits, now)
  if (count === segments.length && segments.at(-1)!.bytes > 0) {
    await log.roll()
    segments = log.segments()
    count = Math.min(dueOf(segments, limits, now), segments.length - 1)
  }
  return segments[Math.min(count, segments.length - 1) - 1]?.endOffset ?? 0
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
