import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { FileWithDeletes } from '../scan/applicable-deletes.ts'
import { planScan, type Scan } from '../scan/plan-scan.ts'
import { commitJudged, type Attempt, type Stale } from './commit-judged.ts'
import { prepareSnapshot } from './prepare-snapshot.ts'
import { danglingDeletes, touchedReason } from './touched-files.ts'

export interface Rewrite {
  /** The table that the rows were read from. */
  readonly tableUuid: string
  /** Of the snapshot that the rows were read from; the new files get it, so that later deletes are for them too. */
  readonly sequenceNumber: number
  /** With the deletes that were applied. */
  readonly replaced: readonly FileWithDeletes[]
  /** Durable already. */
  readonly added: readonly DataFile[]
  /**
   * Asked when other deletes touch the replaced files by now: deletes of the added files for the rows that those take, durable, or why there
   * are none. Absent, or for a reason, the rewrite is stale.
   */
  readonly carry?: (now: {
    readonly scan: Scan
    readonly metadata: TableMetadata
  }) => Promise<readonly DataFile[] | string>
}

export interface RewriteContext {
  readonly client: Pick<CatalogClient, 'loadTable' | 'commitTable' | 'commitTables'>
  readonly store: Pick<ObjectStore, 'get' | 'put'>
  readonly reader: ManifestReader
}

interface Rewritten {
  readonly snapshotId: Long
  readonly droppedDeletes: readonly DataFile[]
}

export type RewriteOutcome = ({ readonly kind: 'committed' } & Rewritten) | Stale

/**
 * Puts new files in the place of others, as a `replace` snapshot on whatever the table is by then. Each attempt is judged
 * anew (table-maintenance.md, INV-M4); an unknown outcome is settled by reading (delivery rule 2).
 */
export async function commitRewrite(
  ident: TableIdent,
  rewrite: Rewrite,
  context: RewriteContext,
): Promise<RewriteOutcome> {
  const judge = ([metadata]: readonly TableMetadata[]) => prepareRewrite(rewrite, metadata!, context)
  const outcome = await commitJudged({ tables: [ident], judge, attemptsMax: 10 }, context.client)
  return outcome.kind === 'stale' ? outcome : { kind: 'committed', ...outcome.result }
}

async function prepareRewrite(
  rewrite: Rewrite,
  metadata: TableMetadata,
  { store, reader }: RewriteContext,
): Promise<Attempt<Rewritten> | Stale> {
  if (metadata['table-uuid'] !== rewrite.tableUuid) return { kind: 'stale', reason: 'another table has the name since' }
  const scan = await planScan({ metadata, store, reader })
  const reason = touchedReason(rewrite.replaced, scan, { laterByValue: 'stay' })
  const carried = reason === undefined ? [] : ((await rewrite.carry?.({ scan, metadata })) ?? reason)
  if (typeof carried === 'string') return { kind: 'stale', reason: carried }
  const gone = new Set(rewrite.replaced.map(({ file }) => file.location))
  const { sequenceNumber } = rewrite
  const droppedDeletes = danglingDeletes(
    scan,
    gone,
    rewrite.added.map((file) => ({ ...file, sequenceNumber })),
  )
  const snapshot = await prepareSnapshot({
    metadata,
    store,
    reader,
    operation: 'replace',
    keepsState: true,
    added: [
      ...rewrite.added.map((file) => ({ file, dataSequenceNumber: sequenceNumber })),
      ...carried.map((file) => ({ file })),
    ],
    removed: [...rewrite.replaced.map(({ file }) => file), ...droppedDeletes],
  })
  return { kind: 'prepared', snapshots: [snapshot], result: { snapshotId: snapshot.snapshotId, droppedDeletes } }
}
