import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { commitLocation, deltaRoot, formatProperty, isDelta } from '../delta/write/delta-table.ts'
import { violated } from '../metadata/check-requirements.ts'
import { applyUpdates } from '../metadata/apply-updates.ts'
import { emptyTableMetadata } from '../metadata/create.ts'
import { removeSnapshots } from '../metadata/snapshot-updates.ts'
import { snapshotsToThin } from '../maintenance/thin-snapshots.ts'
import { writeThinned } from '../maintenance/thinned-snapshots.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { TableUpdate } from '../metadata/update.ts'
import type { ViewMetadata } from '../view/view-metadata.ts'
import { logPrevious } from './metadata-log.ts'
import type { CatalogRequest, Making } from './catalog.ts'
import { mustBeUnused } from './own-place.ts'
import type { DeltaTables } from './delta-tables.ts'
import type { MetadataStore } from './metadata-store.ts'
import { printed } from './namespace-routes.ts'
import type { PointerChange, PointerStore, SwapResult, TableIdent } from './pointer-store.ts'
import type { KeptAnswer, Receipt, ReceiptOf } from './receipt.ts'
import { noSuchNamespace, noSuchTable, RestError } from './rest-error.ts'
import type { StagedPlaces } from './signing/staged-places.ts'
import type { AccessedTable, TableAccess } from './table-access.ts'
import type { CommittedTable, TableChange } from './table-change.ts'
import { mustBeFree } from './taken-name.ts'

export interface CommitContext {
  readonly pointers: PointerStore
  readonly objects: ObjectStore
  readonly metadata: MetadataStore<TableMetadata>
  readonly views: MetadataStore<ViewMetadata>
  readonly delta: DeltaTables
  readonly newLocation: (table: TableIdent) => Promise<string>
  /** One that no other table, staged or not, is given. */
  readonly loneLocation: (table: TableIdent) => Promise<string>
  readonly making: Making
  readonly receipt: ReceiptOf
  /** What a request is told of the files of its table. */
  readonly accessOf: (request: CatalogRequest, accessed: AccessedTable) => TableAccess
  /** Whether its sender writes files by requests that are signed for it. */
  readonly signsFor: (request: CatalogRequest) => boolean
  /** Names of places that staged tables were given. */
  readonly staged: StagedPlaces
  readonly now: () => number
}

/** How often a commit whose requirements still hold is tried again after another one came first. */
const attemptsMax = 8

/**
 * All changes in one swap of pointers, or none. Order: metadata files are durable, then the swap, then the answer. A
 * commit that lost the race is checked against what the table is now, and tried again if its requirements hold.
 */
export async function commitTables(
  changes: readonly TableChange[],
  context: CommitContext,
  answerOf: (committed: readonly CommittedTable[]) => KeptAnswer,
): Promise<readonly CommittedTable[]> {
  const areDelta = await Promise.all(changes.map(({ table }) => context.delta.has(table)))
  if (areDelta.includes(true)) return [await commitDelta(changes, context, answerOf)]
  for (let attempt = 1; ; attempt++) {
    const prepared = await Promise.all(changes.map((change) => prepare(change, context)))
    if (prepared.every((one) => one.unchanged)) return prepared
    const swaps = prepared
      .filter((one) => !one.unchanged)
      .map(({ table, from, location: to }): PointerChange => ({ table, from, to }))
    const swapped = await swapOrUnknown(context.pointers, swaps, context.receipt(answerOf(prepared)))
    if (swapped.swapped) {
      await discard(
        prepared.flatMap((one) => one.dropped),
        context.objects,
      )
      return prepared
    }
    await discard(
      prepared.filter((one) => !one.unchanged).flatMap((one) => one.made),
      context.objects,
    )
    if ('missingNamespace' in swapped) throw noSuchNamespace(printed(swapped.missingNamespace))
    if (attempt === attemptsMax) {
      const name = printedTable(swapped.table)
      throw new RestError(409, 'CommitFailedException', `The table ${name} changed ${attemptsMax} times meanwhile`)
    }
  }
}

/** A log is a commit point of its own: another table cannot change with it in one step. */
async function commitDelta(
  changes: readonly TableChange[],
  { delta, pointers, receipt }: CommitContext,
  answerOf: (committed: readonly CommittedTable[]) => KeptAnswer,
): Promise<CommittedTable> {
  const [change] = changes
  if (change === undefined || changes.length > 1) {
    const names = changes.map(({ table }) => printedTable(table)).join(', ')
    throw new WeirError('WEIR-4027', `Of ${names} one is a Delta table, which changes alone: commit each by itself`)
  }
  const committed = await delta.commit(change)
  const kept = receipt(answerOf([committed]))
  // Where it is not kept, the same request again hears a conflict, looks, and finds that it was done.
  if (kept) await pointers.keepReceipt(kept).catch(() => undefined)
  return committed
}

