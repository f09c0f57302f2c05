import { commitJudged, type Attempt, type Stale } from '../commit/commit-judged.ts'
import type { RewriteContext } from '../commit/commit-rewrite.ts'
import { mergeSettings, packed } from '../commit/merge-manifests.ts'
import { prepareSnapshot, refuseVersion } from '../commit/prepare-snapshot.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import { isDelta } from '../delta/write/delta-table.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { currentSnapshot } from '../metadata/read.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { hasUnknownTransform } from '../metadata/written-spec.ts'
import type { CompactedGroup, Compaction } from './compaction/compact-table.ts'
import { compactionSettings } from './compaction/settings.ts'

export interface ManifestRewriting {
  /** Only says what would be done. */
  readonly dryRun?: boolean
  /** So many small manifests of one kind and spec are worth a commit. */
  readonly countMin?: number
  /** Begins no group after so many bytes of manifests were read. */
  readonly bytesMax?: number
  /** Raised: ends between two groups. */
  readonly stop?: AbortSignal
  readonly onGroup?: (group: CompactedGroup) => void
}

/** Of a turn that comes by itself. */
const manifestsMin = 10
const defaultBytesMax = 2 ** 30
/** A table whose manifests others rewrite is planned anew so often. */
const roundsMax = 3

/**
 * Puts small manifests of one kind and spec together, group by group, each in a `replace` commit of its own (table-maintenance.md,
 * INV-M13): readers open one in their place. Files, rows, totals and statistics stay as they are.
 */
export async function rewriteManifests(
  ident: TableIdent,
  context: RewriteContext,
  options: ManifestRewriting = {},
): Promise<Compaction> {
  const { dryRun = false, bytesMax = defaultBytesMax } = options
  const groups: CompactedGroup[] = []
  let left: string[] = []
  let bytes = 0
  for (let round = 0; round < roundsMax; round++) {
    left = []
    const { metadata } = await context.client.loadTable(ident)
    const planned = await plannedGroups(metadata, context, options)
    if (dryRun) return { groups: planned.map((group) => outcomeOf(group, [{ lengthBytes: bytesOf(group) }])), left }
    for (const [at, group] of planned.entries()) {
      const rest = `${planned.length - at} of ${planned.length} groups of manifests`
      if (options.stop?.aborted === true)
        return { groups, left: [`stopped before ${rest}: they are for the next turn`] }
      if (bytes >= bytesMax)
        return { groups, left: [`${bytes} bytes of manifests were read: ${rest} are for the next turn`] }
      bytes += bytesOf(group)
      const outcome = await commitGroup(ident, metadata, group, context)
      if (outcome.kind === 'stale') left.push(outcome.reason)
      else {
        groups.push(outcome.result)
        options.onGroup?.(outcome.result)
      }
    }
    if (left.length === 0) break
  }
  return { groups, left }
}

/** Manifests that become one. */
type Group = readonly ManifestFile[]

async function plannedGroups(
  metadata: TableMetadata,
  { store }: RewriteContext,
  { countMin = manifestsMin }: ManifestRewriting,
): Promise<readonly Group[]> {
  const snapshot = currentSnapshot(metadata)
  if (snapshot === undefined || isDelta(metadata) || !compactionSettings(metadata.properties).enabled) return []
  refuseVersion(metadata)
  const { targetBytes } = mergeSettings(metadata.properties ?? {})
  const kept = new Set(metadata['partition-specs'].filter(hasUnknownTransform).map((spec) => spec['spec-id']))
  const small = (await readManifestList(store, snapshot)).filter(
    ({ lengthBytes, specId }) => lengthBytes < targetBytes * 0.75 && !kept.has(specId),
  )
  const kinds = Map.groupBy(small, ({ content, specId }) => `${content} ${specId}`)
  return [...kinds.values()]
    .filter(({ length }) => length >= countMin)
    .flatMap((kind) => packed(kind, targetBytes).filter(({ length }) => length > 1))
}

function commitGroup(ident: TableIdent, planned: TableMetadata, group: Group, context: RewriteContext) {
  const locations = new Set(group.map(({ location }) => location))
  const judge = async ([metadata]: readonly TableMetadata[]): Promise<Attempt<CompactedGroup> | Stale> => {
    if (metadata!['table-uuid'] !== planned['table-uuid'])
      return { kind: 'stale', reason: 'another table has the name since' }
    const parent = currentSnapshot(metadata!)
    const present = parent === undefined ? [] : await readManifestList(context.store, parent)
    const found = present.filter(({ location }) => locations.has(location))
    if (found.length !== group.length)
      return { kind: 'stale', reason: `${group.length - found.length} of ${group.length} manifests are others by now` }
    const snapshot = await prepareSnapshot({
      metadata: metadata!,
      ...context,
      operation: 'replace',
      keepsState: true,
      merged: found,
      snapshotProperties: {
        'manifests-replaced': String(group.length),
        'manifests-kept': String(present.length - group.length),
        'manifests-created': '1',
      },
    })
    const made = await readManifestList(context.store, snapshotOf(snapshot.updates))
    const created = made.filter(({ addedSnapshotId }) => addedSnapshotId === snapshot.snapshotId)
    return { kind: 'prepared', snapshots: [snapshot], result: outcomeOf(group, created) }
  }
  return commitJudged({ tables: [ident], judge, attemptsMax: 10 }, context.client)
}

function snapshotOf(updates: readonly { readonly action: string }[]): Snapshot {
  return (updates.find(({ action }) => action === 'add-snapshot') as unknown as { readonly snapshot: Snapshot })
    .snapshot
}

function outcomeOf(group: Group, created: readonly Pick<ManifestFile, 'lengthBytes'>[]): CompactedGroup {
  const { content, specId } = group[0]!
  return {
    partition: `manifests of ${content === 'data' ? 'rows' : 'deletes'}, partition spec ${specId}`,
    filesBefore: group.length,
    filesAfter: created.length,
    bytesBefore: bytesOf(group),
    bytesAfter: bytesOf(created),
    deletedRows: 0,
  }
}

function bytesOf(manifests: readonly Pick<ManifestFile, 'lengthBytes'>[]): number {
  return manifests.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
}
