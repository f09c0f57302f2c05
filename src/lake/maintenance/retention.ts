import { nearestSummary } from '../scan/nearest-summary.ts'
import type { Long } from '../json.ts'
import { heededProperties } from '../metadata/heeded-properties.ts'
import { ancestors } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { mainLine } from './main-line.ts'

const hourMs = 3_600_000

/** How long snapshots stay. `history.expire.*` are Iceberg's properties; `weir.history.*` are ours. */
export interface Retention {
  /** `history.expire.max-snapshot-age-ms`, 5 days. */
  readonly ageMaxMs: number
  /** `history.expire.min-snapshots-to-keep`, 10: the newest stay whatever their age. */
  readonly keepMin: number
  /** `weir.history.every-ms`, 1 h: what was current within this time stays, for who reads it. */
  readonly everyMs: number
  /** `weir.history.every-max`, 500: of those within this time so many stay one by one (thin-snapshots.ts). */
  readonly everyMax: number
  /** `weir.history.every-spacing-ms`, 10 s: of the others within it the last of each such interval stays. */
  readonly everySpacingMs: number
  /** `weir.history.spacing-ms`, 1 h: older than that, the last of each such interval stays. */
  readonly spacingMs: number
}

export function retentionOf(properties: Readonly<Record<string, string>> = {}): Retention {
  const value = (key: string, otherwise: number) => {
    const given = Number(properties[key] ?? otherwise)
    return Number.isFinite(given) && given >= 0 ? given : otherwise
  }
  return {
    ageMaxMs: value(
      'history.expire.max-snapshot-age-ms',
      heededProperties['history.expire.max-snapshot-age-ms'].otherwise,
    ),
    keepMin: Math.max(
      1,
      value('history.expire.min-snapshots-to-keep', heededProperties['history.expire.min-snapshots-to-keep'].otherwise),
    ),
    everyMs: value('weir.history.every-ms', hourMs),
    everyMax: Math.max(1, value('weir.history.every-max', 500)),
    everySpacingMs: value('weir.history.every-spacing-ms', 10_000),
    spacingMs: value('weir.history.spacing-ms', hourMs),
  }
}

/**
 * The snapshots that no longer have to stay. A commit a minute makes 7,200 in five days, each a line of the metadata that
 * every commit writes; so all of the last hour stay, and one an hour before that. What a branch or tag names stays, and
 * so does the snapshot that names the state of the deliveries (delivery rule 4).
 */
export function snapshotsToExpire(metadata: TableMetadata, now: number): readonly Snapshot[] {
  const retention = retentionOf(metadata.properties)
  const main = mainLine(metadata)
  const kept = new Set<Long>(main.returnedTo)
  for (const [name, ref] of Object.entries(metadata.refs ?? {})) {
    const head = ref['snapshot-id']
    kept.add(head)
    const named = nearestSummary(metadata, head)
    if (named !== undefined) kept.add(named.snapshotId)
    if (ref.type === 'tag') continue
    const line = name === mainBranch ? main.snapshots : [...ancestors(metadata, head)]
    const own = {
      ...retention,
      ageMaxMs: ref['max-snapshot-age-ms'] ?? retention.ageMaxMs,
      keepMin: ref['min-snapshots-to-keep'] ?? retention.keepMin,
    }
    for (const snapshot of name === mainBranch ? thinned(line, own, now) : young(line, own, now))
      kept.add(snapshot['snapshot-id'])
  }
  const onBranches = new Set<Long>(main.snapshots.map((snapshot) => snapshot['snapshot-id']))
  for (const ref of Object.values(metadata.refs ?? {}))
    for (const snapshot of ancestors(metadata, ref['snapshot-id'])) onBranches.add(snapshot['snapshot-id'])
  // What no branch leads to may be staged by another engine: it has its age.
  const staged = (snapshot: Snapshot) =>
    !onBranches.has(snapshot['snapshot-id']) && snapshot['timestamp-ms'] >= now - retention.ageMaxMs
  return (metadata.snapshots ?? []).filter((snapshot) => !kept.has(snapshot['snapshot-id']) && !staged(snapshot))
}

function young(line: readonly Snapshot[], retention: Retention, now: number): readonly Snapshot[] {
  return line.filter((snapshot, at) => at < retention.keepMin || snapshot['timestamp-ms'] >= now - retention.ageMaxMs)
}

/** Newest first, so the first of an interval is its last in time, and stays the one that is kept. */
function thinned(line: readonly Snapshot[], retention: Retention, now: number): readonly Snapshot[] {
  const intervals = new Set<number>()
  return line.filter((snapshot, at) => {
    const time = snapshot['timestamp-ms']
    // Current until the next one came: of a table at rest that is compacted it is the old ones that are being read.
    const currentUntil = line[at - 1]?.['timestamp-ms'] ?? now
    if (at < retention.keepMin || time >= now - retention.everyMs) return true
    if (currentUntil > now - retention.everyMs) return true
    if (time < now - retention.ageMaxMs) return false
    const interval = retention.spacingMs === 0 ? time : Math.floor(time / retention.spacingMs)
    if (intervals.has(interval)) return false
    intervals.add(interval)
    return true
  })
}
