import { stateProperty } from '../../record/delivery-state.ts'
import type { Long } from '../json.ts'
import { nearestSummary } from '../scan/nearest-summary.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { ancestors } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import { mainLine } from './main-line.ts'
import { retentionOf, type Retention } from './retention.ts'

/** They go by so many at least, a tenth of those that stay one by one: what goes is written down, and lists are written anew. */
const thinnedTogether = 0.1

/**
 * Snapshots of the last hour that need not stay, of a table with many commits a second: each is a line of the metadata that every commit
 * writes and every reader loads, so of all but the newest five hundred the last in ten seconds stays (table-maintenance.md, INV-M14). What a tag
 * or statistics name stays, what another branch stands on, and all down to the state of the deliveries: its chain is not cut.
 */
export function snapshotsToThin(metadata: TableMetadata, now: number): readonly Snapshot[] {
  const retention = retentionOf(metadata.properties)
  const togetherMin = Math.max(1, Math.ceil(retention.everyMax * thinnedTogether))
  if (countCrowded(metadata.snapshots ?? [], retention, now) < togetherMin) return []
  const { snapshots: line, returnedTo } = mainLine(metadata)
  const statistics = [...(metadata.statistics ?? []), ...(metadata['partition-statistics'] ?? [])]
  const measured = statistics.map((file) => file['snapshot-id'])
  const kept = new Set<Long>([...returnedTo, ...namedByRefs(metadata), ...measured])
  const crowded = betweenOthers(line, retention, now).filter((snapshot) => !kept.has(snapshot['snapshot-id']))
  return crowded.length < togetherMin ? [] : crowded
}

/** At most so many go. It tells most commits that nothing does, for less than it takes to find the line of `main`. */
function countCrowded(snapshots: readonly Snapshot[], retention: Retention, now: number): number {
  const { everyMax, everyMs, everySpacingMs } = retention
  if (everySpacingMs === 0) return 0
  let count = 0
  for (let at = snapshots.length - 1 - everyMax; at >= 0; at--) {
    const [time, next] = [snapshots[at]!['timestamp-ms'], snapshots[at + 1]!['timestamp-ms']]
    if (time >= now - everyMs && Math.floor(time / everySpacingMs) === Math.floor(next / everySpacingMs)) count++
  }
  return count
}

function namedByRefs(metadata: TableMetadata): readonly Long[] {
  return Object.entries(metadata.refs ?? {}).flatMap(([name, { 'snapshot-id': id, type }]) => {
    if (type === 'branch' && name !== mainBranch) return [...ancestors(metadata, id)].map((one) => one['snapshot-id'])
    const named = nearestSummary(metadata, id)
    return named === undefined ? [id] : [id, named.snapshotId]
  })
}

/** Newest first, so the first of an interval is its last in time. What is older than the hour is for expiry. */
function betweenOthers(line: readonly Snapshot[], retention: Retention, now: number): readonly Snapshot[] {
  const { everyMax, everyMs, everySpacingMs, keepMin } = retention
  const stateAt = line.findIndex(({ summary }) => summary?.[stateProperty] !== undefined)
  const stays = Math.max(everyMax, keepMin, stateAt + 1)
  const intervals = new Set<number>()
  return line.filter((snapshot, at) => {
    const time = snapshot['timestamp-ms']
    if (time < now - everyMs) return false
    const interval = Math.floor(time / everySpacingMs)
    const isLast = !intervals.has(interval)
    intervals.add(interval)
    return at >= stays && !isLast
  })
}
