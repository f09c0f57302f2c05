import type { Snapshot, TableMetadata } from '../../metadata/table-metadata.ts'
import { deltaVersion, snapshotVersionKey } from './delta-table.ts'

/**
 * The snapshot that was current in a version of the log; undefined when there was none, when it has expired, and when what is kept does not tell. A version
 * that changed no file has the snapshot of the one before.
 */
export function snapshotOfVersion(metadata: TableMetadata, version: number): Snapshot | undefined {
  if (version > deltaVersion(metadata)) return undefined
  const all = (metadata.snapshots ?? []).flatMap((snapshot) =>
    versionsOf(snapshot).map((since) => ({ snapshot, since })),
  )
  const sorted = all.toSorted((a, b) => a.since - b.since)
  const found = sorted.findLast(({ since }) => since <= version)
  if (found === undefined || found.since === version) return found?.snapshot
  const next = sorted.find(({ since }) => since > version)
  // What came between the two may have expired; a rollback's snapshot does not tell what was before it.
  const follows =
    next === undefined ||
    (versionsOf(next.snapshot)[0] === next.since &&
      next.snapshot['parent-snapshot-id'] === found.snapshot['snapshot-id'])
  return follows ? found.snapshot : undefined
}

function versionsOf({ summary }: Snapshot): readonly number[] {
  const text = summary?.[snapshotVersionKey]
  return text === undefined ? [] : text.split(',').map(Number)
}
