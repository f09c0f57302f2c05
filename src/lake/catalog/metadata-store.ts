import { randomUUID } from 'node:crypto'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { stringifyJson } from '../json.ts'
import { parseMetadata } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'

/** Table metadata by the location of its file. */
export interface MetadataStore {
  read(location: string): Promise<TableMetadata>
  /** Durable when it resolves; the location is new. `before` is the file that it follows. */
  write(metadata: TableMetadata, before: string | null): Promise<string>
}

/** Keeps the metadata used last: each commit and most loads start from what was written just before. */
export function metadataStore(objects: ObjectStore, keptMax = 64): MetadataStore {
  const kept = new Map<string, TableMetadata>()
  const keep = (location: string, metadata: TableMetadata): void => {
    kept.delete(location)
    kept.set(location, metadata)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptMax) return
      kept.delete(oldest)
    }
  }
  return {
    read: async (location) => {
      const metadata = kept.get(location) ?? parseMetadata((await objects.get(location)).toString(), location)
      keep(location, metadata)
      return metadata
    },
    write: async (metadata, before) => {
      const folder = metadata.properties?.['write.metadata.path'] ?? under(metadata.location, 'metadata')
      const version = String(versionOf(before) + 1).padStart(5, '0')
      const location = under(folder, `${version}-${randomUUID()}.metadata.json`)
      await objects.put(location, Buffer.from(stringifyJson(metadata)))
      keep(location, metadata)
      return location
    },
  }
}

function versionOf(location: string | null): number {
  return location === null ? -1 : Number(/\/v?(\d+)[^/]*$/.exec(location)?.[1] ?? -1)
}