interface Prepared extends CommittedTable {
  readonly table: TableIdent
  readonly from: string | null
  readonly dropped: readonly string[]
  /** Goes when the commit does not happen. */
  readonly made: readonly string[]
  readonly unchanged: boolean
}

async function prepare(change: TableChange, context: CommitContext): Promise<Prepared> {
  const { table, requirements, updates, isBound = false } = change
  const from = (await context.pointers.tablePointer(table)) ?? null
  const creates = requirements.some((requirement) => requirement.type === 'assert-create')
  if (from === null && !creates) throw noSuchTable(printedTable(table))
  if (from === null) await mustBeFree(context.pointers, 'table', table)
  const current = from === null ? undefined : await context.metadata.read(from)
  const reason = violated(requirements, current)
  if (reason !== undefined) throw new RestError(409, 'CommitFailedException', reason)
  const now = context.now()
  const base = current ?? emptyTableMetadata(await context.newLocation(table), now, versionOf(updates))
  const next = applyUpdates(base, updates, now)
  if (current === undefined && isBound) await mustBeUnused(next.location, context.objects)
  if (current !== undefined && updates.length === 0)
    return { table, from, location: from!, metadata: current, dropped: [], made: [], unchanged: true }
  if (current !== undefined && isDelta(next))
    throw new WeirError('WEIR-4027', `${printedTable(table)} was made as Iceberg: ${formatProperty} cannot be set`)
  const { thinned, record } = await thin(next, updates, context)
  const { metadata, dropped } =
    current === undefined
      ? { metadata: await begun(next, context), dropped: [] }
      : logPrevious(thinned, { location: from!, metadata: current })
  const location = await context.metadata.write(metadata, from)
  const made = [location, ...record, ...firstCommits(metadata, from)]
  return { table, from, location, metadata, dropped, made, unchanged: false }
}

/** A commit on top of many of the last hour takes some of them out; which, is durable before (table-maintenance.md, INV-M15). */
async function thin(
  metadata: TableMetadata,
  updates: readonly TableUpdate[],
  { objects, now }: CommitContext,
): Promise<{ readonly thinned: TableMetadata; readonly record: readonly string[] }> {
  const snapshots = updates.some(({ action }) => action === 'add-snapshot') ? snapshotsToThin(metadata, now()) : []
  if (snapshots.length === 0) return { thinned: metadata, record: [] }
  const record = await writeThinned(metadata, { at: now(), snapshots }, objects)
  const ids = snapshots.map((snapshot) => snapshot['snapshot-id'])
  return { thinned: removeSnapshots({ metadata, now: now() }, ids).metadata, record: [record] }
}

function firstCommits(metadata: TableMetadata, from: string | null): readonly string[] {
  return from === null && isDelta(metadata) ? [commitLocation(deltaRoot(metadata), 0)] : []
}

/** The metadata of a table that is to be made, with whatever has to be there before. */
export async function begun(metadata: TableMetadata, { delta }: Pick<CommitContext, 'delta'>): Promise<TableMetadata> {
  const format = metadata.properties?.[formatProperty] ?? 'iceberg'
  if (format !== 'iceberg' && format !== 'delta')
    throw new WeirError('WEIR-4027', `There are no tables of the format ${format}: iceberg or delta`)
  return isDelta(metadata) ? delta.begin(metadata) : metadata
}

function versionOf(updates: readonly TableUpdate[]): number {
  return updates.find((update) => update.action === 'upgrade-format-version')?.['format-version'] ?? 2
}

/** A swap that rejects has an unknown outcome, and clients must hear just that: they then delete nothing. */
export async function swapOrUnknown(
  pointers: PointerStore,
  changes: readonly PointerChange[],
  receipt: Receipt | undefined,
): Promise<SwapResult> {
  try {
    return await pointers.swap(changes, receipt)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RestError(500, 'CommitStateUnknownException', `The outcome of the commit is unknown: ${reason}`)
  }
}

/** What cannot be removed now is an orphan, which maintenance finds; the commit stands all the same. */
export async function discard(locations: readonly string[], objects: ObjectStore): Promise<void> {
  await Promise.allSettled(locations.map((location) => objects.remove(location)))
}

export function printedTable(table: TableIdent): string {
  return printed([...table.namespace, table.name])
}
