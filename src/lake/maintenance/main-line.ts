import type { Long } from '../json.ts'
import { ancestors } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'

/** What `main` has been, as far as it is kept. */
export interface MainLine {
  /** Newest first: the current snapshot and those that it stands on, also beyond some that have expired. */
  readonly snapshots: readonly Snapshot[]
  /** Those that somebody went back to, while what was undone is kept: by them it is told from the line. */
  readonly returnedTo: ReadonlySet<Long>
}

/**
 * By parents, and from where those end by the log: it knows what was current when snapshots between have expired, and what was rolled back.
 */
export function mainLine(metadata: TableMetadata): MainLine {
  const head = metadata.refs?.[mainBranch]?.['snapshot-id']
  const byParents = [...ancestors(metadata, head)]
  const known = new Map((metadata.snapshots ?? []).map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  const { line, returnedTo } = replay(metadata['snapshot-log'] ?? [], known)
  const oldest = byParents.at(-1)
  if (oldest === undefined || oldest['parent-snapshot-id'] == null) return { snapshots: byParents, returnedTo }
  const own = new Set(byParents.map((snapshot) => snapshot['snapshot-id']))
  const before = line
    .filter((id) => !own.has(id))
    .map((id) => known.get(id)!)
    .filter((snapshot) => snapshot['timestamp-ms'] <= oldest['timestamp-ms'])
  return { snapshots: [...byParents, ...before.toReversed()], returnedTo }
}

/** Who goes back to a snapshot undoes all that came after it. */
function replay(
  log: NonNullable<TableMetadata['snapshot-log']>,
  known: ReadonlyMap<Long, Snapshot>,
): { readonly line: readonly Long[]; readonly returnedTo: ReadonlySet<Long> } {
  const line: Long[] = []
  const places = new Map<Long, number>()
  const returnedTo = new Set<Long>()
  for (const { 'snapshot-id': id } of log) {
    if (!known.has(id)) continue
    const place = places.get(id)
    if (place === undefined) {
      places.set(id, line.push(id) - 1)
      continue
    }
    const undone = line.splice(place + 1)
    for (const one of undone) places.delete(one)
    if (undone.length > 0) returnedTo.add(id)
  }
  return { line, returnedTo }
}
