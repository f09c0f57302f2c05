import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { violated } from '../metadata/check-requirements.ts'
import { applyUpdates } from '../metadata/apply-updates.ts'
import { emptyTableMetadata } from '../metadata/create.ts'
import type { TableRequirement } from '../metadata/requirement.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { TableUpdate } from '../metadata/update.ts'
import type { ViewMetadata } from '../view/view-metadata.ts'
import { logPrevious } from './metadata-log.ts'
import type { CatalogRequest, Making } from './catalog.ts'
import type { MetadataStore } from './metadata-store.ts'
import { printed } from './namespace-routes.ts'
import type { PointerChange, PointerStore, SwapResult, TableIdent } from './pointer-store.ts'
import type { KeptAnswer, Receipt, ReceiptOf } from './receipt.ts'
import { noSuchNamespace, noSuchTable, RestError } from './rest-error.ts'
import type { TableAccess } from './table-access.ts'
import { mustBeFree } from './taken-name.ts'

export interface TableChange {
  readonly table: TableIdent
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
}

export interface CommittedTable {
  readonly location: string
  readonly metadata: TableMetadata
}

export interface CommitContext {
  readonly pointers: PointerStore
  readonly objects: ObjectStore
  readonly metadata: MetadataStore<TableMetadata>
  readonly views: MetadataStore<ViewMetadata>
  readonly newLocation: (table: TableIdent) => Promise<string>
  readonly making: Making
  readonly receipt: ReceiptOf
  /** What a request is told of the files of its table. */
  readonly accessOf: (request: CatalogRequest) => TableAccess
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
      prepared.filter((one) => !one.unchanged).map((one) => one.location),
      context.objects,
    )
    if ('missingNamespace' in swapped) throw noSuchNamespace(printed(swapped.missingNamespace))
    if (attempt === attemptsMax) {
      const name = printedTable(swapped.table)
      throw new RestError(409, 'CommitFailedException', `The table ${name} changed ${attemptsMax} times meanwhile`)
    }
  }
}

interface Prepared extends CommittedTable {
  readonly table: TableIdent
  readonly from: string | null
  readonly dropped: readonly string[]
  readonly unchanged: boolean
}

async function prepare(change: TableChange, context: CommitContext): Promise<Prepared> {
  const { table, requirements, updates } = change
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
  if (current !== undefined && updates.length === 0)
    return { table, from, location: from!, metadata: current, dropped: [], unchanged: true }
  const { metadata, dropped } =
    current === undefined ? { metadata: next, dropped: [] } : logPrevious(next, { location: from!, metadata: current })
  const location = await context.metadata.write(metadata, from)
  return { table, from, location, metadata, dropped, unchanged: false }
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
