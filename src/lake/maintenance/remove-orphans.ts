import { under } from '../../storage/objects/location.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import { currentSnapshot } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { MaintenanceContext } from './expire-snapshots.ts'
import { reachableFiles } from './reachable-files.ts'
import { letterFilesOf, statesInForce } from './state-files.ts'

/** How old an unnamed file must be: longer than any writer could still hold it for its commit. */
const orphanAgeMs = 3 * 86_400_000

/**
 * Removes files of the table's folder that nothing names: left by writers that died. Only those older than three days
 * and than the current snapshot, so that no commit that is still to come can name them (delivery rule 3). Answers how
 * many went. A folder in which another table lies is left alone.
 */
export async function removeOrphans(ident: TableIdent, context: MaintenanceContext): Promise<number> {
  const loaded = await context.client.loadTable(ident)
  const { metadata } = loaded
  const newest = currentSnapshot(metadata)
  if (newest === undefined) return 0
  const before = Math.min(context.now() - orphanAgeMs, newest['timestamp-ms'])
  const old: string[] = []
  const own = under(metadata.location, '')
  for await (const { location, modifiedMs } of context.store.list(own)) {
    if (location.endsWith('.metadata.json') && !location.startsWith(under(metadata.location, 'metadata/'))) return 0
    if (modifiedMs < before && /^(data|metadata|weir)\//.test(location.slice(own.length))) old.push(location)
  }
  if (old.length === 0) return 0
  const named = await namedFiles(metadata, loaded.metadataLocation, context)
  const orphans = old.filter((location) => !named.has(location) && !location.endsWith('version-hint.text'))
  for (const location of orphans) await context.store.remove(location)
  return orphans.length
}

async function namedFiles(
  metadata: TableMetadata,
  metadataLocation: string,
  context: MaintenanceContext,
): Promise<ReadonlySet<string>> {
  const { lists, manifests, data } = await reachableFiles(metadata.snapshots ?? [], context)
  const states = statesInForce(metadata)
  const letters = await letterFilesOf(states, metadata, context.store, 'fails')
  const statistics = [...(metadata.statistics ?? []), ...(metadata['partition-statistics'] ?? [])]
  return new Set([
    metadataLocation,
    ...(metadata['metadata-log'] ?? []).map((entry) => entry['metadata-file']),
    ...lists,
    ...manifests,
    ...data,
    ...statistics.map((file) => file['statistics-path']),
    ...[...states, ...letters].map((path) => under(metadata.location, path)),
  ])
}
