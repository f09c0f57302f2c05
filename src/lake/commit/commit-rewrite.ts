import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { snapshotOf } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { applicableDeletes, type FileWithDeletes } from '../scan/applicable-deletes.ts'
import { planScan, type Scan, type ScannedFile } from '../scan/plan-scan.ts'
import { prepareSnapshot } from './prepare-snapshot.ts'

export interface Rewrite {
  /** The table that the rows were read from. */
  readonly tableUuid: string
  /** Of the snapshot that the rows were read from; the new files get it, so that later deletes are for them too. */
  readonly sequenceNumber: number
  /** With the deletes that were applied. */
  readonly replaced: readonly FileWithDeletes[]
  /** Durable already. */
  readonly added: readonly DataFile[]
}

export interface RewriteContext {
  readonly client: Pick<CatalogClient, 'loadTable' | 'commitTable'>
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  readonly reader: ManifestReader
}

/** `stale`: the table is not what the rows were read from; nothing was committed, and never will be. */
export type RewriteOutcome =
  | { readonly kind: 'committed'; readonly snapshotId: Long; readonly droppedDeletes: readonly DataFile[] }
  | { readonly kind: 'stale'; readonly reason: string }

const attemptsMax = 10

/**
 * Puts new files in the place of others, as a `replace` snapshot on whatever the table is by then. Each attempt is judged
 * anew (table-maintenance.md, INV-M4); an unknown outcome is settled by reading (delivery rule 2).
 */
export async function commitRewrite(
  ident: TableIdent,
  rewrite: Rewrite,
  { client, store, reader }: RewriteContext,
): Promise<RewriteOutcome> {
  const unanswered: { readonly snapshotId: Long; readonly droppedDeletes: readonly DataFile[] }[] = []
  let unansweredOn: TableMetadata | undefined
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const { metadata } = await client.loadTable(ident)
    const landed = unanswered.find(({ snapshotId }) => snapshotOf(metadata, snapshotId) !== undefined)
    if (landed !== undefined) return { kind: 'committed', ...landed }
    if (unansweredOn && hasMoved(unansweredOn, metadata))
      return { kind: 'stale', reason: 'a commit had no answer, and another snapshot came since' }
    if (metadata['table-uuid'] !== rewrite.tableUuid)
      return { kind: 'stale', reason: 'another table has the name since' }
    const scan = await planScan({ metadata, store, reader })
    const reason = staleReason(rewrite, scan)
    if (reason !== undefined) return { kind: 'stale', reason }
    const droppedDeletes = danglingDeletes(scan, rewrite)
    const prepared = await prepareSnapshot({
      metadata,
      store,
      reader,
      operation: 'replace',
      added: rewrite.added.map((file) => ({ file, dataSequenceNumber: rewrite.sequenceNumber })),
      removed: [...rewrite.replaced.map(({ file }) => file), ...droppedDeletes],
    })
    const outcome = await client.commitTable(ident, prepared)
    const { snapshotId } = prepared
    if (outcome.outcome === 'committed') return { kind: 'committed', snapshotId, droppedDeletes }
    if (outcome.outcome === 'unknown') {
      unansweredOn ??= metadata
      unanswered.push({ snapshotId, droppedDeletes })
    }
  }
  return { kind: 'stale', reason: `others changed the table in all of ${attemptsMax} attempts to commit` }
}

function hasMoved(since: TableMetadata, now: TableMetadata): boolean {
  return (
    now['last-sequence-number'] > since['last-sequence-number'] ||
    now['current-snapshot-id'] !== since['current-snapshot-id']
  )
}

/**
 * Why the rows that were read are no longer those of the files: one has gone, or is touched by other deletes than those
 * that were applied: new ones, or fewer, after a rollback.
 */
function staleReason({ replaced }: Rewrite, scan: Scan): string | undefined {
  const locations = new Set(replaced.map(({ file }) => file.location))
  const present = applicableDeletes({
    ...scan,
    dataFiles: scan.dataFiles.filter(({ location }) => locations.has(location)),
  })
  const now = new Map(present.map((one) => [one.file.location, locationsOf(one)]))
  for (const one of replaced) {
    const { location } = one.file
    const deletes = now.get(location)
    if (deletes === undefined) return `${location} is not in the table any more`
    if (!sameSet(deletes, locationsOf(one))) return `other deletes touch ${location} than those that were applied`
  }
  return undefined
}

function locationsOf({ deletes }: FileWithDeletes): readonly string[] {
  return deletes.map(({ location }) => location)
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  const all = new Set([...some, ...others])
  return all.size === new Set(some).size && all.size === new Set(others).size
}

/** Files of deletes that can touch nothing more once the replaced files have gone. */
function danglingDeletes(scan: Scan, { replaced }: Rewrite): readonly ScannedFile[] {
  if (scan.deleteFiles.length === 0) return []
  const gone = new Set(replaced.map(({ file }) => file.location))
  const staying = scan.dataFiles.filter(({ location }) => !gone.has(location))
  const needed = new Set(applicableDeletes({ ...scan, dataFiles: staying }).flatMap(locationsOf))
  return scan.deleteFiles.filter((file) => !needed.has(file.location))
}
