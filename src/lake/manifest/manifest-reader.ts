import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { decodeAvroFile, type AvroSchema } from './avro-file.ts'
import type { ManifestEntry } from './data-file.ts'
import { fromEntryRecord, type EntryRecord } from './entry-record.ts'
import type { ManifestFile } from './manifest-file.ts'
import { withRowIds } from './row-ids.ts'

/** Entries of manifests, read once: a manifest never changes. */
export interface ManifestReader {
  entries(manifest: ManifestFile): Promise<readonly ManifestEntry[]>
}

/** Keeps the manifests used last, up to `entriesMax` entries together (about 1 KB each). */
export function manifestReader(store: Pick<ObjectStore, 'get'>, entriesMax = 50_000): ManifestReader {
  const kept = new Map<string, readonly ManifestEntry[]>()
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

async function readManifest(
  store: Pick<ObjectStore, 'get'>,
  manifest: ManifestFile,
): Promise<readonly ManifestEntry[]> {
  const { schema, records } = decodeAvroFile(await store.get(manifest.location), manifest.location)
  const names = partitionNames(schema)
  return withRowIds(
    records.map((record) => fromEntryRecord(record as EntryRecord, manifest, names)),
    manifest,
  )
}

/** The names of the partition tuple's values in the file, in the order of the spec that it was written under. */
function partitionNames(schema: AvroSchema): readonly string[] {
  const file = fieldType(schema, 'data_file')
  const partition = fieldType(file, 'partition')
  return (partition as { fields?: readonly { name: string }[] } | undefined)?.fields?.map((field) => field.name) ?? []
}

function fieldType(record: AvroSchema | undefined, name: string): AvroSchema | undefined {
  return (record as { fields?: readonly { name: string; type: AvroSchema }[] } | undefined)?.fields?.find(
    (field) => field.name === name,
  )?.type
}
