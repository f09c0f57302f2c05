import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import { expiredRefs, withoutRefs } from '../history/expired-refs.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { snapshotOf } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { liveFilesOf, manifestsOf } from './reachable-files.ts'
import { snapshotsToExpire } from './retention.ts'
import { letterFilesOf, statesInForce, statesOf } from './state-files.ts'

export interface MaintenanceContext {
  readonly client: CatalogClient
  readonly store: ObjectStore
  readonly reader: ManifestReader
  readonly now: () => number
}

export interface Expiry {
  readonly snapshots: number
  readonly files: number
  /** Of the files of rows, deletes and manifests among them. */
  readonly bytes: number
}

const nothing: Expiry = { snapshots: 0, files: 0, bytes: 0 }

/**
 * Takes old snapshots out of the table, then removes the files that only they named. Nothing is removed before the
 * catalog has answered that they are out; when the answer is lost, the table is read. A table that changed meanwhile is
 * left for the next time. After a crash between the two, the files wait as orphans.
 */
export async function expireSnapshots(
  ident: TableIdent,
  context: MaintenanceContext,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Expiry> {
  const { metadata } = await context.client.loadTable(ident)
  const refs = expiredRefs(metadata, context.now())
  const expired = snapshotsToExpire(withoutRefs(metadata, refs), context.now())
  if (expired.length === 0 && refs.length === 0) return nothing
  if (dryRun) {
    const kept = (metadata.snapshots ?? []).filter((snapshot) => !expired.includes(snapshot))
    return expiryOf(expired, await filesOnlyOf(expired, { ...withoutRefs(metadata, refs), snapshots: kept }, context))
  }
  const outcome = await context.client.commitTable(ident, {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      {
        type: 'assert-ref-snapshot-id',
        ref: mainBranch,
        'snapshot-id': metadata.refs?.[mainBranch]?.['snapshot-id'] ?? null,
      },
      ...refs.map((name) => ({
        type: 'assert-ref-snapshot-id' as const,
        ref: name,
        'snapshot-id': metadata.refs?.[name]?.['snapshot-id'] ?? null,
      })),
    ],
    updates: [
      ...refs.map((name) => ({ action: 'remove-snapshot-ref' as const, 'ref-name': name })),
      { action: 'remove-snapshots', 'snapshot-ids': expired.map((snapshot) => snapshot['snapshot-id']) },
    ],
  })
  if (outcome.outcome === 'conflict') return nothing
  const after = (outcome.outcome === 'committed' ? outcome.table : await context.client.loadTable(ident)).metadata
  const out = expired.every((snapshot) => snapshotOf(after, snapshot['snapshot-id']) === undefined)
  if (!out || after['table-uuid'] !== metadata['table-uuid']) return nothing
  const files = await filesOnlyOf(expired, after, context)
  for (const file of files.keys()) await context.store.remove(file)
  return expiryOf(expired, files)
}

function expiryOf(expired: readonly Snapshot[], files: ReadonlyMap<string, number>): Expiry {
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
  return { snapshots: expired.length, files: files.size, bytes }
}

/**
 * What was named by these snapshots and by nothing that the table retains, with its bytes where they are known; rows first,
 * what leads to them last.
 */
async function filesOnlyOf(
  expired: readonly Snapshot[],
  after: TableMetadata,
  context: MaintenanceContext,
): Promise<ReadonlyMap<string, number>> {
  const retained = after.snapshots ?? []
  const kept = await manifestsOf(retained, context)
  const gone = Array.from((await manifestsOf(expired, context)).values(), (manifest) => manifest).filter(
    (manifest) => !kept.has(manifest.location),
  )
  const data = await liveFilesOf(gone, context)
  const keptData = data.size === 0 ? data : await liveFilesOf(kept.values(), context)
  const own = under(after.location, '')
  const files: readonly (readonly [location: string, bytes: number])[] = [
    ...[...data].filter(([file]) => !keptData.has(file)),
    ...gone.map(({ location, lengthBytes }) => [location, lengthBytes] as const),
    ...expired.map((snapshot) => [snapshot['manifest-list'], 0] as const),
    ...(await deliveryFilesOnlyOf(expired, after, context.store)).map((file) => [file, 0] as const),
  ]
  return new Map(files.filter(([file]) => file.startsWith(own)))
}

/** State files and the dead letters that only those named. */
async function deliveryFilesOnlyOf(
  expired: readonly Snapshot[],
  after: TableMetadata,
  store: ObjectStore,
): Promise<readonly string[]> {
  const inForce = statesInForce(after)
  const gone = [...statesOf(expired)].filter((state) => !inForce.has(state))
  if (gone.length === 0) return []
  const letters = await letterFilesOf(gone, after, store, 'allowed')
  const keptLetters = letters.size === 0 ? letters : await letterFilesOf(inForce, after, store, 'fails')
  return [...[...letters].filter((file) => !keptLetters.has(file)), ...gone].map((path) => under(after.location, path))
}
