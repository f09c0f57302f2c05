import { WeirError } from '../../kernel/errors/weir-error.ts'
import { under } from '../../storage/objects/location.ts'
import type { DataFile, ManifestEntry } from '../manifest/data-file.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import { writeManifest } from '../manifest/write-manifest.ts'
import { tableSchema } from '../metadata/read.ts'
import { writtenSpec } from '../metadata/written-spec.ts'
import type { MergeContext } from './merge-manifests.ts'
import { fileKey } from './touched-files.ts'

export interface ManifestsWithout {
  /** As they were. */
  readonly untouched: readonly ManifestFile[]
  /**
   * In place of those that held a removed file, by the location of those: it is `deleted` there, the others `existing` with the numbers
   * they had.
   */
  readonly rewritten: ReadonlyMap<string, ManifestFile>
}

/** The same after another commit came first, which left those manifests as they were and touched none of the removed files. */
export function manifestsWithoutAgain(
  before: ManifestsWithout['rewritten'],
  manifests: readonly ManifestFile[],
  sequenceNumber: number,
): ManifestsWithout {
  const untouched = manifests.filter(({ location }) => !before.has(location))
  const rewritten = [...before].map(([location, manifest]) => [location, numbered(manifest, sequenceNumber)] as const)
  return { untouched, rewritten: new Map(rewritten) }
}

/** Entries that live have numbers of their own; a manifest without any has that of its snapshot. */
function numbered(manifest: ManifestFile, sequenceNumber: number): ManifestFile {
  const isOwn = manifest.minSequenceNumber === manifest.sequenceNumber
  return { ...manifest, sequenceNumber, ...(isOwn ? { minSequenceNumber: sequenceNumber } : {}) }
}

/** The manifests of a snapshot that takes files out of its parent. `WEIR-4004` for a file that no manifest holds. */
export async function manifestsWithout(
  removed: readonly DataFile[],
  manifests: readonly ManifestFile[],
  context: MergeContext,
): Promise<ManifestsWithout> {
  const missing = new Set(removed.map(fileKey))
  const places = new Set(removed.map(placeOf))
  const untouched: ManifestFile[] = []
  const rewritten = new Map<string, ManifestFile>()
  for (const manifest of manifests) {
    const entries = places.has(`${manifest.content} ${manifest.specId}`) ? await context.reader.entries(manifest) : []
    const gone = entries.filter(({ status, file }) => status !== 'deleted' && missing.has(fileKey(file)))
    if (gone.length === 0) untouched.push(manifest)
    else rewritten.set(manifest.location, await rewrite(manifest, entries, new Set(gone), context))
    for (const { file } of gone) missing.delete(fileKey(file))
  }
  const [first] = missing
  if (first !== undefined)
    throw new WeirError('WEIR-4004', `The file ${first} is not in the table at ${context.metadata.location} any more`)
  return { untouched, rewritten }
}

function placeOf({ content, specId }: DataFile): string {
  return `${content === 'data' ? 'data' : 'deletes'} ${specId}`
}

/** What earlier snapshots deleted is left out. */
function rewrite(
  { specId, content }: ManifestFile,
  entries: readonly ManifestEntry[],
  gone: ReadonlySet<ManifestEntry>,
  { metadata, store, snapshotId, sequenceNumber }: MergeContext,
): Promise<ManifestFile> {
  return writeManifest(store, {
    folder: under(metadata.location, 'metadata'),
    part: 'm1',
    schema: tableSchema(metadata),
    spec: writtenSpec(metadata, specId),
    content,
    entries: entries
      .filter(({ status }) => status !== 'deleted')
      .map((entry) =>
        gone.has(entry) ? { ...entry, status: 'deleted', snapshotId } : { ...entry, status: 'existing' },
      ),
    snapshotId,
    sequenceNumber,
    formatVersion: metadata['format-version'],
  })
}
