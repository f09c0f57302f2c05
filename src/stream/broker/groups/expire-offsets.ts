import type { Groups } from './groups.ts'
import { isSubscribed } from './group.ts'
import type { LiveOffset } from './offset-table.ts'

/**
 * Forgets what groups committed longer ago than `retentionMs` (Kafka's offsets.retention.minutes, KIP-211): counted from the commit
 * or from the last member, whichever was later; while there are members, only what none of them subscribes. Then groups of which
 * nothing is left. One pass.
 */
export async function expireOffsets(groups: Groups, retentionMs: number, now: number): Promise<void> {
  const { offsets } = groups
  const isOutdated = ({ group: groupId, topic, at, committed: { expiresAt } }: LiveOffset): boolean => {
    if (expiresAt === undefined ? now - at < retentionMs : now < expiresAt) return false
    const group = groups.find(groupId)
    if (!group) return true
    if (groups.isInUse(groupId)) return isSubscribed(group, topic) === false
    return expiresAt !== undefined || now - (group.emptySince ?? at) >= retentionMs
  }
  await offsets.forget(isOutdated)
  for (const groupId of groups.ids())
    if (!groups.isInUse(groupId) && !offsets.has(groupId)) await groups.delete(groupId)
}
