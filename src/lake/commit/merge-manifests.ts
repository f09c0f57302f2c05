import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { under } from '../../storage/objects/location.ts'
import type { Long } from '../json.ts'
import type { ManifestEntry } from '../manifest/data-file.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { writeManifest } from '../manifest/write-manifest.ts'
import { numberProperty } from '../metadata/heeded-properties.ts'
import { specById, tableSchema } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { hasUnknownTransform } from '../metadata/written-spec.ts'

/**
 * What a table's properties say about merging, by the names of the Iceberg documentation. Its default of 100 manifests
 * suits batches; a commit a minute that keeps a snapshot an hour would hold on to every small manifest of five days.
 */
export interface MergeSettings {
  readonly enabled: boolean
  readonly minCount: number
  readonly targetBytes: number
}

export function mergeSettings(properties: Readonly<Record<string, string>>): MergeSettings {
  return {
    enabled: properties['commit.manifest-merge.enabled'] !== 'false',
    minCount: numberProperty(properties, 'commit.manifest.min-count-to-merge'),
    targetBytes: numberProperty(properties, 'commit.manifest.target-size-bytes'),
  }
}

export interface MergeContext {
  readonly metadata: TableMetadata
  readonly store: Pick<ObjectStore, 'put'>
  readonly reader: ManifestReader
  readonly snapshotId: Long
  readonly sequenceNumber: number
}

/**
 * The manifests with the small ones of each spec put together once there are `minCount` of them. So a table of any age
 * has few manifests, and a commit rewrites them seldom. Manifests of deletes stay as they are.
 */
export async function mergeManifests(
  manifests: readonly ManifestFile[],
  context: MergeContext,
): Promise<readonly ManifestFile[]> {
  const settings = mergeSettings(context.metadata.properties ?? {})
  if (!settings.enabled) return manifests
  // Of a spec with a transform that is not known their tuples cannot be typed: they stay.
  const kept = new Set(context.metadata['partition-specs'].filter(hasUnknownTransform).map((spec) => spec['spec-id']))
  const small = manifests.filter(
    ({ content, lengthBytes, specId }) => content === 'data' && lengthBytes < settings.targetBytes && !kept.has(specId),
  )
  const merged: ManifestFile[] = []
  const replaced = new Set<ManifestFile>()
  for (const group of Map.groupBy(small, (manifest) => manifest.specId).values()) {
    if (group.length < settings.minCount) continue
    for (const bin of packed(group, settings.targetBytes)) {
      if (bin.length < 2) continue
      for (const manifest of bin) replaced.add(manifest)
      merged.push(...(await mergeBin(bin, context)))
    }
  }
  return [...merged, ...manifests.filter((manifest) => !replaced.has(manifest))]
}

export function packed(group: readonly ManifestFile[], targetBytes: number): readonly (readonly ManifestFile[])[] {
  const bins: ManifestFile[][] = []
  let bytes = Infinity
  for (const manifest of group) {
    if (bytes + manifest.lengthBytes > targetBytes) {
      bins.push([])
      bytes = 0
    }
    bins.at(-1)!.push(manifest)
    bytes += manifest.lengthBytes
  }
  return bins
}

/** One manifest for the live entries of several of one kind and spec; what earlier snapshots deleted is left out. None when nothing lives. */
export async function mergeBin(bin: readonly ManifestFile[], context: MergeContext): Promise<readonly ManifestFile[]> {
  const entries: ManifestEntry[] = []
  for (const manifest of bin)
    for (const entry of await context.reader.entries(manifest))
      if (entry.status !== 'deleted') entries.push({ ...entry, status: 'existing' })
  if (entries.length === 0) return []
  const { metadata, snapshotId, sequenceNumber } = context
  const manifest = await writeManifest(context.store, {
    folder: under(metadata.location, 'metadata'),
    part: 'm',
    schema: tableSchema(metadata),
    spec: specById(metadata, bin[0]!.specId),
    content: bin[0]!.content,
    entries,
    snapshotId,
    sequenceNumber,
    formatVersion: metadata['format-version'],
  })
  return [manifest]
}
