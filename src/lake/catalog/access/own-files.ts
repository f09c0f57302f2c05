import { liesUnder } from '../../../storage/objects/location.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { ManifestFile } from '../../manifest/manifest-file.ts'
import { readManifestList } from '../../manifest/manifest-list.ts'
import { manifestReader } from '../../manifest/manifest-reader.ts'
import type { Snapshot, TableMetadata } from '../../metadata/table-metadata.ts'
import { forbidden } from './refusals.ts'

/** A table as a commit finds it. */
export interface NamedTable {
  /** Where its files lie. */
  readonly places: readonly string[]
  readonly snapshots: readonly Snapshot[]
}

/** Its folder, and the one of its data where administrators have chosen another. */
export function namedTable({ location, properties, snapshots }: TableMetadata): NamedTable {
  const data = properties?.['write.data.path']
  return { places: data === undefined ? [location] : [location, data], snapshots: snapshots ?? [] }
}

/** Reads what manifest lists and manifests name. */
export type OwnFilesReader = Pick<ObjectStore, 'get' | 'size'>

/** What one commit of a user may have read of it: whoever writes a manifest chooses its size. */
const fileBytesMax = 64e6
const allBytesMax = 512e6

/**
 * A file that one of these snapshots leads to and that lies elsewhere: it would be read, or removed, with the rights of this table.
 * Manifests of the snapshot that it follows were looked at when they came.
 */
export async function foreignFileOf(
  snapshots: readonly Snapshot[],
  places: readonly string[],
  before: NamedTable | undefined,
  files: OwnFilesReader,
): Promise<string | undefined> {
  const reader = manifestReader(files, 0)
  let bytes = 0
  const weigh = async (location: string): Promise<void> => {
    const size = (await files.size(location)) ?? 0
    bytes += size
    if (size > fileBytesMax || bytes > allBytesMax)
      throw forbidden(
        `while policies hold, what a commit names is read before: ${location} is too large for that (${size} bytes; ${fileBytesMax} of one file and ${allBytesMax} of all are read). Commit less at once`,
      )
  }
  const manifestsOf = async (snapshot: Snapshot): Promise<readonly ManifestFile[]> => {
    await weigh(snapshot['manifest-list'])
    return readManifestList(files, snapshot)
  }
  const known = new Set<string>()
  for (const snapshot of parentsOf(snapshots, before))
    for (const { location } of await manifestsOf(snapshot)) known.add(location)
  for (const snapshot of snapshots)
    for (const manifest of await manifestsOf(snapshot)) {
      if (known.has(manifest.location)) continue
      if (!isInside(manifest.location, places)) return manifest.location
      await weigh(manifest.location)
      for (const { file } of await reader.entries(manifest)) if (!isInside(file.location, places)) return file.location
      known.add(manifest.location)
    }
  return undefined
}

function parentsOf(snapshots: readonly Snapshot[], before: NamedTable | undefined): readonly Snapshot[] {
  const ids = new Set(snapshots.map((snapshot) => String(snapshot['parent-snapshot-id'])))
  return (before?.snapshots ?? []).filter((snapshot) => ids.has(String(snapshot['snapshot-id'])))
}

export function isInside(file: string, places: readonly string[]): boolean {
  return places.some((place) => liesUnder(place, file)) && !/(^|[/\\])(\.|%2e){2}([/\\]|$)/i.test(file)
}
