import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import { expiredRefs, withoutRefs } from '../history/expired-refs.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { snapshotOf } from '../metadata/read.ts'
import { mainBranch } from '../metadata/snapshot-updates.ts'
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts'
import { filesOnlyOf } from './files-only-of.ts'
import { snapshotsToExpire } from './retention.ts'
import { isDue, readThinned, thinnedStillRead, type ThinnedSnapshots } from './thinned-snapshots.ts'

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

interface ExpiryOptions {
  readonly dryRun?: boolean
}

const nothing: Expiry = { snapshots: 0, files: 0, bytes: 0 }

/**
 * Takes old snapshots out of the table, then removes the files that only they named. Nothing is removed before the
 * catalog has answered that they are out; when the answer is lost, the table is read. A table that changed meanwhile is looked at again, a
 * few times. After a crash between the two, the files wait as orphans. What the catalog took out before (thin-snapshots.ts) is removed when it
 * is long enough ago.
 */
export async function expireSnapshots(
  ident: TableIdent,
  context: MaintenanceContext,
  options: ExpiryOptions = {},
): Promise<Expiry> {
  const { metadata } = await context.client.loadTable(ident)
  const thinned = await removeThinned(metadata, context, options)
  const expired = await expireOld(ident, metadata, context, options)
  return {
    snapshots: expired.snapshots,
    files: thinned.files + expired.files,
    bytes: thinned.bytes + expired.bytes,
  }
}

/** Of a table that is committed to ten times a second, some attempts meet a commit of others. */
const attemptsMax = 10

async function expireOld(
  ident: TableIdent,
  loaded: TableMetadata,
  context: MaintenanceContext,
  { dryRun = false }: ExpiryOptions,
): Promise<Expiry> {
  let metadata = loaded
  for (let attempt = 1; ; attempt++) {
    const refs = expiredRefs(metadata, context.now())
    const expired = snapshotsToExpire(withoutRefs(metadata, refs), context.now())
    if (expired.length === 0 && refs.length === 0) return nothing
    if (dryRun) {
      const snapshots = (metadata.snapshots ?? []).filter((snapshot) => !expired.includes(snapshot))
      return expiryOf(expired, await filesOf(expired, { ...withoutRefs(metadata, refs), snapshots }, context))
    }
    const outcome = await context.client.commitTable(ident, commitOf(metadata, refs, expired))
    if (outcome.outcome !== 'conflict') {
      const after = (outcome.outcome === 'committed' ? outcome.table : await context.client.loadTable(ident)).metadata
      const out = expired.every((snapshot) => snapshotOf(after, snapshot['snapshot-id']) === undefined)
      if (!out || after['table-uuid'] !== metadata['table-uuid']) return nothing
      return removeExpired(ident, expired, after, context)
    }
    if (attempt === attemptsMax) return nothing
    metadata = (await context.client.loadTable(ident)).metadata
    if (metadata['table-uuid'] !== loaded['table-uuid']) return nothing
  }
}

/**
 * Another expiry of the table may be at the same: what it has removed is not counted here, and what it took out since is looked up anew, for
 * files of snapshots that this one still kept may be gone by then.
 */
async function removeExpired(
  ident: TableIdent,
  expired: readonly Snapshot[],
  after: TableMetadata,
  context: MaintenanceContext,
): Promise<Expiry> {
  for (let [attempt, metadata] = [1, after]; ; attempt++) {
    try {
      const own = await stillThere(expired, context)
      const files = await filesOf(own, metadata, context)
      for (const file of files.keys()) await context.store.remove(file)
      return expiryOf(own, files)
    } catch (error) {
      const now = (await context.client.loadTable(ident)).metadata
      const isOther = now['table-uuid'] !== metadata['table-uuid']
      if (isOther) return nothing
      const took = metadata.snapshots?.some((one) => snapshotOf(now, one['snapshot-id']) === undefined)
      if (!isGone(error) || !took || attempt === attemptsMax) throw error
      metadata = now
    }
  }
}

async function stillThere(expired: readonly Snapshot[], { store }: MaintenanceContext): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = []
  for (const snapshot of expired) if ((await store.size(snapshot['manifest-list'])) !== undefined) found.push(snapshot)
  return found
}

function isGone(error: unknown): boolean {
  return error instanceof WeirError && error.code === 'WEIR-8002'
}

function commitOf(metadata: TableMetadata, refs: readonly string[], expired: readonly Snapshot[]) {
  const asserted = (ref: string) => ({
    type: 'assert-ref-snapshot-id' as const,
    ref,
    'snapshot-id': metadata.refs?.[ref]?.['snapshot-id'] ?? null,
  })
  return {
    requirements: [
      { type: 'assert-table-uuid' as const, uuid: metadata['table-uuid'] },
      asserted(mainBranch),
      ...refs.map(asserted),
    ],
    updates: [
      ...refs.map((name) => ({ action: 'remove-snapshot-ref' as const, 'ref-name': name })),
      { action: 'remove-snapshots' as const, 'snapshot-ids': expired.map((snapshot) => snapshot['snapshot-id']) },
    ],
  }
}

function expiryOf(expired: readonly Snapshot[], files: ReadonlyMap<string, number>): Expiry {
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
  return { snapshots: expired.length, files: files.size, bytes }
}

/** What was thinned is still read. */
async function filesOf(
  expired: readonly Snapshot[],
  after: TableMetadata,
  context: MaintenanceContext,
): Promise<ReadonlyMap<string, number>> {
  const thinned = await thinnedStillRead(after, context)
  const stillRead = thinned.flatMap((one) => one.snapshots)
  return filesOnlyOf(expired, after, context, stillRead)
}

/** Of what was thinned so many records are looked at together: their snapshots are in memory. */
const recordsTogether = 400

/** Removes the files of snapshots that the catalog took out longer ago than anybody may still read them. */
async function removeThinned(
  metadata: TableMetadata,
  context: MaintenanceContext,
  { dryRun = false }: ExpiryOptions,
): Promise<Expiry> {
  let all = await readThinned(metadata, context.store)
  let removed = nothing
  for (;;) {
    const due = all.filter((one) => isDue(one, metadata, context.now())).slice(0, recordsTogether)
    if (due.length === 0) return removed
    all = all.filter((one) => !due.includes(one))
    const files = await filesOfThinned(due, metadata, all, context)
    if (!dryRun)
      // The record last: who is killed before begins again.
      for (const file of [...files.keys(), ...due.map(({ location }) => location)]) await context.store.remove(file)
    const { files: count, bytes } = expiryOf([], files)
    removed = { ...removed, files: removed.files + count, bytes: removed.bytes + bytes }
  }
}

async function filesOfThinned(
  due: readonly ThinnedSnapshots[],
  metadata: TableMetadata,
  others: readonly ThinnedSnapshots[],
  context: MaintenanceContext,
): Promise<ReadonlyMap<string, number>> {
  const inTable = new Set((metadata.snapshots ?? []).map((snapshot) => snapshot['snapshot-id']))
  // The commit that was to take them out did not happen, or is not known to have.
  const gone = due.flatMap(({ snapshots }) => snapshots.filter((one) => !inTable.has(one['snapshot-id'])))
  const pending = others.flatMap(({ snapshots }) => snapshots)
  return filesOnlyOf(gone, metadata, context, pending)
}
