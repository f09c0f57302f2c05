import { under } from '../../storage/objects/location.ts'
import type { StoredObject } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import { deltaLogName } from '../delta/delta-log.ts'
import { deltaRoot, isDelta } from '../delta/write/delta-table.ts'
import { currentSnapshot } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { MaintenanceContext } from './expire-snapshots.ts'
import { reachableFiles } from './reachable-files.ts'
import { letterFilesOf, statesInForce } from './state-files.ts'
import { thinnedStillRead } from './thinned-snapshots.ts'

/** How old an unnamed file must be: longer than any writer could still hold it for its commit. */
const orphanAgeMs = 3 * 86_400_000

const none = { files: 0, bytes: 0 }

/**
 * Removes files of the table's folder that nothing names: left by writers that died. Only those older than three days
 * and than the current snapshot, so that no commit that is still to come can name them (delivery rule 3). A folder in which another table lies is left alone.
 */
export async function removeOrphans(
  ident: TableIdent,
  context: MaintenanceContext,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<{ readonly files: number; readonly bytes: number }> {
  const loaded = await context.client.loadTable(ident)
  const { metadata } = loaded
  const newest = currentSnapshot(metadata)
  if (newest === undefined) return none
  const before = Math.min(context.now() - orphanAgeMs, newest['timestamp-ms'])
  const old: StoredObject[] = []
  const own = under(metadata.location, '')
  // What a log's files are for, only the log says.
  const log = isDelta(metadata) ? under(deltaRoot(metadata), deltaLogName, '') : undefined
  for await (const object of context.store.list(own)) {
    const { location, modifiedMs } = object
    if (log !== undefined && location.startsWith(log)) continue
    if (location.endsWith('.metadata.json') && !location.startsWith(under(metadata.location, 'metadata/'))) return none
    if (modifiedMs < before && /^(data|metadata|weir)\//.test(location.slice(own.length))) old.push(object)
  }
  if (old.length === 0) return none
  const named = await namedFiles(metadata, loaded.metadataLocation, context)
  const orphans = old.filter(({ location }) => !named.has(location) && !location.endsWith('version-hint.text'))
  if (!dryRun) for (const { location } of orphans) await context.store.remove(location)
  return { files: orphans.length, bytes: orphans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}

async function namedFiles(
  metadata: TableMetadata,
  metadataLocation: string,
  context: MaintenanceContext,
): Promise<ReadonlySet<string>> {
  const thinned = await thinnedStillRead(metadata, context)
  const snapshots = [...(metadata.snapshots ?? []), ...thinned.flatMap((one) => one.snapshots)]
  const { lists, manifests, data } = await reachableFiles(snapshots, context)
  const states = statesInForce({ ...metadata, snapshots })
  const letters = await letterFilesOf(states, metadata, context.store, 'fails')
  const statistics = [...(metadata.statistics ?? []), ...(metadata['partition-statistics'] ?? [])]
  return new Set([
    metadataLocation,
    ...(metadata['metadata-log'] ?? []).map((entry) => entry['metadata-file']),
    ...thinned.map(({ location }) => location),
    ...lists,
    ...manifests,
    ...data,
    ...statistics.map((file) => file['statistics-path']),
    ...[...states, ...letters].map((path) => under(metadata.location, path)),
  ])
}
