import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { Long } from '../json.ts'
import type { ManifestEntry } from '../manifest/data-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { ancestors } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'

/**
 * The snapshots that came on top of one, newest first; of `null` all, for a table that had none. Undefined when the table does
 * not stand on it: it was rolled back, or what lies between has expired.
 */
export function snapshotsSince(metadata: TableMetadata, since: Long | null): readonly Snapshot[] | undefined {
  const between: Snapshot[] = []
  let parent: Long | null = metadata['current-snapshot-id'] ?? null
  if (parent === -1) parent = null
  for (const snapshot of ancestors(metadata, parent)) {
    if (snapshot['snapshot-id'] === since) return between
    between.push(snapshot)
    parent = snapshot['parent-snapshot-id'] ?? null
  }
  return since === null && parent === null ? between : undefined
}

/** Whether a snapshot may have other rows than its parent; what says `replace` has written the same ones anew. */
export function changesRows({ summary }: Snapshot): boolean {
  return summary?.['operation'] !== 'replace'
}

/** The files that a snapshot itself added or took out. */
export async function filesOfSnapshot(
  snapshot: Snapshot,
  { store, reader }: { readonly store: Pick<ObjectStore, 'get'>; readonly reader: ManifestReader },
): Promise<readonly ManifestEntry[]> {
  const id = snapshot['snapshot-id']
  const own = (await readManifestList(store, snapshot)).filter(({ addedSnapshotId }) => addedSnapshotId === id)
  const entries = await Promise.all(own.map((manifest) => reader.entries(manifest)))
  return entries.flat().filter(({ status, snapshotId }) => status !== 'existing' && snapshotId === id)
}
