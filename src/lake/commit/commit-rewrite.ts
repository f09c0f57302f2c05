import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableIdent } from '../catalog/pointer-store.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import type { ManifestFile } from '../manifest/manifest-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import type { ManifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot } from '../metadata/read.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { FileWithDeletes } from '../scan/applicable-deletes.ts'
import { planScan, type Scan } from '../scan/plan-scan.ts'
import { commitJudged, type Attempt, type Stale } from './commit-judged.ts'
import { prepareSnapshot } from './prepare-snapshot.ts'
import type { PreparedSnapshot } from './prepared-commit.ts'
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
  let before: Sent | undefined
  const judge = async ([metadata]: readonly TableMetadata[]): Promise<Attempt<Rewritten> | Stale> => {
    const sent = await prepareRewrite(rewrite, metadata!, context, before)
    if ('kind' in sent) return sent
    before = sent
    const { snapshot, droppedDeletes } = sent
    return { kind: 'prepared', snapshots: [snapshot], result: { snapshotId: snapshot.snapshotId, droppedDeletes } }
  }
  const client: RewriteContext['client'] = {
    ...context.client,
    commitTable: async (...commit) => {
      const outcome = await context.client.commitTable(...commit)
      // It may land yet, so its id is not used again.
      if (outcome.outcome === 'unknown') before = undefined
      return outcome
    },
  }
  const outcome = await commitJudged({ tables: [ident], judge, attemptsMax: 10 }, client)
  return outcome.kind === 'stale' ? outcome : { kind: 'committed', ...outcome.result }
}

/** An attempt, and what it was judged by. */
interface Sent extends Judged {
  readonly snapshot: PreparedSnapshot
  readonly metadata: TableMetadata
  readonly manifests: ReadonlySet<string>
}

interface Judged {
  /** Deletes of the added files. */
  readonly carried: readonly DataFile[]
  readonly droppedDeletes: readonly DataFile[]
}

async function prepareRewrite(
  rewrite: Rewrite,
  metadata: TableMetadata,
  { store, reader }: RewriteContext,
  before: Sent | undefined,
): Promise<Sent | Stale> {
  if (metadata['table-uuid'] !== rewrite.tableUuid) return { kind: 'stale', reason: 'another table has the name since' }
  const current = currentSnapshot(metadata)
  const manifests = current === undefined ? [] : await readManifestList(store, current)
  const again = before !== undefined && onlyRowsCame(before, metadata, manifests) ? before : undefined
  const judged = again ?? (await judgeRewrite(rewrite, metadata, { store, reader }))
  if ('kind' in judged) return judged
  const { carried, droppedDeletes } = judged
  const snapshot = await prepareSnapshot({
    metadata,
    store,
    reader,
    operation: 'replace',
    keepsState: true,
    added: [
      ...rewrite.added.map((file) => ({ file, dataSequenceNumber: rewrite.sequenceNumber })),
      ...carried.map((file) => ({ file })),
    ],
    removed: [...rewrite.replaced.map(({ file }) => file), ...droppedDeletes],
    ...(again === undefined ? {} : { before: again.snapshot }),
  })
  const ground = again ?? { metadata, manifests: new Set(manifests.map(({ location }) => location)) }
  return { snapshot, carried, droppedDeletes, metadata: ground.metadata, manifests: ground.manifests }
}

/**
 * Whether what came since are files of rows and nothing else: then what was judged holds, and an attempt takes no longer than a commit of
 * others, however large the table is. Else ten commits a second would be faster each time.
 */
function onlyRowsCame(before: Sent, metadata: TableMetadata, manifests: readonly ManifestFile[]): boolean {
  const same = (['current-schema-id', 'default-spec-id', 'format-version'] as const).every(
    (key) => metadata[key] === before.metadata[key],
  )
  const came = manifests.filter(({ location }) => !before.manifests.has(location))
  const stayed = manifests.length - came.length
  return (
    same &&
    stayed === before.manifests.size &&
    came.every((one) => one.content === 'data' && one.existingFiles + one.deletedFiles === 0)
  )
}

async function judgeRewrite(
  rewrite: Rewrite,
  metadata: TableMetadata,
  { store, reader }: Pick<RewriteContext, 'store' | 'reader'>,
): Promise<Judged | Stale> {
  const scan = await planScan({ metadata, store, reader })
  const reason = touchedReason(rewrite.replaced, scan, { laterByValue: 'stay' })
  const carried = reason === undefined ? [] : ((await rewrite.carry?.({ scan, metadata })) ?? reason)
  if (typeof carried === 'string') return { kind: 'stale', reason: carried }
  const gone = new Set(rewrite.replaced.map(({ file }) => file.location))
  const { sequenceNumber } = rewrite
  const added = rewrite.added.map((file) => ({ ...file, sequenceNumber }))
  return { carried, droppedDeletes: danglingDeletes(scan, gone, added) }
}
