import type { LiveOffset } from './offset-table.ts'
import type { Groups } from './groups.ts'

/**
 * Forgets what groups without members committed longer ago than `retentionMs` (Kafka's offsets.retention.minutes, KIP-211). While
 * a group has members nothing of it is forgotten: its commits are written down anew from time to time, so that the time also
 * counts from the last member after a crash. It is kept for at least `retentionMs`, and for an eighth more at most. One pass.
 */
export async function expireOffsets(groups: Groups, retentionMs: number, now: number): Promise<void> {
  const { offsets } = groups
  const refreshMs = retentionMs / 8
  const olderThan =
    (ms: number) =>
    ({ at }: LiveOffset): boolean =>
      at < now - ms
  const isAlive = (group: string): boolean => groups.find(group)?.isIdle === false
  for (const group of offsets.groups().filter(isAlive))
    await offsets.commit(group, offsets.of(group).filter(olderThan(refreshMs)))
  const isOutdated = olderThan(retentionMs + refreshMs)
  await offsets.forget((entry) => isOutdated(entry) && !isAlive(entry.group))
}
