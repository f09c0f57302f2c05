import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { decodeAvroFile } from './avro-file.ts'
import type { ReadEntry } from './data-file.ts'
import { entryReader } from './entry-reader.ts'
import type { ManifestFile } from './manifest-file.ts'
import { withRowIds } from './row-ids.ts'

/** Entries of manifests, read once: a manifest never changes. */
export interface ManifestReader {
  entries(manifest: ManifestFile): Promise<readonly ReadEntry[]>
}

/** Keeps the manifests used last, up to `entriesMax` entries together (about 1 KB each). */
export function manifestReader(store: Pick<ObjectStore, 'get'>, entriesMax = 50_000): ManifestReader {
  const kept = new Map<string, readonly ReadEntry[]>()
  let count = 0
  return {
    entries: async (manifest) => {
      // A list from before the table had version 3 gives the rows of the same manifest no numbers.
      const key = `${manifest.firstRowId ?? ''} ${manifest.location}`
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const entries = await readManifest(store, manifest)
      if (!kept.has(key)) count += entries.length
      kept.set(key, entries)
      for (const [oldestKey, oldest] of kept) {
        if (count <= entriesMax || oldestKey === key) break
        kept.delete(oldestKey)
        count -= oldest.length
      }
      return entries
    },
  }
}

async function readManifest(store: Pick<ObjectStore, 'get'>, manifest: ManifestFile): Promise<readonly ReadEntry[]> {
  const bytes = await store.get(manifest.location)
  const { records } = decodeAvroFile(bytes, manifest.location, (schema) => entryReader(schema, manifest))
  return withRowIds(records, manifest)
}
