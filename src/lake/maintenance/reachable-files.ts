import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import type { Snapshot } from '../metadata/table-metadata.ts'

export interface ReachableFiles {
  readonly lists: ReadonlySet<string>
  readonly manifests: ReadonlySet<string>
  /** Data and delete files. */
  readonly data: ReadonlySet<string>
}

export interface ReachContext {
  readonly store: Pick<ObjectStore, 'get'>
  readonly reader: ManifestReader
}

/** Every file that these snapshots read. One that is listed as deleted is read by none but those that list it as live. */
export async function reachableFiles(snapshots: readonly Snapshot[], context: ReachContext): Promise<ReachableFiles> {
  const manifests = await manifestsOf(snapshots, context)
  return {
    lists: new Set(snapshots.map((snapshot) => snapshot['manifest-list'])),
    manifests: new Set(manifests.keys()),
    data: new Set((await liveFilesOf(manifests.values(), context)).keys()),
  }
}

/** Whether a file may be missing. */
type Absent = 'fails' | 'allowed'

export async function manifestsOf(
  snapshots: readonly Snapshot[],
  { store }: ReachContext,
  absent: Absent = 'fails',
): Promise<ReadonlyMap<string, ManifestFile>> {
  const found = new Map<string, ManifestFile>()
  for (const snapshot of snapshots)
    for (const manifest of await present(readManifestList(store, snapshot), absent))
      found.set(manifest.location, manifest)
  return found
}

/** Sizes in bytes of the files that these manifests hold for readers, by location. */
export async function liveFilesOf(
  manifests: Iterable<ManifestFile>,
  { reader }: ReachContext,
  absent: Absent = 'fails',
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const manifest of manifests)
    for (const { status, file } of await present(reader.entries(manifest), absent))
      if (status !== 'deleted') found.set(file.location, file.sizeBytes)
  return found
}

async function present<T>(read: Promise<readonly T[]>, absent: Absent): Promise<readonly T[]> {
  try {
    return await read
  } catch (error) {
    if (absent === 'allowed' && error instanceof WeirError && error.code === 'WEIR-8002') return []
    throw error
  }
}
