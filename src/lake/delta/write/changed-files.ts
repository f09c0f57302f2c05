import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import type { ManifestFile } from '../../manifest/manifest-file.ts'
import { readManifestList } from '../../manifest/manifest-list.ts'
import type { ManifestReader } from '../../manifest/manifest-reader.ts'
import type { Snapshot } from '../../metadata/table-metadata.ts'

export interface ChangedFiles {
  readonly added: readonly DataFile[]
  readonly removed: readonly DataFile[]
}

/**
 * Which files one snapshot has more and fewer than another. Manifests that both have are not read: what this costs is what changed.
 * `WEIR-4027` for files of deletes, which a Delta log cannot name.
 */
export async function changedFiles(
  before: Snapshot | undefined,
  after: Snapshot | undefined,
  context: { readonly store: Pick<ObjectStore, 'get'>; readonly reader: ManifestReader },
): Promise<ChangedFiles> {
  const manifestsOf = async (snapshot: Snapshot | undefined): Promise<readonly ManifestFile[]> =>
    snapshot === undefined ? [] : readManifestList(context.store, snapshot)
  const [old, now] = await Promise.all([manifestsOf(before), manifestsOf(after)])
  const [had, has] = await Promise.all([liveOf(old, now, context.reader), liveOf(now, old, context.reader)])
  for (const { content, location } of has.values())
    if (content !== 'data')
      throw new WeirError(
        'WEIR-4027',
        `${location} names deleted rows of files, which a Delta table does not take; write the files that hold such rows anew (copy on write)`,
      )
  return {
    added: [...has.values()].filter(({ location }) => !had.has(location)),
    removed: [...had.values()].filter(({ location }) => !has.has(location)),
  }
}

/** By location: those of manifests that the other list does not have. */
async function liveOf(
  manifests: readonly ManifestFile[],
  others: readonly ManifestFile[],
  reader: ManifestReader,
): Promise<ReadonlyMap<string, DataFile>> {
  const shared = new Set(others.map(({ location }) => location))
  const read = await Promise.all(
    manifests.filter(({ location }) => !shared.has(location)).map((manifest) => reader.entries(manifest)),
  )
  const live = read.flat().filter(({ status }) => status !== 'deleted')
  return new Map(live.map(({ file }) => [file.location, file]))
}
