import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { ManifestEntry } from '../manifest/data-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'

export interface InspectionContext {
  readonly store: Pick<ObjectStore, 'get'>
  readonly reader: ManifestReader
}

/** Files of rows and of deletes that a snapshot has, a manifest at a time: what is held does not grow with the table. */
export async function* liveEntries(
  snapshot: Pick<Snapshot, 'manifest-list' | 'snapshot-id' | 'sequence-number'>,
  { store, reader }: InspectionContext,
): AsyncIterable<ManifestEntry> {
  for (const manifest of await readManifestList(store, snapshot))
    for (const entry of await reader.entries(manifest)) if (entry.status !== 'deleted') yield entry
}
