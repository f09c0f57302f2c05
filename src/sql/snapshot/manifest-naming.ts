import { readManifestList } from '../../lake/manifest/manifest-list.ts'
import type { ManifestReader } from '../../lake/manifest/manifest-reader.ts'
import type { Snapshot } from '../../lake/metadata/table-metadata.ts'
import { pathOf } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'

/** The manifest by which the snapshot has the file that `error` tells of: what is wrong may be the name. */
export async function manifestNaming(
  objects: Pick<ObjectStore, 'get'>,
  reader: ManifestReader,
  snapshot: Snapshot,
  error: string,
): Promise<string | undefined> {
  for (const manifest of await readManifestList(objects, snapshot)) {
    const entries = await reader.entries(manifest)
    if (entries.some(({ file }) => error.includes(pathOf(file.location)))) return manifest.location
  }
  return undefined
}
