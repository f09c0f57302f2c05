import { readManifestList } from '../../lake/manifest/manifest-list.ts'
import type { ManifestReader } from '../../lake/manifest/manifest-reader.ts'
import type { Scan } from '../../lake/scan/plan-scan.ts'
import { pathOf } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'

/** The manifest of the snapshot by which it has the file that `error` tells of: what is wrong may be the name. */
export async function manifestNaming(
  objects: Pick<ObjectStore, 'get'>,
  reader: ManifestReader,
  { snapshot, dataFiles, deleteFiles }: Scan,
  error: string,
): Promise<string | undefined> {
  const file = [...dataFiles, ...deleteFiles].find(({ location }) => error.includes(pathOf(location)))
  if (snapshot === undefined || file === undefined) return undefined
  for (const manifest of await readManifestList(objects, snapshot)) {
    const entries = await reader.entries(manifest)
    if (entries.some((entry) => entry.file.location === file.location)) return manifest.location
  }
  return undefined
}
