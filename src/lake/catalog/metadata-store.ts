import { checkedLocation } from '../../storage/objects/checked-name.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { metadataBytes } from '../metadata/metadata-bytes.ts'

/** What metadata of tables and of views say of the place of their own file. */
interface Located {
  readonly location: string
  readonly properties?: Readonly<Record<string, string>>
}

/** Metadata by the location of its file. */
export interface MetadataStore<M> {
  read(location: string): Promise<M>
  /** Durable when it resolves; the location is new. `before` is the file that it follows. */
  write(metadata: M, before: string | null): Promise<string>
}

/** Keeps the metadata used last: each commit and most loads start from what was written just before. */
export function metadataStore<M extends Located>(
  objects: ObjectStore,
  parse: (text: string, location: string) => M,
  keptMax = 64,
): MetadataStore<M> {
  const kept = new Map<string, M>()
  const keep = (location: string, metadata: M): void => {
    kept.delete(location)
    kept.set(location, metadata)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptMax) return
      kept.delete(oldest)
    }
  }
  // Memory of megabytes in each commit costs more in collecting it than in filling it.
  let spare: Buffer | undefined
  const putPieces = async (
    locationOf: (bytes: Uint8Array) => string,
    pieces: readonly Uint8Array[],
  ): Promise<string> => {
    const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const buffer = spare !== undefined && spare.length >= length ? spare : Buffer.allocUnsafeSlow(2 * length)
    spare = undefined
    let at = 0
    for (const piece of pieces) {
      buffer.set(piece, at)
      at += piece.byteLength
    }
    const bytes = buffer.subarray(0, length)
    const location = locationOf(bytes)
    await objects.put(location, bytes)
    // Not after a failure: the store may still be sending it.
    spare = buffer
    return location
  }
  return {
    read: async (location) => {
      const metadata = kept.get(location) ?? parse((await objects.get(location)).toString(), location)
      keep(location, metadata)
      return metadata
    },
    write: async (metadata, before) => {
      const folder = metadata.properties?.['write.metadata.path'] ?? under(metadata.location, 'metadata')
      const version = String(versionOf(before) + 1).padStart(5, '0')
      const nameOf = (id: string): string => `${version}-${id}.metadata.json`
      const location = await putPieces((bytes) => checkedLocation(folder, bytes, nameOf), metadataBytes(metadata))
      keep(location, metadata)
      return location
    },
  }
}

function versionOf(location: string | null): number {
  return location === null ? -1 : Number(/\/v?(\d+)[^/]*$/.exec(location)?.[1] ?? -1)
}
