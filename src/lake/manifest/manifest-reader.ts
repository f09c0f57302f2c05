import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { decodeAvroFile } from './avro-file.ts'
import type { ReadEntry } from './data-file.ts'
import { entryReader } from './entry-reader.ts'
import { mustBeManifest, mustHaveLength } from './file-in-place.ts'
import type { ManifestFile } from './manifest-file.ts'
import { withRowIds } from './row-ids.ts'

/** Entries of manifests, read once: a manifest never changes. */
export interface ManifestReader {
  entries(manifest: ManifestFile): Promise<readonly ReadEntry[]>
}

/** What an entry costs besides the bytes of its manifest, of which it keeps bounds and counts: measured with seven columns. */
const entryBytes = 1000

interface KeptManifest {
  readonly entries: readonly ReadEntry[]
  readonly bytes: number
}

/** Keeps the manifests used last, as many as take up to `bytesMax` of memory together: an entry of a wide table takes kilobytes. */
export function manifestReader(store: Pick<ObjectStore, 'get'>, bytesMax = 64e6): ManifestReader {
  const kept = new Map<string, KeptManifest>()
  let bytes = 0
  return {
    entries: async (manifest) => {
      // A list from before the table had version 3 gives the rows of the same manifest no numbers.
      const key = `${manifest.firstRowId ?? ''} ${manifest.location}`
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known.entries
      }
      const read = await readManifest(store, manifest)
      bytes += read.bytes - (kept.get(key)?.bytes ?? 0)
      kept.set(key, read)
      for (const [oldestKey, oldest] of kept) {
        if (bytes <= bytesMax || oldestKey === key) break
        kept.delete(oldestKey)
        bytes -= oldest.bytes
      }
      return read.entries
    },
  }
}

async function readManifest(store: Pick<ObjectStore, 'get'>, manifest: ManifestFile): Promise<KeptManifest> {
  const stored = await store.get(manifest.location)
  mustHaveLength(manifest, stored)
  const { metadata, records, bytes } = decodeAvroFile(stored, manifest.location, (schema) =>
    entryReader(schema, manifest),
  )
  mustBeManifest(manifest, metadata, records)
  return { entries: withRowIds(records, manifest), bytes: bytes + entryBytes * records.length }
}
